/**
 * Installs the catalogue's hooks and turns hooked calls into records.
 *
 * One hook per class, method and overload, however many entries mean it. A hook never changes what
 * the app gets: the original runs with the app's arguments, its result or exception goes back, and
 * whatever fails on our side is counted and reported, never thrown.
 */

import { matches, type Api, type Configuration, type Limits } from "./catalogue.js";
import { now } from "./clock.js";
import { bounded, compared, describe, isInstance, readValues } from "./describe.js";
import { isHotSpot, link } from "./hotspot.js";
import {
  cast,
  factoryOf,
  isJavaObject,
  type JavaClassObject,
  type JavaMethod,
  type JavaMethods,
  type JavaObject,
  type JavaWrapper,
  use,
} from "./java.js";
import { fault, post, reasonOf, totals } from "./outbox.js";
import { stackText } from "./stack.js";

const ACC_ABSTRACT = 0x0400;

/** What became of one class of the catalogue. */
export interface Outcome {
  installed: string[];
  failed: Record<string, string>;
}

/** Threads on which our own code runs: what it calls is not the app's doing. */
const observing = new Set<number>();
/** Per thread, data types whose outer call is still running: the framework's inner calls. */
const active = new Map<number, string[]>();

function errorName(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const colon = text.indexOf(":");
  return (colon === -1 ? text : text.slice(0, colon)).slice(0, 300);
}

function record(
  api: Api,
  limits: Limits,
  time: ReturnType<typeof now>,
  stack: string,
  self: unknown,
  args: unknown[],
  result: unknown,
  error: unknown,
  isVoid: boolean,
): void {
  const truncated = new Set<string>();
  const cut = (field: string): void => void truncated.add(field);
  const failed = error !== null;
  post({
    api: api.id,
    data_type: api.data_type,
    class: api.class,
    method: api.method,
    args: args.slice(0, 12).map((arg) => bounded(describe(arg, limits), limits.text, cut, "arguments")),
    result: failed || isVoid ? null : bounded(describe(result, limits), limits.text, cut, "result"),
    error: failed ? errorName(error) : null,
    values: failed ? [] : readValues(api.values, self, args, result, limits, cut),
    stack,
    tid: Process.getCurrentThreadId(),
    t: time,
    truncated: [...truncated],
  });
}

/** Which of the entries this call is; reads only the arguments that a condition names. */
function meant(apis: Api[], self: unknown, args: unknown[], limits: Limits): Api[] {
  const thing = (argument: "this" | number): unknown => (argument === "this" ? self : args[argument]);
  const subject = {
    text: (argument: "this" | number, get: string): string | null =>
      compared(thing(argument), get, limits),
    instanceOf: (argument: "this" | number, className: string): boolean =>
      isInstance(thing(argument), className),
  };
  return apis.filter((api) => api.when.length === 0 || matches(api, subject));
}

