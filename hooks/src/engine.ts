/**
 * Finds the classes and methods that are wanted, and puts one hook on each overload.
 *
 * Wanted is what the catalogue names (calls that hand over information) and what the behaviours
 * name (what the app does otherwise). A hook that cannot be installed is reported by its own id and
 * leaves the others alone.
 */

import type { Api, Limits } from "./catalogue.js";
import { observerOf } from "./calls.js";
import { isHotSpot, link, loadedClassNames } from "./hotspot.js";
import {
  cast,
  environment,
  factoryOf,
  handleOf,
  use,
  type JavaClassObject,
  type JavaFactory,
  type JavaMethod,
  type JavaObject,
  type JavaWrapper,
} from "./java.js";
import { classOf, isAssignable } from "./jni.js";
import { ASKS_FOR_CALLER, isAbstract, overloadsOf } from "./methods.js";
import { observe, override, type Observer, type Override } from "./observe.js";
import { fault, reasonOf } from "./outbox.js";
import { classNameOf } from "./values.js";

const ABSENT = /ClassNotFound|NoClassDefFound/;
/** Classes that HotSpot's own loader brings without telling anyone. */
const OF_THE_JDK = /^(java|javax|sun|jdk)\./;

/** Something that an app does, other than reading what an entry of the catalogue names. */
export interface Behaviour {
  id: string;
  class: string;
  method: string;
  /** Argument types of the overloads that are meant; null: all. */
  overloads: string[][] | null;
  /** Hook what extends or implements the class too, and itself only where it has code. */
  implementations?: boolean;
  observer?: Observer;
  override?: Override;
}

/** What became of one look at some classes: ids, or ids with the reason. */
export interface Outcome {
  installed: string[];
  failed: { [id: string]: string };
}

interface Wanted {
  id: string;
  class: string;
  method: string;
  overloads: string[][] | null;
  implementations: boolean;
  api: Api | null;
  behaviour: Behaviour | null;
}

/** Classes by the end of their name, whatever package they were moved to: "*.CertificatePinner". */
const ANYWHERE = "*.";

function simpleName(className: string): string {
  return className.slice(className.lastIndexOf(".") + 1);
}

export class Engine {
  private readonly byClass = new Map<string, Wanted[]>();
  private readonly waiting = new Set<string>();
  private readonly anywhere = new Map<string, Wanted[]>();
  private readonly interfaces = new Map<string, { klass: JavaClassObject; wanted: Wanted[] }>();
  /** Classes that come from the runtime itself: no other loader brings them again. */
  private readonly ofTheRuntime = new Set<string>();
  /** Loader, class and method that were hooked, so that none is hooked twice. */
  private readonly hooked = new Set<string>();

  constructor(
    apis: Api[],
    behaviours: Behaviour[],
    private readonly limits: Limits,
    private readonly report: (outcome: Outcome) => void,
  ) {
    for (const api of apis) this.add({ ...api, api, behaviour: null });
    for (const behaviour of behaviours) {
      this.add({ implementations: false, ...behaviour, api: null, behaviour });
    }
    for (const name of this.byClass.keys()) this.waiting.add(name);
  }

  private add(wanted: Wanted): void {
    const isAnywhere = wanted.class.startsWith(ANYWHERE);
    const map = isAnywhere ? this.anywhere : this.byClass;
    const name = isAnywhere ? wanted.class.slice(ANYWHERE.length) : wanted.class;
    const known = map.get(name);
    if (known === undefined) map.set(name, [wanted]);
    else known.push(wanted);
  }

  /** Classes that no loader has shown yet. */
  get waitingClasses(): string[] {
    return [...this.waiting];
  }

  /** Classes that a new loader may bring, be it again. */
  get classesOfLoaders(): string[] {
    return [...this.byClass.keys()].filter((name) => !this.ofTheRuntime.has(name));
  }

  wants(className: string): boolean {
    return this.byClass.has(className) || this.anywhere.has(simpleName(className));
  }

  /** Hook the class of an object that was handed over, if something of it is wanted. */
  adopt(env: NativePointer, object: NativePointer): Outcome | null {
    const klass = classOf(env, object);
    const name = classNameOf(env, object);
    return name.startsWith("[") ? null : this.arrived(klass, name);
  }

  /** Hook a method of a class by what was found out while the app runs. */
  learn(loader: JavaObject | null, behaviour: Behaviour): Outcome {
    const outcome: Outcome = { installed: [], failed: {} };
    const wanted = { implementations: false, ...behaviour, api: null, behaviour };
    try {
      this.hookMethods(factoryOf(loader).use(behaviour.class), [wanted], outcome);
    } catch (error) {
      outcome.failed[behaviour.id] = reasonOf(error);
    }
    return outcome;
  }

  get wantsImplementations(): boolean {
    return this.interfaces.size > 0;
  }

  /** Hook what the process has at the start. */
  scanRuntime(): Outcome {
    if (!isHotSpot()) return this.scan(null);
    // Loading a class early costs time and changes what the app does; its definition is noticed.
    const loaded = loadedClassNames();
    return this.scan(
      null,
      this.waitingClasses.filter((name) => OF_THE_JDK.test(name) || loaded.has(name)),
    );
  }

  /** Hook every wanted class that `loader` can show; null: the process's own loader. */
  scan(loader: JavaObject | null, names: Iterable<string> = this.waitingClasses): Outcome {
    const outcome: Outcome = { installed: [], failed: {} };
    const factory = factoryOf(loader);
    for (const name of [...names]) this.tryClass(factory, name, outcome);
    return outcome;
  }

