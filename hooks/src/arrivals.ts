/**
 * Notices classes and class loaders that come later, and has them hooked before their code runs.
 *
 * ART resolves most classes in native code without asking Java, so there new loaders are noticed
 * and asked for every wanted class. HotSpot defines every class of an app through one Java method.
 */

import { RawMethod, type Raw } from "./bridge.js";
import type { Engine, Outcome } from "./engine.js";
import { isHotSpot } from "./hotspot.js";
import { cast, retain, use, type JavaMethods, type JavaObject } from "./java.js";
import { forgetGlobal, globalOf, isThrowing, readString } from "./jni.js";
import { observe, type Call } from "./observe.js";
import { fault } from "./outbox.js";

const FRAMEWORK = /^(java|javax|jdk|sun|com\.sun|kotlin|androidx?)\./;

/** Threads inside our own look-ups, whose class loading is ours. */
const busy = new Set<number>();

function guarded(where: string, work: () => void): void {
  const thread = Process.getCurrentThreadId();
  if (busy.has(thread)) return;
  busy.add(thread);
  try {
    work();
  } catch (error) {
    fault(where, error);
  } finally {
    busy.delete(thread);
  }
}

/** Begin to watch; `report` hears what was hooked later. */
export function watchArrivals(engine: Engine, report: (outcome: Outcome) => void): void {
  const arrived = (klass: Raw | undefined, name: string): void => {
    if (!(klass instanceof NativePointer) || klass.isNull()) return;
    if (!engine.wants(name) && (!engine.wantsImplementations || FRAMEWORK.test(name))) return;
    const outcome = engine.arrived(klass, name);
    if (outcome !== null) report(outcome);
  };
  if (isHotSpot()) watchDefinitions(arrived);
  else watchLoaders(engine, report, arrived);
}

type Arrived = (klass: Raw | undefined, name: string) => void;

/**
 * Not an observer: a class that our own code brings has to be hooked as well. Hooking one class
 * loads those that its methods name, so a class that arrives meanwhile waits until that is done.
 */
function watchDefinitions(arrived: Arrived): void {
  const later = new Map<number, { klass: NativePointer; name: string }[]>();
  const notice = (env: NativePointer, thread: number, klass: NativePointer, name: string): void => {
    arrived(klass, name);
    for (let next = later.get(thread)?.shift(); next !== undefined; next = later.get(thread)?.shift()) {
      try {
        arrived(next.klass, next.name);
      } finally {
        forgetGlobal(env, next.klass);
      }
    }
    later.delete(thread);
  };
  for (const overload of (use("java.lang.ClassLoader")["defineClass"] as JavaMethods).overloads) {
    const method = new RawMethod(overload);
    if (method.argumentTypes[0] !== "java.lang.String") continue; // it calls one with a name
    method.replace((env, self, args) => {
      const result = method.call(env, self, args);
      const [name] = args;
      if (isThrowing(env) || !(name instanceof NativePointer) || name.isNull()) return result;
      if (!(result instanceof NativePointer) || result.isNull()) return result;
      const thread = Process.getCurrentThreadId();
      const known = readString(env, name, 500).text.replace(/\//g, ".");
      if (busy.has(thread)) {
        const queue = later.get(thread) ?? [];
        queue.push({ klass: globalOf(env, result), name: known });
        later.set(thread, queue);
      } else {
        guarded("ClassLoader.defineClass", () => {
          notice(env, thread, result, known);
        });
      }
      return result;
    });
  }
}

function watchLoaders(engine: Engine, report: (outcome: Outcome) => void, arrived: Arrived): void {
  const after = (className: string, method: string, work: (call: Call) => void): void => {
    for (const overload of (use(className)[method] as JavaMethods).overloads) {
      observe(overload, {
        name: `${className}.${method}`,
        before: () => true,
        after: (call) => {
          guarded(`${className}.${method}`, () => {
            if (call.exception === null) work(call);
          });
        },
      });
    }
  };
  const scanLoader = (call: Call): void => {
    const loader = cast(call.self as unknown as JavaObject, use("java.lang.ClassLoader"));
    report(engine.scan(retain(loader) as unknown as JavaObject, engine.classesOfLoaders));
  };
  after("dalvik.system.BaseDexClassLoader", "$init", scanLoader);
  after("dalvik.system.BaseDexClassLoader", "addDexPath", scanLoader);
  // Implementations of interfaces are met when the app's Java code loads them by name.
  after("java.lang.ClassLoader", "loadClass", (call) => {
    const name = call.object(0);
    if (name !== null) arrived(call.result, readString(call.env, name, 500).text);
  });
}
