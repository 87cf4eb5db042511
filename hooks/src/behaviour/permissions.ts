/** Permission requests of the app, its checks, and the answers it was told. */

import type { Behaviour } from "../engine.js";
import { arrayElement, arrayLength, readInts, readString } from "../jni.js";
import type { Call, Observer } from "../observe.js";
import { byApp, emit, outermost, text } from "./common.js";

const ACTIVITY = "android.app.Activity";
const GRANTED = 0; // PackageManager.PERMISSION_GRANTED
const MOST_PERMISSIONS = 100;

/** The texts of the first argument that is an array of strings. */
function names(call: Call): string[] {
  const index = call.method.argumentTypes.findIndex((type) => type.startsWith("[Ljava.lang.String"));
  const array = call.object(index);
  if (array === null) return [];
  const count = Math.min(arrayLength(call.env, array), MOST_PERMISSIONS);
  return Array.from({ length: count }, (_, position) => {
    const element = arrayElement(call.env, array, position);
    return element === null ? "" : readString(call.env, element, 200).text;
  });
}

const asked: Observer = outermost("permission request", {
  name: "requestPermissions",
  before(call) {
    emit(call, { kind: "permission_asked", permissions: names(call), way: "request" });
    return true;
  },
});

const checked: Observer = outermost("permission check", {
  name: "checkSelfPermission",
  before: (call) => (byApp(call) ? true : null),
  after(call) {
    if (call.exception !== null || typeof call.result !== "number") return;
    emit(call, {
      kind: "permission_asked",
      permissions: [text(call, 0, 200)],
      way: "check",
      granted: call.result === GRANTED,
    });
  },
});

const explained: Observer = outermost("permission rationale", {
  name: "shouldShowRequestPermissionRationale",
  before: (call) => (byApp(call) ? true : null),
  after(call) {
    emit(call, { kind: "permission_asked", permissions: [text(call, 0, 200)], way: "rationale" });
  },
});

const answered: Observer = outermost("permission answer", {
  name: "onRequestPermissionsResult",
  before(call) {
    const index = call.method.argumentTypes.indexOf("[I");
    const results = call.object(index);
    const granted = results === null ? [] : readInts(call.env, results, MOST_PERMISSIONS);
    emit(call, {
      kind: "permission_answered",
      permissions: names(call),
      granted: granted.map((one) => one === GRANTED),
    });
    return true;
  },
});

/** What the app asks of the user and the system. */
export function permissions(): Behaviour[] {
  const one = (id: string, className: string, method: string, observer: Observer, implementations = false): Behaviour => ({
    id: `behaviour.permission.${id}`,
    class: className,
    method,
    overloads: null,
    implementations,
    observer,
  });
  return [
    one("request", ACTIVITY, "requestPermissions", asked),
    one("request.fragment", "android.app.Fragment", "requestPermissions", asked),
    one("check", "android.app.ContextImpl", "checkSelfPermission", checked),
    one("rationale", ACTIVITY, "shouldShowRequestPermissionRationale", explained),
    one("answer", ACTIVITY, "onRequestPermissionsResult", answered),
    one("answer.own", ACTIVITY, "onRequestPermissionsResult", answered, true),
    one("answer.fragment", "android.app.Fragment", "onRequestPermissionsResult", answered),
  ];
}
