/** What the behaviours share: records with stacks, blobs, callers, and inner calls that are no second. */

import { toBase64 } from "../base64.js";
import type { Limits } from "../catalogue.js";
import { readString } from "../jni.js";
import type { Call, Observer } from "../observe.js";
import { eventRecord, post } from "../outbox.js";
import { isOwnDoing } from "../stacks.js";

/** Bytes of content that a record may carry of each side of an operation. */
export const SAMPLE_BYTES = 2048;
const MOST_TEXT = 4096;

/** The recorder sets the bounds once, before anything is observed. */
export const bounds: { stack: number } = { stack: 0 };

export function setBounds(limits: Limits): void {
  bounds.stack = limits.stack;
}

/** Record that the app did something by this call. */
export function emit(call: Call, body: { kind: string } & { [field: string]: unknown }): void {
  const own = { ...body, pid: Process.id, tid: call.thread };
  post(eventRecord(call.time, call.thread, call.stack(bounds.stack), call.method.name, own));
}

/** Whether code of the app made the call, and not the platform on its own behalf. */
export function byApp(call: Call): boolean {
  return bounds.stack === 0 || isOwnDoing(call.stack(bounds.stack));
}

/** An argument that is a string, bounded; empty: null or no string. */
export function text(call: Call, index: number, limit = MOST_TEXT): string {
  const type = call.method.argumentTypes[index];
  const value = type === "java.lang.String" ? call.object(index) : null;
  return value === null ? "" : readString(call.env, value, limit).text;
}

const running = new Map<string, Set<number>>();

/** An observer that sees the outermost call of a kind alone: what the framework calls inside is its own. */
export function outermost<State>(kind: string, observer: Observer<State>): Observer<State> {
  let threads = running.get(kind);
  if (threads === undefined) {
    threads = new Set();
    running.set(kind, threads);
  }
  const inside = threads;
  return {
    name: observer.name,
    before(call) {
      if (inside.has(call.thread)) return null;
      const state = observer.before(call);
      if (state !== null) inside.add(call.thread);
      return state;
    },
    after(call, state) {
      inside.delete(call.thread);
      observer.after?.(call, state);
    },
  };
}

/** An observer that only needs to see that a call returned. */
export function returned(name: string, work: (call: Call) => void): Observer<true> {
  return {
    name,
    before: () => true,
    after(call) {
      if (call.exception === null) work(call);
    },
  };
}

/** Bytes that go through an operation: digest and size of all of them, and the first ones. */
export class Sink {
  size = 0;
  private readonly checksum = new Checksum("sha256");
  private readonly parts: ArrayBuffer[] = [];
  private kept = 0;

  add(bytes: ArrayBuffer): void {
    if (bytes.byteLength === 0) return;
    this.checksum.update(bytes);
    this.size += bytes.byteLength;
    const room = SAMPLE_BYTES - this.kept;
    if (room <= 0) return;
    const part = bytes.byteLength > room ? bytes.slice(0, room) : bytes;
    this.parts.push(part);
    this.kept += part.byteLength;
  }

  /** As the contract's `Blob`. */
  blob(): { sha256: string; size: number; sample: string } {
    const sample = new Uint8Array(this.kept);
    let at = 0;
    for (const part of this.parts) {
      sample.set(new Uint8Array(part), at);
      at += part.byteLength;
    }
    return { sha256: this.checksum.getString(), size: this.size, sample: toBase64(sample) };
  }
}

/** The blob of bytes that are at hand as a whole. */
export function blobOf(...bytes: ArrayBuffer[]): ReturnType<Sink["blob"]> {
  const sink = new Sink();
  for (const one of bytes) sink.add(one);
  return sink.blob();
}
