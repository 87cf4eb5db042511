/** The few facts of the app's own framework that the behaviours ask for. */

import { globalOf, isInstanceOf } from "../jni.js";
import { handleOf, use } from "../java.js";

let known = "";

/** The package that the process belongs to, from its name: "package" or "package:suffix". */
export function packageName(): string {
  if (known === "") {
    try {
      known = File.readAllText("/proc/self/cmdline").split("\0", 1)[0]?.split(":", 1)[0] ?? "";
    } catch {
      known = "?";
    }
  }
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
