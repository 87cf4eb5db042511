/**
 * The few shapes of the Java bridge's wrappers that the engine relies on.
 *
 * The bridge gives members to its wrappers at run time, so its own types say `any`; here they get
 * a type where they enter.
 */

import Java from "frida-java-bridge";

export interface JavaObject {
  $className: string;
  $h?: NativePointer;
  getClass(): JavaClassObject;
  toString(): string;
}

export interface JavaClassObject extends JavaObject {
  getName(): string;
  getClassLoader(): JavaObject | null;
  getDeclaredMethods(): unknown[];
  getModifiers(): number;
  isAssignableFrom(other: JavaClassObject): boolean;
  isInterface(): boolean;
}

/** One overload of a method of a class that is in use. */
export interface JavaMethod {
  (...args: unknown[]): unknown;
  methodName: string;
  holder: { $className: string };
  argumentTypes: { className: string }[];
  implementation: ((this: unknown, ...args: unknown[]) => unknown) | null;
}

export interface JavaMethods {
  overloads: JavaMethod[];
}

export interface JavaWrapper {
  $className: string;
  $h?: NativePointer;
  class: JavaClassObject;
  [member: string]: unknown;
}

export interface JavaFactory {
  use(name: string): JavaWrapper;
}

/** The factory whose classes are those of `loader`; null: the process's own. */
export function factoryOf(loader: JavaObject | null): JavaFactory {
  if (loader === null) return Java as unknown as JavaFactory;
  return Java.ClassFactory.get(loader as unknown as Java.Wrapper) as unknown as JavaFactory;
}

export function use(name: string): JavaWrapper {
  return (Java as unknown as JavaFactory).use(name);
}

export function cast(object: JavaObject, as: JavaWrapper): JavaWrapper {
  return Java.cast(object as never, as as never) as unknown as JavaWrapper;
}

/** Keep an object that came as an argument beyond the call. */
export function retain<T>(object: T): T {
  return Java.retain(object as never) as unknown as T;
}

export function isJavaObject(value: unknown): value is JavaObject {
  return typeof value === "object" && value !== null && "$className" in value;
}

/**
 * The JNI handle of a wrapped object, for as long as something holds the wrapper: the bridge deletes
 * the reference when the wrapper is collected, on another thread, at any moment when the script's
 * lock is free. So a wrapper is never let go of before the last use of its handle.
 */
export function handleOf(wrapper: { $h?: NativePointer }): NativePointer {
  if (wrapper.$h === undefined) throw new Error("not an object");
  return wrapper.$h;
}

const classes = new Map<JavaWrapper, JavaClassObject>();

/** The JNI handle of a wrapped class, for as long as the script lives: `.class` is a new wrapper each time. */
export function classHandle(wrapper: JavaWrapper): NativePointer {
  let klass = classes.get(wrapper);
  if (klass === undefined) {
    klass = wrapper.class;
    classes.set(wrapper, klass);
  }
  return handleOf(klass);
}

/** The JNI environment of this thread. */
export function environment(): NativePointer {
  return (Java.vm as unknown as { getEnv(): { handle: NativePointer } }).getEnv().handle;
}
