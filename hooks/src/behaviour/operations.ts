/**
 * Operations that take their input in pieces: what each object of the app was given so far.
 *
 * An object is known by its identity and a weak reference, so that it is not kept alive and a
 * successor with the same identity is not taken for it.
 */

import { forgetWeak, isSame, weakOf } from "../jni.js";
import { use, environment, classHandle } from "../java.js";
import { callStaticForInt, staticMethodId } from "../jni.js";
import { Sink } from "./common.js";

const MOST_OBJECTS = 512;

export interface Operation {
  input: Sink;
  output: Sink;
  algorithm: string;
  direction: string;
  key: ReturnType<Sink["blob"]> | null;
  iv: string;
  /** Where the output goes, where that is of use: a global reference. */
  target: NativePointer | null;
}

interface Known {
  weak: NativePointer;
  operation: Operation;
}

const known = new Map<number, Known>();
let identity: { system: NativePointer; hash: NativePointer } | null = null;

function identityOf(env: NativePointer, object: NativePointer): number {
  if (identity === null) {
    const system = classHandle(use("java.lang.System"));
    identity = { system, hash: staticMethodId(env, system, "identityHashCode", "(Ljava/lang/Object;)I") };
  }
  return callStaticForInt(env, identity.system, identity.hash, object);
}

function fresh(): Operation {
  return { input: new Sink(), output: new Sink(), algorithm: "", direction: "", key: null, iv: "", target: null };
}

/** What this object was given since it was last finished. */
export function operationOf(env: NativePointer, object: NativePointer): Operation {
  const id = identityOf(env, object);
  const found = known.get(id);
  if (found !== undefined && isSame(env, found.weak, object)) return found.operation;
  if (found !== undefined) forgetWeak(env, found.weak);
  const operation = fresh();
  known.set(id, { weak: weakOf(env, object), operation });
  if (known.size > MOST_OBJECTS) {
    const [oldest] = known;
    if (oldest !== undefined) {
      forgetWeak(environment(), oldest[1].weak);
      known.delete(oldest[0]);
    }
  }
  return operation;
}

/** The object begins anew, with the same key. */
export function restart(operation: Operation): void {
  operation.input = new Sink();
  operation.output = new Sink();
}
