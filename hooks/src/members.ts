/**
 * Members of Java objects by name, whatever their class loader: looked up once for each class, then
 * called by reflection, so that every result comes as an object.
 */

import { callForInt, callForObject, classOf, isSame, methodId } from "./jni.js";
import { cast, classHandle, handleOf, use, type JavaObject } from "./java.js";

type Env = NativePointer;
type Reference = NativePointer;

/** Looked up once: a class, its java.lang.reflect.Method or Field, and the Object[] it is called with. */
interface Member {
  klass: JavaObject;
  accessor: JavaObject;
  invoke: NativePointer;
  takesArguments: boolean;
  args: JavaObject | null;
}

const CALL = /^(\w+)\((\d*)\)$/;
const MOST_DEPTH = 4;
const MOST_CLASSES_PER_STEP = 64;

const found = new Map<string, Member[]>();

type Reflected = JavaObject & { $h: NativePointer; setAccessible(on: boolean): void };
type Finder = (name: string, types?: unknown[]) => Reflected;

function lookUp(env: Env, klass: Reference, step: string): Member {
  const held = cast(klass as unknown as JavaObject, use("java.lang.Class")) as unknown as JavaObject;
  const wrapper = held as unknown as Record<string, Finder>;
  const call = CALL.exec(step);
  let accessor: Reflected;
  let args: JavaObject | null = null;
  if (call === null) {
    accessor = (wrapper["getField"] as Finder).call(wrapper, step);
  } else {
    const [, name = "", index = ""] = call;
    const integer = use("java.lang.Integer") as unknown as {
      TYPE: { value: unknown };
      valueOf: { overload(type: string): (value: number) => JavaObject };
    };
    const types = index === "" ? [] : [integer.TYPE.value];
    accessor = (wrapper["getMethod"] as Finder).call(wrapper, name, types);
    if (index !== "") {
      const boxed = integer.valueOf.overload("int").call(integer, Number(index));
      const list = use("java.util.Collections") as unknown as { singletonList(one: unknown): JavaObject };
      const array = list.singletonList(boxed) as unknown as { toArray: { overload(): () => { $w: JavaObject } } };
      args = array.toArray.overload().call(array).$w;
    }
  }
  try {
    accessor.setAccessible(true);
  } catch {
    // A module of HotSpot may refuse; a public member needs no permission.
  }
  const name = call === null ? "get" : "invoke";
  const signature =
    call === null
      ? "(Ljava/lang/Object;)Ljava/lang/Object;"
      : "(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;";
  return {
    klass: held,
    accessor,
    invoke: methodId(env, classOf(env, handleOf(accessor)), name, signature),
    takesArguments: call !== null,
    args,
  };
}

function memberOf(env: Env, object: Reference, step: string): Member {
  const klass = classOf(env, object);
  const known = found.get(step) ?? [];
  for (const member of known) {
    if (isSame(env, handleOf(member.klass), klass)) return member;
  }
  const member = lookUp(env, klass, step);
  if (known.length < MOST_CLASSES_PER_STEP) {
    known.push(member);
    found.set(step, known);
  }
  return member;
}

/**
 * Read "name()", "name(0)" or "name", dotted: a local reference; null: there was nothing.
 * Throws if the class has no such member.
 */
export function follow(env: Env, object: Reference, path: string): Reference | null {
  let current: Reference | null = object;
  for (const step of path.split(".").slice(0, MOST_DEPTH)) {
    if (current === null) return null;
    const member = memberOf(env, current, step);
    const values = Memory.alloc(16);
    values.writePointer(current);
    if (member.takesArguments) values.add(8).writePointer(member.args === null ? NULL : handleOf(member.args)); // a jvalue has 8 bytes
    current = callForObject(env, handleOf(member.accessor), member.invoke, values);
  }
  return current;
}

interface Collections {
  collection: Reference;
  toArray: NativePointer;
  getName: NativePointer;
  toString: NativePointer;
  string: Reference;
}

let collections: Collections | null = null;

/** Classes that reading always needs, looked up once. */
export function knownClasses(env: Env): Collections {
  if (collections === null) {
    const handle = (name: string): Reference => classHandle(use(name));
    const collection = handle("java.util.Collection");
    collections = {
      collection,
      toArray: methodId(env, collection, "toArray", "()[Ljava/lang/Object;"),
      getName: methodId(env, handle("java.lang.Class"), "getName", "()Ljava/lang/String;"),
      toString: methodId(env, handle("java.lang.Object"), "toString", "()Ljava/lang/String;"),
      string: handle("java.lang.String"),
    };
  }
  return collections;
}

/** A boolean or int that a method without arguments gives; null: it threw or is not there. */
export function number(env: Env, object: Reference, name: string, type: "I" | "Z"): number | null {
  const id = methodId(env, classOf(env, object), name, `()${type}`);
  return callForInt(env, object, id);
}