  private tryClass(factory: JavaFactory, name: string, outcome: Outcome): void {
    const wanted = this.byClass.get(name) ?? [];
    try {
      this.hook(factory.use(name), wanted, outcome);
    } catch (error) {
      const reason = reasonOf(error);
      if (ABSENT.test(reason)) return;
      for (const one of wanted) outcome.failed[one.id] = reason;
    }
  }

  /** Hook one class that has just been defined, or an implementation of a wanted interface. */
  arrived(handle: NativePointer, name: string): Outcome | null {
    const named = [...(this.byClass.get(name) ?? []), ...(this.anywhere.get(simpleName(name)) ?? [])];
    const own = named.length > 0 ? named : undefined;
    const klass = cast(handle as unknown as JavaObject, use("java.lang.Class")) as unknown as JavaClassObject;
    const env = environment();
    const through = [...this.interfaces.values()]
      .filter(({ klass: type }) => isAssignable(env, handle, handleOf(type)) && !klass.isInterface())
      .flatMap(({ wanted }) => wanted);
    if (own === undefined && through.length === 0) return null;
    const outcome: Outcome = { installed: [], failed: {} };
    try {
      if (isHotSpot()) link(klass);
      const wrapper = factoryOf(klass.getClassLoader()).use(name);
      if (own !== undefined) this.hook(wrapper, own, outcome);
      this.hookMethods(wrapper, through, outcome);
    } catch (error) {
      for (const one of [...(own ?? []), ...through]) outcome.failed[one.id] = reasonOf(error);
    }
    return outcome;
  }

  private hook(wrapper: JavaWrapper, wanted: Wanted[], outcome: Outcome): void {
    const name = wrapper.$className;
    this.waiting.delete(name);
    if (wrapper.class.getClassLoader() === null) this.ofTheRuntime.add(name);
    const through = wanted.filter((one) => one.implementations);
    if (through.length > 0 && !this.interfaces.has(name)) {
      this.interfaces.set(name, { klass: wrapper.class, wanted: through });
    }
    const own = wrapper.class.isInterface() ? wanted.filter((one) => !one.implementations) : wanted;
    this.hookMethods(wrapper, own, outcome);
  }

  private hookMethods(wrapper: JavaWrapper, wanted: Wanted[], outcome: Outcome): void {
    if (wanted.length === 0) return;
    const loader = wrapper.class.getClassLoader();
    const system = use("java.lang.System") as unknown as { identityHashCode(object: unknown): number };
    const home = loader === null ? "boot" : String(system.identityHashCode(loader));
    for (const methodName of new Set(wanted.map((one) => one.method))) {
      const meantBy = wanted.filter((one) => one.method === methodName);
      const key = `${home} ${wrapper.$className} ${methodName}`;
      if (this.hooked.has(key)) continue;
      this.hooked.add(key);
      try {
        this.hookMethod(wrapper, methodName, meantBy, outcome);
      } catch (error) {
        for (const one of meantBy) outcome.failed[one.id] = reasonOf(error);
      }
    }
  }

  private hookMethod(wrapper: JavaWrapper, methodName: string, wanted: Wanted[], outcome: Outcome): void {
    if (ASKS_FOR_CALLER.test(`${wrapper.$className}.${methodName}`)) {
      throw new Error("cannot be hooked: it asks for its caller's class");
    }
    const done = new Set<string>();
    const problems: string[] = [];
    let abstractOnes = 0;
    for (const method of overloadsOf(wrapper, methodName)) {
      const types = method.argumentTypes.map((type) => type.className).join();
      const meantBy = wanted.filter((one) => one.overloads?.some((other) => other.join() === types) ?? true);
      if (meantBy.length === 0) continue;
      try {
        if (isAbstract(method, wrapper)) {
          abstractOnes++;
          continue;
        }
        this.attach(method, meantBy);
        for (const one of meantBy) done.add(one.id);
      } catch (error) {
        problems.push(reasonOf(error));
      }
    }
    const [problem] = problems;
    for (const one of wanted) {
      if (done.has(one.id)) outcome.installed.push(one.id);
      else if (problem !== undefined) outcome.failed[one.id] = problem;
      else if (one.implementations) continue; // hooked in what extends or implements it
      else if (abstractOnes > 0) outcome.failed[one.id] = "abstract: its implementations would have to be hooked";
      // Behaviours name the methods of all versions; whether an entry should be here, its levels say.
      else if (one.api !== null) outcome.failed[one.id] = `no such method here: ${methodName}`;
    }
    if (problem !== undefined && done.size > 0) fault(`${wrapper.$className}.${methodName}`, problems.join("; "));
  }

  /**
   * What the app hands over is hooked by its own class: ART resolves most classes without asking
   * Java, so that an implementation is met here first.
   */
  private watchHandedOver(method: JavaMethod): void {
    const positions = method.argumentTypes
      .map((type, index) => (this.byClass.get(type.className)?.some((one) => one.implementations) ? index : -1))
      .filter((index) => index >= 0);
    if (positions.length === 0) return;
    observe(method, {
      name: "implementations handed over",
      before: (call) => {
        for (const index of positions) {
          const object = call.object(index);
          const outcome = object === null ? null : this.adopt(call.env, object);
          if (outcome !== null && outcome.installed.length > 0) this.report(outcome);
        }
        return null;
      },
    });
  }

  private attach(method: JavaMethod, meantBy: Wanted[]): void {
    const apis = meantBy.map((one) => one.api).filter((api) => api !== null);
    if (apis.length > 0) observe(method, observerOf(apis, this.limits));
    this.watchHandedOver(method);
    for (const { behaviour } of meantBy) {
      if (behaviour?.observer !== undefined) observe(method, behaviour.observer);
      if (behaviour?.override !== undefined) override(method, behaviour.override);
    }
  }
}
