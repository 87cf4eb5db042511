/**
 * One hook per method overload, however many observers it has.
 *
 * A hook never changes what the app gets: the original runs with the app's own references, its
 * result or exception goes back as it is, and whatever fails on our side is counted and reported,
 * never thrown. What our own code calls is not observed.
 */

import { RawMethod, type Raw } from "./bridge.js";
import { now, type Time } from "./clock.js";
import type { JavaMethod } from "./java.js";
import { isThrowing, takeException, throwAgain } from "./jni.js";
import { fault } from "./outbox.js";
import { currentStack } from "./stacks.js";

/** One call of a hooked method. Its references are valid until the call is over. */
export class Call {
  result: Raw | undefined = undefined;
  /** What the original threw: a local reference. */
  exception: NativePointer | null = null;
  private seen: Time | null = null;
  private stackNumber = -1;

  constructor(
    readonly method: RawMethod,
    readonly env: NativePointer,
    readonly self: NativePointer,
    readonly args: Raw[],
    readonly thread: number,
  ) {}

  /** When it was first looked at. */
  get time(): Time {
    this.seen ??= now();
    return this.seen;
  }

  /** The number of its stack. */
  stack(limit: number): number {
    if (this.stackNumber < 0) this.stackNumber = limit > 0 ? currentStack(limit) : 0;
    return this.stackNumber;
  }

  /** An argument that is an object; null: it is null, or no object. */
  object(index: number): NativePointer | null {
    const value = this.args[index];
    return value instanceof NativePointer && !value.isNull() ? value : null;
  }

  /** The result if it is an object; null: it is null, or no object, or the call threw. */
  get resultObject(): NativePointer | null {
    const value = this.result;
    return this.exception === null && value instanceof NativePointer && !value.isNull() ? value : null;
  }
}

/** Looks at calls of a method. `State` is what `before` keeps for `after`. */
export interface Observer<State = unknown> {
  name: string;
  /** Before the original runs. Null: the call means nothing to it, and `after` is left out. */
  before(call: Call): State | null;
  /** After the original returned or threw. */
  after?(call: Call, state: State): void;
}

/** Another outcome of a call; null: its own stands. */
export type Outcome = { result: Raw | undefined } | null;

/**
 * Changes what a call gives: the one exception to the rule that hooks change nothing, used where a
 * session asked for it (checks of pinned certificates).
 */
export interface Override {
  /** In place of the original. */
  instead?(call: Call): Outcome;
  /** After the original returned or threw. */
  amend?(call: Call): Outcome;
}

interface Hook {
  observers: Observer[];
  override: Override | null;
}

/** Threads on which our own code runs: what it calls is not the app's doing. */
const observing = new Set<number>();
const hooks = new Map<string, Hook>();

/** Run our own code on this thread without observing what it calls; null: it is ours already. */
export function unobserved<T>(where: string, thread: number, work: () => T): T | null {
  if (observing.has(thread)) return null;
  observing.add(thread);
  try {
    return work();
  } catch (error) {
    fault(where, error);
    return null;
  } finally {
    observing.delete(thread);
  }
}

/** Let `observer` see every call of `method`. */
export function observe(method: JavaMethod, observer: Observer): void {
  hookOf(method).observers.push(observer);
}

/** Let `override` decide about every call of `method`. */
export function override(method: JavaMethod, instead: Override): void {
  hookOf(method).override = instead;
}

function hookOf(method: JavaMethod): Hook {
  const raw = new RawMethod(method);
  const key = raw.id.toString();
  let hook = hooks.get(key);
  if (hook === undefined) {
    hook = { observers: [], override: null };
    install(raw, hook);
    hooks.set(key, hook);
  }
  return hook;
}

function install(method: RawMethod, hook: Hook): void {
  method.replace((env, self, args) => {
    const thread = Process.getCurrentThreadId();
    if (observing.has(thread)) return method.call(env, self, args);
    const call = new Call(method, env, self, args, thread);

    let concerned: [Observer, unknown][] | null = null;
    observing.add(thread);
    for (const observer of hook.observers) {
      try {
        const state = observer.before(call);
        if (state !== null) (concerned ??= []).push([observer, state]);
      } catch (error) {
        fault(`${observer.name} before the call`, error);
      }
    }
    observing.delete(thread);

    const { override } = hook;
    const replaced = override?.instead === undefined ? null : decided(() => override.instead?.(call) ?? null, call);
    let result = replaced === null ? method.call(env, self, args) : replaced.result;
    if (concerned === null && override?.amend === undefined) return result;

    call.result = result;
    if (isThrowing(env)) call.exception = takeException(env);
    const amended = override?.amend === undefined ? null : decided(() => override.amend?.(call) ?? null, call);
    if (amended !== null) {
      result = amended.result;
      call.result = result;
      call.exception = null;
    }
    observing.add(thread);
    for (const [observer, state] of concerned ?? []) {
      try {
        observer.after?.(call, state);
      } catch (error) {
        fault(`${observer.name} after the call`, error);
      }
    }
    observing.delete(thread);
    if (call.exception !== null) throwAgain(env, call.exception);
    return result;
  });
}

function decided(decide: () => Outcome, call: Call): Outcome {
  return unobserved(`override of ${call.method.className}.${call.method.name}`, call.thread, decide);
}
