/**
 * Everything the bundle says to the controller: one object a message, with schema, type and `seq`.
 *
 * Calls are batched (500, or what came within 50 ms; the first after a silence goes at once).
 * The controller acknowledges calls; while too many are on their way further ones are dropped and
 * counted, so that a slow link can never fill the app's memory.
 */

import { now, type Time } from "./clock.js";

const SCHEMA = 1;
const BATCH_CALLS = 500;
const BATCH_MS = 50;
const MOST_ON_THEIR_WAY = 20_000;

export interface CallRecord {
  api: string;
  data_type: string;
  class: string;
  method: string;
  args: string[];
  result: string | null;
  error: string | null;
  values: string[];
  stack: string;
  tid: number;
  t: Time;
  truncated: string[];
}

/** Running totals since the script began. */
export const totals = { captured: 0, sent: 0, dropped: 0, nested: 0, faults: 0 };

let sequence = 0;
let acknowledged = 0;
let batch: CallRecord[] = [];
let lastFlush = 0;
let timer: ReturnType<typeof setTimeout> | null = null;

/** Send one message at once. */
export function tell(type: string, content: Record<string, unknown> = {}): void {
  send({ schema: SCHEMA, type, seq: sequence++, now: now(), ...content });
}

/** Send the calls that wait. */
export function flush(): void {
  if (timer !== null) {
    clearTimeout(timer);
    timer = null;
  }
  lastFlush = Date.now();
  if (batch.length === 0) return;
  const calls = batch;
  batch = [];
  const first = totals.sent;
  totals.sent += calls.length;
  tell("calls", { first, calls });
}

/** Put one call into the batch. */
export function post(call: CallRecord): void {
  totals.captured++;
  if (totals.sent + batch.length - acknowledged >= MOST_ON_THEIR_WAY) {
    totals.dropped++;
    return;
  }
  batch.push(call);
  if (batch.length >= BATCH_CALLS || Date.now() - lastFlush >= BATCH_MS) flush();
  else timer ??= setTimeout(flush, BATCH_MS);
}

/** Something inside the bundle went wrong that no hook's own report covers. */
export function fault(where: string, error: unknown): void {
  totals.faults++;
  if (totals.faults <= 100) tell("fault", { where, reason: reasonOf(error) });
}

/** The text of anything thrown, bounded. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

function listen(): void {
  recv("ack", (message: { total?: unknown }) => {
    if (typeof message.total === "number" && message.total > acknowledged) {
      acknowledged = message.total;
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
