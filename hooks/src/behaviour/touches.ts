/**
 * Fingers that are lifted on a window of the app, as the system hands them over: before any view or
 * listener hears of it. By these an answer on the screen and a call have an order within the process.
 *
 * What the app dispatches to its own views does not come this way.
 */

import type { Behaviour } from "../engine.js";
import { classHandle, use } from "../java.js";
import { callForFloat, callForInt, methodId } from "../jni.js";
import { isInstance } from "./android.js";
import { emit } from "./common.js";

const MOTION = "android.view.MotionEvent";
const ACTION_UP = 1;

interface Methods {
  action: NativePointer;
  x: NativePointer;
  y: NativePointer;
}

let methods: Methods | null = null;

/** The event's methods, looked up once: its class is final, and the system's. */
function methodsOf(env: NativePointer): Methods {
  if (methods === null) {
    const klass = classHandle(use(MOTION));
    methods = {
      action: methodId(env, klass, "getActionMasked", "()I"),
      x: methodId(env, klass, "getRawX", "()F"),
      y: methodId(env, klass, "getRawY", "()F"),
    };
  }
  return methods;
}

function lifted(env: NativePointer, event: NativePointer): { x: number; y: number } | null {
  const known = methodsOf(env);
  if (callForInt(env, event, known.action) !== ACTION_UP) return null;
  const x = callForFloat(env, event, known.x);
  const y = callForFloat(env, event, known.y);
  return x === null || y === null ? null : { x: Math.round(x), y: Math.round(y) };
}

/** Where and when the user's finger left the app's windows. */
export function touches(): Behaviour[] {
  return [
    {
      id: "behaviour.touch",
      class: "android.view.InputEventReceiver",
      // Called by native code alone: android_view_InputEventReceiver.cpp, since Android 4.1.
      method: "dispatchInputEvent",
      overloads: null,
      observer: {
        name: "touch",
        before(call) {
          const event = call.object(call.method.argumentTypes.indexOf("android.view.InputEvent"));
          if (event === null || !isInstance(call.env, event, MOTION)) return null;
          const place = lifted(call.env, event);
          if (place !== null) emit(call, { kind: "touched", ...place });
          return null;
        },
      },
    },
  ];
}
