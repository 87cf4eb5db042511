/**
 * Everything the bundle says to the controller: one object a message, with schema, type and `seq`.
 *
 * Records go in batches (500, or what came within 50 ms; the first after a silence goes at once):
 * UTF-8 JSON beside the message, so that the controller decodes them once, straight into events.
 * The controller acknowledges records. While many are on their way the app's calls are slowed down,
 * as long as it still acknowledges; beyond that they are dropped and counted, so that a broken link
 * can never fill the app's memory or stop it.
 */

import { now, type Time } from "./clock.js";
import { takeNewStacks } from "./stacks.js";

const SCHEMA = 2;
const BATCH_RECORDS = 500;
const BATCH_CHARACTERS = 1_000_000;
const BATCH_MS = 50;
const MOST_ON_THEIR_WAY = 100_000;
const MOST_CHARACTERS_ON_THEIR_WAY = 48_000_000;
/** While the controller is alive and behind, the app waits a little: better than a loss. */
const WAIT_SECONDS = 0.002;
const ALIVE_MS = 2000;

/** A record as it stands in a batch: its tag, time, thread, stack, and what its kind has. */
export type Record = [tag: string, seconds: number, nanoseconds: number, thread: number, stack: number, ...unknown[]];

/** Running totals since the script began. */
export const totals = { captured: 0, sent: 0, dropped: 0, nested: 0, faults: 0 };

let sequence = 0;
let acknowledged = 0;
let batch: string[] = [];
let characters = 0;
/** Batches that were not acknowledged yet: the total after each, and its characters. */
let onTheirWay: [total: number, characters: number][] = [];
let charactersOnTheirWay = 0;
let lastFlush = 0;
let lastAcknowledged = 0;
let timer: ReturnType<typeof setTimeout> | null = null;

/** A call that an entry of the catalogue means. */
export function callRecord(
  time: Time,
  thread: number,
  stack: number,
  api: string,
  args: string[],
  result: string | null,
  error: string | null,
  values: string[],
  truncated: string[],
): Record {
  return ["call", time[0], time[1], thread, stack, api, args, result, error, values, truncated];
}

/** Something else that the app did by calling `method`; `body` has the fields of the event of that kind. */
export function eventRecord(
  time: Time,
  thread: number,
  stack: number,
  method: string,
  body: { kind: string } & { [field: string]: unknown },
): Record {
  return ["event", time[0], time[1], thread, stack, method, body];
}

/** Send one message at once. */
export function tell(type: string, content: { [field: string]: unknown } = {}, data: ArrayBuffer | null = null): void {
  send({ schema: SCHEMA, type, seq: sequence++, now: now(), ...content }, data);
}

const strlen = new NativeFunction(Module.getGlobalExportByName("strlen"), "size_t", ["pointer"], {
  scheduling: "exclusive", // no other thread's batch may overtake this one
});

/** A text without a zero as UTF-8. */
export function utf8(text: string): ArrayBuffer {
  const memory = Memory.allocUtf8String(text);
  // A zero inside is written as \u0000 in JSON, so the first zero byte is the end.
  return memory.readByteArray(Number(strlen(memory))) ?? new ArrayBuffer(0);
}

/** Send the records that wait. */
export function flush(): void {
  if (timer !== null) {
    clearTimeout(timer);
    timer = null;
  }
  lastFlush = Date.now();
  if (batch.length === 0) return;
  const records = batch;
  const size = characters;
  batch = [];
  characters = 0;
  const first = totals.sent;
  totals.sent += records.length;
  onTheirWay.push([totals.sent, size]);
  charactersOnTheirWay += size;
  const stacks = JSON.stringify(takeNewStacks());
  tell("records", { first, count: records.length }, utf8(`[${stacks},[${records.join(",")}]]`));
}

/** Put one record into the batch. */
export function post(record: Record): void {
  totals.captured++;
  const waiting = Math.max(
    (totals.sent + batch.length - acknowledged) / MOST_ON_THEIR_WAY,
    (charactersOnTheirWay + characters) / MOST_CHARACTERS_ON_THEIR_WAY,
  );
  if (waiting > 0.5 && Date.now() - lastAcknowledged < ALIVE_MS) Thread.sleep(WAIT_SECONDS);
  if (waiting >= 1) {
    totals.dropped++;
    return;
  }
  const text = JSON.stringify(record);
  batch.push(text);
  characters += text.length;
  if (
    batch.length >= BATCH_RECORDS ||
    characters >= BATCH_CHARACTERS ||
    Date.now() - lastFlush >= BATCH_MS
  ) {
    flush();
  } else {
    timer ??= setTimeout(flush, BATCH_MS);
  }
}

/** Something inside the bundle went wrong that no hook's own report covers. */
export function fault(where: string, error: unknown): void {
  totals.faults++;
  if (totals.faults <= 100) tell("fault", { where, reason: reasonOf(error) });
}

/** The text of anything thrown, bounded. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500).toWellFormed();
}

function listen(): void {
  recv("ack", (message: { total?: unknown }) => {
    if (typeof message.total === "number" && message.total > acknowledged) {
      acknowledged = message.total;
      lastAcknowledged = Date.now();
      for (const [total, size] of onTheirWay) {
        if (total <= acknowledged) charactersOnTheirWay -= size;
      }
      onTheirWay = onTheirWay.filter(([total]) => total > acknowledged);
    }
    listen();
  });
}

/** Begin to read acknowledgements and to give signs of life every second. */
export function startOutbox(): void {
  listen();
  setInterval(() => {
    flush();
    tell("heartbeat", { totals: { ...totals } });
  }, 1000);
}
