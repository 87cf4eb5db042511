/** Bytes in the arguments of calls: arrays, ranges of arrays, buffers, texts. */

import {
  arrayLength,
  bufferAddress,
  callForInt,
  callForObject,
  classOf,
  methodId,
  readBytes,
  readString,
  withLocals,
} from "../jni.js";
import { utf8 } from "../outbox.js";
import type { Call } from "../observe.js";

/** Content above this is not read: its digest would cost the app seconds. */
export const MOST_BYTES = 64_000_000;
const NOTHING = new ArrayBuffer(0);

function numberAt(call: Call, index: number): number {
  const value = call.args[index];
  return typeof value === "number" ? value : 0;
}

/** The array at `index`, or the part that the next two arguments name. */
export function arrayArgument(call: Call, index: number, ranged: boolean): ArrayBuffer {
  const array = call.object(index);
  if (array === null) return NOTHING;
  const length = arrayLength(call.env, array);
  const offset = ranged ? numberAt(call, index + 1) : 0;
  const count = ranged ? numberAt(call, index + 2) : length;
  if (offset < 0 || count < 0 || offset + count > length || count > MOST_BYTES) return NOTHING;
  return readBytes(call.env, array, offset, count);
}

/** `count` bytes that the call wrote into the array at `index`. */
export function writtenInto(call: Call, index: number, offset: number, count: number): ArrayBuffer {
  const array = call.object(index);
  if (array === null || count <= 0 || count > MOST_BYTES) return NOTHING;
  return readBytes(call.env, array, offset, Math.min(count, arrayLength(call.env, array) - offset));
}

/** A whole byte[]. */
export function wholeArray(env: NativePointer, array: NativePointer): ArrayBuffer {
  const length = arrayLength(env, array);
  return length > MOST_BYTES ? NOTHING : readBytes(env, array, 0, length);
}

/** A string as UTF-8. */
export function textBytes(env: NativePointer, text: NativePointer): ArrayBuffer {
  return utf8Exact(readString(env, text, MOST_BYTES / 4).text);
}

function utf8Exact(text: string): ArrayBuffer {
  if (!text.includes("\0")) return utf8(text);
  const parts = text.split("\0").map((part) => new Uint8Array(utf8(part)));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, -1));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length + 1;
  }
  return whole.buffer;
}

/** Position and limit of a java.nio.Buffer. */
export function bufferRange(env: NativePointer, buffer: NativePointer): { position: number; limit: number } {
  const klass = classOf(env, buffer);
  return {
    position: callForInt(env, buffer, methodId(env, klass, "position", "()I")) ?? 0,
    limit: callForInt(env, buffer, methodId(env, klass, "limit", "()I")) ?? 0,
  };
}

/** Bytes of a java.nio.ByteBuffer between two positions; the buffer itself does not move. */
export function bufferBytes(env: NativePointer, buffer: NativePointer, from: number, to: number): ArrayBuffer {
  const count = to - from;
  if (count <= 0 || count > MOST_BYTES) return NOTHING;
  const address = bufferAddress(env, buffer);
  if (!address.isNull()) return address.add(from).readByteArray(count) ?? NOTHING;
  return withLocals(env, () => {
    const klass = classOf(env, buffer);
    const array = callForObject(env, buffer, methodId(env, klass, "array", "()[B"));
    const offset = callForInt(env, buffer, methodId(env, klass, "arrayOffset", "()I")) ?? 0;
    return array === null ? NOTHING : readBytes(env, array, offset + from, count); // null: read-only
  });
}