function install(method: JavaMethod, apis: Api[], limits: Limits): void {
  const isVoid = (method as unknown as { returnType: { className: string } }).returnType.className === "void";
  method.implementation = function (this: unknown, ...args: unknown[]): unknown {
    const thread = Process.getCurrentThreadId();
    if (observing.has(thread)) return method.apply(this, args);

    let entries: Api[] = [];
    let stack = "";
    let time: ReturnType<typeof now> = [0, 0];
    observing.add(thread);
    try {
      entries = meant(apis, this, args, limits);
      const outer = active.get(thread);
      if (outer !== undefined && entries.length > 0) {
        const before = entries.length;
        entries = entries.filter((api) => !outer.includes(api.data_type));
        totals.nested += before - entries.length;
      }
      if (entries.length > 0) {
        time = now();
        stack = stackText(limits.stack);
      }
    } catch (error) {
      fault(`${apis[0]?.id ?? "?"} before the call`, error);
    } finally {
      observing.delete(thread);
    }
    if (entries.length === 0) return method.apply(this, args);

    const types = entries.map((api) => api.data_type);
    const running = active.get(thread) ?? [];
    active.set(thread, [...running, ...types]);
    let result: unknown = null;
    let thrown: unknown = null;
    let threw = false;
    try {
      result = method.apply(this, args);
    } catch (error) {
      thrown = error ?? new Error("unknown");
      threw = true;
    }
    if (running.length === 0) active.delete(thread);
    else active.set(thread, running);

    observing.add(thread);
    try {
      for (const api of entries) {
        try {
          record(api, limits, time, stack, this, args, result, thrown, isVoid);
        } catch (error) {
          // The call itself is the evidence: it is recorded even if its values cannot be read.
          fault(`${api.id} reading values`, error);
          record({ ...api, values: [] }, limits, time, stack, this, [], null, thrown, true);
        }
      }
    } catch (error) {
      fault(`${apis[0]?.id ?? "?"} after the call`, error);
    } finally {
      observing.delete(thread);
    }
    if (threw) throw thrown; // the bridge hands the Java exception on
    return result;
  };
}

function overloadsOf(wrapper: JavaWrapper, name: string): JavaMethod[] {
  const member = wrapper[name] as JavaMethods | undefined;
  if (member === undefined || !Array.isArray(member.overloads)) return [];
  return member.overloads;
}

function abstractSignatures(klass: JavaClassObject): Set<string> {
  const found = new Set<string>();
  // By the framework's own loader: an app's loader need not know the arrays that reflection gives.
  const reflected = cast(klass, use("java.lang.Class")) as unknown as JavaClassObject;
  for (const item of reflected.getDeclaredMethods()) {
    const method = item as {
      getModifiers(): number;
      getName(): string;
      getParameterTypes(): JavaClassObject[];
    };
    if ((method.getModifiers() & ACC_ABSTRACT) === 0) continue;
    found.add(signature(method.getName(), method.getParameterTypes().map((type) => type.getName())));
  }
  return found;
}

function signature(name: string, types: string[]): string {
  return `${name}(${types.join(",")})`;
}

export class Engine {
  private readonly byClass = new Map<string, Api[]>();
  private readonly waiting = new Set<string>();
  private readonly interfaces = new Map<string, { klass: JavaClassObject; apis: Api[] }>();
  private readonly limits: Limits;
  /** Class and loader pairs that were hooked, so that a loader is not hooked twice. */
  private readonly hooked = new Set<string>();

  constructor(configuration: Configuration) {
    this.limits = configuration.limits;
    for (const api of configuration.apis) {
      const known = this.byClass.get(api.class);
      if (known === undefined) this.byClass.set(api.class, [api]);
      else known.push(api);
    }
    for (const name of this.byClass.keys()) this.waiting.add(name);
  }

  /** Classes that no loader has shown yet. */
  get waitingClasses(): string[] {
    return [...this.waiting];
  }

  get allClasses(): string[] {
    return [...this.byClass.keys()];
  }

  wants(className: string): boolean {
    return this.byClass.has(className);
  }

  get wantsImplementations(): boolean {
    return this.interfaces.size > 0;
  }

  /** Hook every wanted class that `loader` can show; null: the process's own loader. */
  scan(loader: JavaObject | null, names: Iterable<string> = this.waitingClasses): Outcome {
    const outcome: Outcome = { installed: [], failed: {} };
    const factory = factoryOf(loader);
    for (const name of [...names]) {
      let wrapper: JavaWrapper;
      try {
        wrapper = factory.use(name);
      } catch (error) {
        const reason = reasonOf(error);
        if (!/ClassNotFound|NoClassDefFound/.test(reason)) {
          for (const api of this.byClass.get(name) ?? []) outcome.failed[api.id] = reason;
        }
        continue;
      }
      this.hook(wrapper, this.byClass.get(name) ?? [], outcome);
    }
    return outcome;
  }

