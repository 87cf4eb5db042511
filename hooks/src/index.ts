/**
 * The bundle that runs inside the inspected app: one constant file; the catalogue comes with `init`.
 *
 * Exports: `init(configuration)` installs the hooks and answers with a `ready` message;
 * `canary(token)` makes a call through the hooks that must come out as a call of type canary;
 * `flush()` sends what waits and gives the totals.
 */

import "./hotspot-symbols.js";
import Java from "frida-java-bridge";
import { watchArrivals } from "./arrivals.js";
import { behaviours, nativeWatches } from "./behaviour/index.js";
import type { Configuration } from "./catalogue.js";
import { Children, EXECVE } from "./children.js";
import { clockSource } from "./clock.js";
import { Engine, type Behaviour, type Outcome } from "./engine.js";
import { runtimeName } from "./hotspot.js";
import { use, type JavaObject } from "./java.js";
import { watchNatives } from "./natives.js";
import { flush, reasonOf, startOutbox, tell, totals } from "./outbox.js";
import { pinning } from "./pinning/index.js";
import { prepareStacks } from "./stacks.js";

const CANARY_PREFIX = "farm.canary.";
const RUNTIME_SECONDS = 10;

/** Whether no code of the app ran yet: nothing is bound to the process. Null: cannot be told. */
function beforeApp(): boolean | null {
  try {
    const thread = use("android.app.ActivityThread") as unknown as {
      currentPackageName(): string | null;
    };
    return thread.currentPackageName() === null;
  } catch {
    return null;
  }
}

function systemProperty(key: string): string | null {
  const system = use("java.lang.System") as unknown as {
    getProperty: { overload(type: string): (key: string) => string | null };
  };
  return system.getProperty.overload("java.lang.String").call(system, key);
}

/** The loader of the code that runs on this thread, by which the app's own classes are found. */
function appLoader(): JavaObject | null {
  const thread = use("java.lang.Thread") as unknown as {
    currentThread(): { getContextClassLoader(): JavaObject | null };
  };
  return thread.currentThread().getContextClassLoader();
}

function install(configuration: Configuration): void {
  const early = beforeApp();
  prepareStacks();
  const late = (outcome: Outcome): void => {
    if (outcome.installed.length > 0 || Object.keys(outcome.failed).length > 0) {
      tell("late", { ...outcome });
    }
  };
  const learner = {
    adopt(env: NativePointer, object: NativePointer): void {
      const outcome = engine.adopt(env, object);
      if (outcome !== null) late(outcome);
    },
    learn(behaviour: Behaviour): void {
      late(engine.learn(appLoader(), behaviour));
    },
  };
  const watched = behaviours(configuration);
  if (configuration.bypass_pinning) watched.push(...pinning(learner));
  const engine: Engine = new Engine(configuration.apis, watched, configuration.limits, late);
  const first = engine.scanRuntime();
  let watching = "";
  try {
    watchArrivals(engine, late);
  } catch (error) {
    watching = reasonOf(error);
  }
  const children = new Children(
    configuration.natives.filter(({ symbol }) => symbol === EXECVE),
    configuration.limits,
  );
  const missing = watchNatives(nativeWatches(configuration), children, late);
  // The next tick: HotSpot's hooks take effect when this one ends.
  setImmediate(() => {
    tell("ready", {
      ...first,
      waiting: [...engine.waitingClasses, ...missing()],
      watching,
      early,
      runtime: runtimeName(systemProperty),
      clock: clockSource,
      pid: Process.id,
    });
    startOutbox();
  });
  // On a phone the app's own loader appears when the app is bound; elsewhere this runs at once.
  Java.perform(() => {
    const loader = Java.classFactory.loader as unknown as JavaObject | null;
    if (loader !== null) late(engine.scan(loader));
  });
}

function whenRuntimeIsUp(work: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + RUNTIME_SECONDS * 1000;
    const attempt = (): void => {
      if (!Java.available) {
        if (Date.now() > deadline) reject(new Error("no Java runtime in this process"));
        else setTimeout(attempt, 20);
        return;
      }
      try {
        Java.performNow(work);
        resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(reasonOf(error)));
      }
    };
    attempt();
  });
}

rpc.exports = {
  async init(configuration: Configuration): Promise<void> {
    try {
      await whenRuntimeIsUp(() => {
        install(configuration);
      });
    } catch (error) {
      tell("failed", { reason: reasonOf(error) });
    }
  },
  canary(token: string): void {
    Java.performNow(() => {
      // By reflection: a wrapper's own call would reach the original method, past its hook.
      const boolean = use("java.lang.Boolean").class as unknown as {
        getMethod(name: string, types: unknown[]): { invoke(on: null, args: unknown[]): unknown };
      };
      const text = use("java.lang.String").class;
      boolean.getMethod("getBoolean", [text]).invoke(null, [CANARY_PREFIX + token]);
    });
    flush();
  },
  flush(): typeof totals {
    flush();
    return { ...totals };
  },
};

