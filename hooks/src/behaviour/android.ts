/** The few facts of the app's own framework that the behaviours ask for. */

import { globalOf, isInstanceOf } from "../jni.js";
import { handleOf, use } from "../java.js";

let known = "";

/** Tell which package is inspected; called once. */
export function setPackage(name: string): void {
  known = name;
}

/** The package that is inspected. */
export function packageName(): string {
  return known;
}

const classes = new Map<string, NativePointer>();

/** Whether the object is an instance of a class of the framework. */
export function isInstance(env: NativePointer, object: NativePointer, className: string): boolean {
  let klass = classes.get(className);
  if (klass === undefined) {
    klass = globalOf(env, handleOf(use(className).class));
    classes.set(className, klass);
  }
  return isInstanceOf(env, object, klass);
}
