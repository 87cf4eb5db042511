/**
 * Notices that the app is about to end itself, and gets the waiting records out before it does.
 */

import type { Behaviour } from "../engine.js";
import { flush, tell } from "../outbox.js";

const WAYS: readonly (readonly [string, string])[] = [
  ["java.lang.Runtime", "exit"],
  ["java.lang.Runtime", "halt"],
  ["android.os.Process", "killProcess"],
];
const DELIVERY_SECONDS = 0.02;

/** The ways out; the app's own call still ends it. */
export function exits(): Behaviour[] {
  return WAYS.map(([className, method]) => {
    const way = `${className}.${method}`;
    return {
      id: `behaviour.exit.${method}`,
      class: className,
      method,
      overloads: null,
      observer: {
        name: way,
        before: (call) => {
          flush();
          tell("exit", { way, argument: String(call.args[0]) });
          Thread.sleep(DELIVERY_SECONDS);
          return null;
        },
      },
    };
  });
}