  /** Hook one class that has just been defined, or an implementation of a wanted interface. */
  arrived(klass: JavaClassObject): Outcome | null {
    const name = klass.getName();
    const apis = this.byClass.get(name);
    const owners = [...this.interfaces.values()].filter(
      (wanted) => !klass.isInterface() && wanted.klass.isAssignableFrom(klass),
    );
    if (apis === undefined && owners.length === 0) return null;
    const outcome: Outcome = { installed: [], failed: {} };
    try {
      if (isHotSpot()) link(klass);
      const wrapper = factoryOf(klass.getClassLoader()).use(name);
      if (apis !== undefined) this.hook(wrapper, apis, outcome);
      for (const owner of owners) this.hookMethods(wrapper, owner.apis, outcome);
    } catch (error) {
      for (const api of [...(apis ?? []), ...owners.flatMap((owner) => owner.apis)]) {
        outcome.failed[api.id] = reasonOf(error);
      }
    }
    return outcome;
  }

  private hook(wrapper: JavaWrapper, apis: Api[], outcome: Outcome): void {
    const name = wrapper.$className;
    this.waiting.delete(name);
    const direct = apis.filter((api) => !api.implementations);
    const through = apis.filter((api) => api.implementations);
    if (through.length > 0 && !this.interfaces.has(name)) {
      this.interfaces.set(name, { klass: wrapper.class, apis: through });
    }
    this.hookMethods(wrapper, direct, outcome);
  }

  private hookMethods(wrapper: JavaWrapper, apis: Api[], outcome: Outcome): void {
    const loader = wrapper.class.getClassLoader();
    const home = loader === null ? "boot" : String((loader as unknown as { hashCode(): number }).hashCode());
    let withoutBody: Set<string> | null = null;
    for (const methodName of new Set(apis.map((api) => api.method))) {
      const meantBy = apis.filter((api) => api.method === methodName);
      const key = `${home} ${wrapper.$className} ${methodName}`;
      if (this.hooked.has(key)) continue;
      try {
        withoutBody ??= abstractSignatures(wrapper.class);
        this.hookMethod(wrapper, methodName, meantBy, withoutBody, outcome);
        this.hooked.add(key);
      } catch (error) {
        for (const api of meantBy) outcome.failed[api.id] = reasonOf(error);
      }
    }
  }

  private hookMethod(
    wrapper: JavaWrapper,
    methodName: string,
    apis: Api[],
    withoutBody: Set<string>,
    outcome: Outcome,
  ): void {
    const own = overloadsOf(wrapper, methodName).filter(
      (method) => method.holder.$className === wrapper.$className,
    );
    const done = new Map<string, number>();
    const problems: string[] = [];
    for (const method of own) {
      const types = method.argumentTypes.map((type) => type.className);
      const entries = apis.filter(
        (api) => api.overloads?.some((wanted) => wanted.join() === types.join()) ?? true,
      );
      if (entries.length === 0) continue;
      if (withoutBody.has(signature(methodName, types))) {
        problems.push("abstract: its implementations would have to be hooked");
        continue;
      }
      try {
        install(method, entries, this.limits);
        for (const api of entries) done.set(api.id, (done.get(api.id) ?? 0) + 1);
      } catch (error) {
        problems.push(reasonOf(error));
      }
    }
    for (const api of apis) {
      if ((done.get(api.id) ?? 0) > 0) outcome.installed.push(api.id);
      else outcome.failed[api.id] = problems[0] ?? `no such method here: ${methodName}`;
    }
    if (problems.length > 0 && done.size > 0) {
      fault(`${wrapper.$className}.${methodName}`, problems.join("; "));
    }
  }
}

/** The class object that a call of `defineClass` gave, if it gave one. */
export function asClass(value: unknown): JavaClassObject | null {
  return isJavaObject(value) ? (value as JavaClassObject) : null;
}
