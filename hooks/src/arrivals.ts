/**
 * Notices classes and class loaders that come later, and has them hooked before their code runs.
 *
 * ART resolves most classes in native code without asking Java, so there new loaders are noticed
 * and asked for every wanted class. HotSpot defines every class of an app through one Java method.
 */

import { asClass, type Engine, type Outcome } from "./engine.js";
import { isHotSpot } from "./hotspot.js";
import { isJavaObject, retain, use, type JavaMethod, type JavaMethods } from "./java.js";
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

function replace(className: string, method: string, after: (self: unknown, result: unknown, args: unknown[]) => void): number {
  const overloads = (use(className)[method] as JavaMethods).overloads;
  for (const overload of overloads) {
    const original: JavaMethod = overload;
    original.implementation = function (this: unknown, ...args: unknown[]): unknown {
      const result = original.apply(this, args);
      guarded(`${className}.${method}`, () => {
        after(this, result, args);
      });
      return result;
    };
  }
  return overloads.length;
}

/** Begin to watch; `report` hears what was hooked later. */
export function watchArrivals(engine: Engine, report: (outcome: Outcome) => void): void {
  if (isHotSpot()) {
    replace("java.lang.ClassLoader", "defineClass", (_self, result, args) => {
      const name = typeof args[0] === "string" ? args[0].replace(/\//g, ".") : null;
      if (name !== null && !engine.wants(name) && (!engine.wantsImplementations || FRAMEWORK.test(name))) {
        return;
      }
      const klass = asClass(result);
      if (klass === null) return;
      const outcome = engine.arrived(klass);
      if (outcome !== null) report(outcome);
    });
    return;
  }
  const scanLoader = (self: unknown): void => {
    if (!isJavaObject(self)) return;
    report(engine.scan(retain(self), engine.allClasses));
  };
  replace("dalvik.system.BaseDexClassLoader", "$init", scanLoader);
  replace("dalvik.system.BaseDexClassLoader", "addDexPath", scanLoader);
  // Implementations of interfaces are met when the app's Java code loads them by name.
  replace("java.lang.ClassLoader", "loadClass", (_self, result, args) => {
    const name = String(args[0]);
    if (!engine.wantsImplementations || FRAMEWORK.test(name)) return;
    const klass = asClass(result);
    if (klass === null) return;
    const outcome = engine.arrived(klass);
    if (outcome !== null) report(outcome);
  });
}
