/** The few facts of the app's own framework that the behaviours ask for. */

import { isInstanceOf } from "../jni.js";
import { classHandle, use } from "../java.js";

let known = "";

/** Tell which package is inspected; called once. */
export function setPackage(name: string): void {
  known = name;
}

/** The package that is inspected. */
export function packageName(): string {
  return known;
}

/** Whether the object is an instance of a class of the framework. */
export function isInstance(env: NativePointer, object: NativePointer, className: string): boolean {
  return isInstanceOf(env, object, classHandle(use(className)));
}
