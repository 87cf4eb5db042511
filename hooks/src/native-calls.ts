/**
 * Entries of the catalogue of kind `native`: calls of exported functions that hand over information.
 */

import { cText } from "./c-text.js";
import { matches, type Limits, type NativeApi, type ValueRule } from "./catalogue.js";
import { EXECVE, originate } from "./children.js";
import { now, type Time } from "./clock.js";
import { stackNumber, type NativeWatch } from "./natives.js";
import { begin, notNested } from "./nesting.js";
import { callRecord, post } from "./outbox.js";
import { bounded } from "./values.js";

/** These give a null pointer when they fail; the others give -1. */
const GIVES_POINTER = /^(fopen|fopen64|fdopen|popen|opendir|dlopen|__system_property_find)$/;
/** Other names of the same function: of compilers that check calls, and of files above 2 GB. */
const ALIASES: { [symbol: string]: string[] } = {
  fopen: ["fopen64"],
  open: ["open64", "__open_2"],
  openat: ["openat64", "__openat_2"],
};
/** These make a process, whose own `execve` is theirs. */
const COMMANDS = ["popen", "system"];
const MAKES_PROCESS = ["fork", "vfork", "posix_spawn", "posix_spawnp"];
const MOST_TEXTS = 64;
const PROP_VALUE_MAX = 92;
const AF_PACKET = 17;
const MOST_INTERFACES = 64;

type Argument = string | NativePointer | number;

interface State {
  meant: NativeApi[];
  args: Argument[];
  time: Time;
  thread: number;
  stack: number;
  end: () => void;
}

function readText(address: NativePointer, limit: number): string {
  return address.isNull() ? "null" : cText(address, limit + 1);
}

function readTexts(address: NativePointer, limit: number): string {
  const parts: string[] = [];
  for (let i = 0; i < MOST_TEXTS; i++) {
    const item = address.add(i * Process.pointerSize).readPointer();
    if (item.isNull()) break;
    parts.push(readText(item, limit));
  }
  return parts.join(" ");
}

function readArgument(raw: NativePointer, type: NativeApi["arguments"][number], limit: number): Argument {
  if (type === "int") return raw.toInt32();
  if (type === "text") return readText(raw, limit);
  if (type === "texts") return raw.isNull() ? "null" : readTexts(raw, limit);
  return raw;
}

function hexOf(address: NativePointer, length: number, separator: string): string {
  const bytes = new Uint8Array(address.readByteArray(length) ?? new ArrayBuffer(0));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(separator);
}

/** Hardware addresses in the list that getifaddrs(3) made: struct ifaddrs, struct sockaddr_ll. */
function hardwareAddresses(list: NativePointer): string[] {
  const word = Process.pointerSize;
  const found: string[] = [];
  let item = list.readPointer();
  for (let i = 0; i < MOST_INTERFACES && !item.isNull(); i++) {
    const address = item.add(3 * word).readPointer();
    if (!address.isNull() && address.readU16() === AF_PACKET && address.add(11).readU8() === 6) {
      const mac = hexOf(address.add(12), 6, ":");
      if (mac !== "00:00:00:00:00:00") found.push(mac);
    }
    item = item.readPointer();
  }
  return found;
}

/** The value behind a `prop_info`, which the app may read from now on. */
function propertyValue(info: NativePointer): string {
  const read = new NativeFunction(Module.getGlobalExportByName("__system_property_read"), "int", [
    "pointer",
    "pointer",
    "pointer",
  ]);
  const value = Memory.alloc(PROP_VALUE_MAX);
  read(info, NULL, value);
  return cText(value, PROP_VALUE_MAX);
}

/** The bytes of a pair of pointer and length, such as AMediaDrmByteArray. */
function spanOf(pair: NativePointer, limit: number): string {
  const length = Number(pair.add(Process.pointerSize).readULong());
  return hexOf(pair.readPointer(), Math.min(length, limit), "");
}

