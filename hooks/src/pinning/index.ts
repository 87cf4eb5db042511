/** Overriding checks of pinned certificates, where the session asks for it. */

import type { Behaviour } from "../engine.js";
import { arrayElement, arrayLength } from "../jni.js";
import type { Call } from "../observe.js";
import { watchFlutter } from "./flutter.js";
import { javaPinning, pinner } from "./java.js";

/** What this needs of the engine while the app runs. */
export interface Learner {
  /** An object was handed over whose class may have a check. */
  adopt(env: NativePointer, object: NativePointer): void;
  /** A method turned out to be a check. */
  learn(behaviour: Behaviour): void;
}

const MOST_MANAGERS = 16;

/** ART shows the app's trust managers first where they are handed over. */
function handedOver(learner: Learner): Behaviour {
  return {
    id: "behaviour.pinning.context",
    class: "javax.net.ssl.SSLContext",
    method: "init",
    overloads: null,
    observer: {
      name: "SSLContext.init",
      before(call: Call) {
        const managers = call.object(1);
        const count = managers === null ? 0 : Math.min(arrayLength(call.env, managers), MOST_MANAGERS);
        for (let index = 0; managers !== null && index < count; index++) {
          const manager = arrayElement(call.env, managers, index);
          if (manager !== null) learner.adopt(call.env, manager);
        }
        return null;
      },
    },
  };
}

/** All checks that are known; those in native code are overridden from here on. */
export function pinning(learner: Learner): Behaviour[] {
  watchFlutter();
  const found = (className: string, method: string): void => {
    learner.learn(pinner(className, method));
  };
  return [handedOver(learner), ...javaPinning(found)];
}
