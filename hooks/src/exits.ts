/**
 * Notices that the app is about to end itself, and gets the waiting records out before it does.
 */

import { use, type JavaMethod, type JavaMethods } from "./java.js";
import { observe } from "./observe.js";
import { fault, flush, reasonOf, tell } from "./outbox.js";

const WAYS: readonly (readonly [string, string])[] = [
  ["java.lang.Runtime", "exit"],
  ["java.lang.Runtime", "halt"],
  ["android.os.Process", "killProcess"],
];
const DELIVERY_SECONDS = 0.02;

/** Hook the ways out; the app's own call still ends it. */
export function watchExits(): void {
  for (const [className, methodName] of WAYS) {
    let overloads: JavaMethod[];
    try {
      overloads = (use(className)[methodName] as JavaMethods).overloads;
    } catch (error) {
      if (!/ClassNotFound/.test(reasonOf(error))) fault(`${className}.${methodName}`, error);
      continue;
    }
    const way = `${className}.${methodName}`;
    for (const method of overloads) {
      observe(method, {
        name: way,
        before: (call) => {
          flush();
          tell("exit", { way, argument: String(call.args[0]) });
          Thread.sleep(DELIVERY_SECONDS);
          return null;
        },
      });
    }
  }
}