function readValue(rule: ValueRule, args: Argument[], result: NativePointer, limits: Limits): string[] {
  const source = rule.from === "result" ? result : rule.from === "this" ? undefined : args[rule.from];
  if (source === undefined) return [];
  if (typeof source !== "object") return [String(source)];
  if (rule.as === "property") return source.isNull() ? [] : [propertyValue(source)];
  if (rule.from === "result" && rule.at === 0 && rule.length === 0) return [String(source.toInt32())];
  if (source.isNull()) return [];
  if (rule.as === "interfaces") return hardwareAddresses(source);
  if (rule.as === "span") return [spanOf(source, limits.text / 2)];
  const place = source.add(rule.at);
  if (rule.length === 0) return [readText(place, limits.text)];
  if (rule.as === "text") return [readText(place, rule.length)];
  return [hexOf(place, rule.length, rule.as === "mac" ? ":" : "")];
}

/** One watch for all entries of a function. */
function watchOf(apis: NativeApi[], limits: Limits): NativeWatch<State> {
  const [first] = apis;
  const longest = apis.map((api) => api.arguments).sort((one, other) => other.length - one.length);
  const types = longest[0] ?? [];
  const symbol = first?.symbol ?? "";
  return {
    ids: apis.map((api) => api.id),
    library: first?.library ?? "",
    symbol,
    enter(invocation, raw) {
      const args = types.map((type, index) => readArgument(raw[index] ?? NULL, type, limits.text));
      const subject = {
        text: (argument: "this" | number): string | null => {
          const value = argument === "this" ? undefined : args[argument];
          return value === undefined || typeof value === "object" ? null : String(value);
        },
        instanceOf: () => false,
      };
      const thread = invocation.threadId;
      const meant = notNested(thread, apis.filter((api) => matches(api, subject)));
      if (meant.length === 0) return null;
      const time = now();
      const stack = stackNumber(invocation.context, limits.stack);
      const end = begin(thread, meant);
      if (COMMANDS.includes(symbol)) originate(thread, stack);
      return { meant, args, time, thread, stack, end };
    },
    leave(_invocation, state, result, errno) {
      state.end();
      const failed = GIVES_POINTER.test(symbol) ? result.isNull() : result.toInt32() === -1;
      for (const api of state.meant) record(api, state, result, failed ? `errno ${errno}` : null, limits);
    },
  };
}

function record(api: NativeApi, state: State, result: NativePointer, error: string | null, limits: Limits): void {
  const truncated = new Set<string>();
  const cut = (field: string): void => void truncated.add(field);
  const args = state.args.map((arg) => bounded(String(arg), limits.text, cut, "arguments"));
  const values =
    error === null
      ? api.values
          .flatMap((rule) => readValue(rule, state.args, result, limits))
          .filter((text) => text !== "")
          .slice(0, limits.values)
          .map((text) => bounded(text.toWellFormed(), limits.text, cut, "values"))
      : [];
  const shown = GIVES_POINTER.test(api.symbol) ? result.toString() : String(result.toInt32());
  post(callRecord(state.time, state.thread, state.stack, api.id, args, shown, error, values, [...truncated]));
}

/** Remembers which code makes a process, for what that becomes. */
function originOf(symbol: string, limits: Limits): NativeWatch {
  return {
    ids: [`behaviour.process.${symbol}`],
    library: "",
    symbol,
    enter(invocation) {
      originate(invocation.threadId, stackNumber(invocation.context, limits.stack));
      return null;
    },
  };
}

/** The entries, those of one function together; `execve` is watched where children are. */
export function nativeCalls(apis: NativeApi[], limits: Limits): NativeWatch[] {
  const groups = new Map<string, NativeApi[]>();
  for (const api of apis.filter(({ symbol }) => symbol !== EXECVE)) {
    const key = `${api.library}!${api.symbol}`;
    groups.set(key, [...(groups.get(key) ?? []), api]);
  }
  const watches = [...groups.values()].map((group) => watchOf(group, limits) as NativeWatch);
  const aliases = watches.flatMap((watch) =>
    (ALIASES[watch.symbol] ?? []).map((symbol) => ({ ...watch, symbol, optional: true })),
  );
  return [...watches, ...aliases, ...MAKES_PROCESS.map((symbol) => originOf(symbol, limits))];
}
