/**
 * Calls that are still running on each thread, by the kind of information they hand over.
 *
 * The framework's own way to the same information inside such a call is not the app's second read.
 */

import { totals } from "./outbox.js";

const active = new Map<number, string[]>();

/** Those of the entries that no running call of this thread covers; the others are counted. */
export function notNested<T extends { data_type: string }>(thread: number, entries: T[]): T[] {
  const outer = active.get(thread);
  if (outer === undefined) return entries;
  const left = entries.filter((entry) => !outer.includes(entry.data_type));
  totals.nested += entries.length - left.length;
  return left;
}

/** A call begins; the returned function has to be called at its end. */
export function begin(thread: number, entries: { data_type: string }[]): () => void {
  const outer = active.get(thread);
  const types = entries.map((entry) => entry.data_type);
  active.set(thread, outer === undefined ? types : [...outer, ...types]);
  return () => {
    if (outer === undefined) active.delete(thread);
    else active.set(thread, outer);
  };
}

/** Types of information that running calls of this thread hand over. */
export function activeTypes(thread: number): string[] {
  return active.get(thread) ?? [];
}
