/**
 * Activities, services, receivers and providers that come to life, and those that the app starts:
 * its own, or another app's (associated start); and whether anything of it was on the screen.
 */

import type { Behaviour } from "../engine.js";
import { callForObject, classOf, methodId, readString, withLocals } from "../jni.js";
import { isInstance, packageName } from "./android.js";
import type { Call, Observer } from "../observe.js";
import { byApp, emit, outermost, text } from "./common.js";

type Component = "activity" | "service" | "receiver" | "provider";

const CONTEXT = "android.app.ContextImpl";
const INSTRUMENTATION = "android.app.Instrumentation";
const FACTORY = "android.app.AppComponentFactory";
const INTENT = "android.content.Intent";

/** Activities of this process between onStart and onStop. */
let visible = 0;
/** An activity is being created and about to show. */
let launching = false;

function inBackground(): boolean {
  return visible === 0 && !launching;
}

interface Target {
  name: string;
  targetPackage: string;
  action: string;
}

function stringOf(env: NativePointer, object: NativePointer, method: string): string {
  let id: NativePointer;
  try {
    id = methodId(env, classOf(env, object), method, "()Ljava/lang/String;");
  } catch {
    return ""; // this version has no such method
  }
  const value = callForObject(env, object, id);
  return value === null ? "" : readString(env, value, 500).text;
}

function targetOf(env: NativePointer, intent: NativePointer): Target {
  return withLocals(env, () => {
    const action = stringOf(env, intent, "getAction");
    const id = methodId(env, classOf(env, intent), "getComponent", "()Landroid/content/ComponentName;");
    const component = callForObject(env, intent, id);
    const inPackage =
      component === null ? stringOf(env, intent, "getPackage") : stringOf(env, component, "getPackageName");
    const name = component === null ? action : `${inPackage}/${stringOf(env, component, "getClassName")}`;
    const own = packageName();
    return { name, targetPackage: inPackage === own ? "" : inPackage, action };
  });
}

/** The intents among the arguments: one, or an array of them. */
function intentOf(call: Call): NativePointer | null {
  const index = call.method.argumentTypes.indexOf(INTENT);
  const intent = call.object(index);
  return intent !== null && isInstance(call.env, intent, INTENT) ? intent : null;
}

function starts(component: Component): Observer {
  return outermost(`start ${component}`, {
    name: `start of ${component}`,
    before(call) {
      const intent = byApp(call) ? intentOf(call) : null;
      if (intent === null) return null;
      const { name, targetPackage, action } = targetOf(call.env, intent);
      emit(call, {
        kind: "component",
        component,
        name,
        by_app: true,
        target_package: targetPackage,
        reason: action,
        background: inBackground(),
      });
      return true;
    },
  });
}

/** A component that the system brings to life, named by the argument with its class. */
function arises(component: Component): Observer {
  return outermost(`life of ${component}`, {
    name: `life of ${component}`,
    before(call) {
      if (component === "activity") launching = true;
      const index = call.method.argumentTypes.indexOf("java.lang.String");
      const intent = intentOf(call);
      emit(call, {
        kind: "component",
        component,
        name: text(call, index, 500),
        by_app: false,
        reason: intent === null ? "" : targetOf(call.env, intent).action,
        background: inBackground(),
      });
      return true;
    },
  });
}

function counts(change: number): Observer {
  return {
    name: "activities on the screen",
    before(call) {
      if (call.object(0) !== null) visible = Math.max(0, visible + change);
      launching = false;
      return null;
    },
  };
}

/** What of the app comes to life, and by whom. */
export function components(): Behaviour[] {
  const one = (id: string, className: string, method: string, observer: Observer): Behaviour => ({
    id: `behaviour.component.${id}`,
    class: className,
    method,
    overloads: null,
    observer,
  });
  return [
    // Outermost by kind: an activity's own start goes on through the instrumentation.
    one("start.activity", INSTRUMENTATION, "execStartActivity", starts("activity")),
    one("start.activity.context", CONTEXT, "startActivity", starts("activity")),
    ...["startService", "startForegroundService", "bindService"].map((method) =>
      one(`start.${method}`, CONTEXT, method, starts("service")),
    ),
    ...["sendBroadcast", "sendOrderedBroadcast"].map((method) =>
      one(`start.${method}`, CONTEXT, method, starts("receiver")),
    ),
    one("activity", INSTRUMENTATION, "newActivity", arises("activity")),
    one("service", FACTORY, "instantiateService", arises("service")),
    one("receiver", FACTORY, "instantiateReceiver", arises("receiver")),
    one("provider", FACTORY, "instantiateProvider", arises("provider")),
    one("visible", INSTRUMENTATION, "callActivityOnStart", counts(1)),
    one("hidden", INSTRUMENTATION, "callActivityOnStop", counts(-1)),
  ];
}
