/**
 * Functions that native libraries export: entries of the catalogue of kind `native`.
 *
 * What the runtime itself calls is passed over: only code of the app, or of the libraries that
 * serve its Java code, reads for the app. A symbol that no library exports yet is hooked as soon
 * as one does.
 */

import Java from "frida-java-bridge";
import { matches, type Limits, type NativeApi, type ValueRule } from "./catalogue.js";
import { now, type Time } from "./clock.js";
import { begin, notNested } from "./nesting.js";
import { unobserved } from "./observe.js";
import { callRecord, post, reasonOf } from "./outbox.js";
import { currentStackText, numberOf } from "./stacks.js";
import { bounded } from "./values.js";

/** Libraries whose calls are the runtime's own; in some of them no Java may be called. */
const RUNTIME =
  /^(lib(jvm|jimage|zip|art|artbase|dexfile|artpalette|nativeloader|nativebridge|profile|sigchain|base|log|c|dl|pthread)([-.].*)?\.so.*|linker(64)?|ld-linux.*|frida-.*|\[vdso\])$/;
/** These give a null pointer when they fail; the others give -1. */
const GIVES_POINTER = /^(fopen|fopen64|fdopen|popen|opendir|dlopen|__system_property_find)$/;
const MOST_FRAMES = 24;
const MOST_TEXTS = 64;
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
  if (address.isNull()) return "null";
  try {
    const text = address.readUtf8String() ?? "";
    return text.slice(0, limit + 1);
  } catch {
    return (address.readCString(limit) ?? "").toWellFormed(); // no valid UTF-8
  }
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

function readValue(rule: ValueRule, args: Argument[], result: NativePointer, limits: Limits): string[] {
  const source = rule.from === "result" ? result : rule.from === "this" ? undefined : args[rule.from];
  if (source === undefined) return [];
  if (typeof source !== "object") return [String(source)];
  if (rule.from === "result" && rule.at === 0 && rule.length === 0) return [String(source.toInt32())];
  if (source.isNull()) return [];
  if (rule.as === "interfaces") return hardwareAddresses(source);
  const place = source.add(rule.at);
  if (rule.length === 0) return [readText(place, limits.text)];
  if (rule.as === "text") return [readText(place, rule.length)];
  return [hexOf(place, rule.length, rule.as === "mac" ? ":" : "")];
}

function nativeFrames(context: CpuContext): string {
  let addresses: NativePointer[];
  try {
    addresses = Thread.backtrace(context, Backtracer.ACCURATE);
  } catch {
    addresses = [];
  }
  const lines: string[] = [];
  for (const address of addresses.slice(0, MOST_FRAMES)) {
    const module = Process.findModuleByAddress(address);
    if (module === null || RUNTIME.test(module.name)) break; // Java's own frames say more
    const name = DebugSymbol.fromAddress(address).name ?? "";
    lines.push(`\tat ${module.name}+0x${address.sub(module.base).toString(16)}(${name})\n`);
  }
  return lines.join("");
}

/** The stack of native frames, and below them the Java code that called them. */
function stackNumber(context: CpuContext, limit: number): number {
  if (limit <= 0) return 0;
  const frames = nativeFrames(context);
  const env = (Java.vm as unknown as { tryGetEnv(): object | null }).tryGetEnv();
  let java = "";
  if (env !== null) Java.vm.perform(() => (java = currentStackText(limit)));
  return numberOf((frames + java).slice(0, limit));
}

class NativeHook {
  private readonly apis: NativeApi[] = [];
  private types: NativeApi["arguments"] = [];

  constructor(
    private readonly symbol: string,
    private readonly limits: Limits,
    private readonly isRuntime: (address: NativePointer) => boolean,
  ) {}

  /** Let the hook serve these entries too; the same under another name of the function is no second. */
  add(apis: NativeApi[]): void {
    const meaning = (api: NativeApi): string => JSON.stringify([api.data_type, api.when, api.values]);
    const known = new Set(this.apis.map(meaning));
    for (const api of apis) {
      if (api.arguments.length > this.types.length) this.types = api.arguments;
      if (api.symbol === this.symbol || !known.has(meaning(api))) this.apis.push(api);
    }
  }

  attach(address: NativePointer): void {
    const enter = this.enter.bind(this);
    const leave = this.leave.bind(this);
    Interceptor.attach(address, {
      onEnter(args) {
        enter(this, args);
      },
      onLeave(result) {
        leave(this, result);
      },
    });
  }

  private enter(invocation: InvocationContext, raw: InvocationArguments): void {
    if (this.isRuntime(invocation.returnAddress)) return;
    const thread = invocation.threadId;
    const state = unobserved(this.symbol, thread, (): State | null => {
      const args = this.types.map((type, index) => readArgument(raw[index] ?? NULL, type, this.limits.text));
      const subject = {
        text: (argument: "this" | number): string | null => {
          const value = argument === "this" ? undefined : args[argument];
          return value === undefined || typeof value === "object" ? null : String(value);
        },
        instanceOf: () => false,
      };
      const meant = notNested(thread, this.apis.filter((api) => matches(api, subject)));
      if (meant.length === 0) return null;
      const time = now();
      const stack = stackNumber(invocation.context, this.limits.stack);
      return { meant, args, time, thread, stack, end: begin(thread, meant) };
    });
    if (state === null) return;
    invocation["farm"] = state;
  }

  private leave(invocation: InvocationContext, result: InvocationReturnValue): void {
    const state = invocation["farm"] as State | undefined;
    if (state === undefined) return;
    state.end();
    const value = ptr(result.toString());
    const errno = (invocation as UnixInvocationContext).errno;
    unobserved(this.symbol, state.thread, () => {
      const failed = GIVES_POINTER.test(this.symbol) ? value.isNull() : value.toInt32() === -1;
      for (const api of state.meant) this.record(api, state, value, failed ? `errno ${errno}` : null);
    });
  }

  private record(api: NativeApi, state: State, result: NativePointer, error: string | null): void {
    const { limits } = this;
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
}

/** What became of the native entries: ids, ids with a reason, and symbols that nothing exports yet. */
export interface NativeOutcome {
  installed: string[];
  failed: { [id: string]: string };
}

/** Hook what is there, and what comes later; `report` hears of each. Gives symbols that are missing. */
export function watchNatives(
  apis: NativeApi[],
  limits: Limits,
  report: (outcome: NativeOutcome) => void,
): () => string[] {
  const groups = new Map<string, NativeApi[]>();
  for (const api of apis) {
    const key = `${api.library}!${api.symbol}`;
    groups.set(key, [...(groups.get(key) ?? []), api]);
  }
  const ranges: [NativePointer, NativePointer][] = [];
  const isRuntime = (address: NativePointer): boolean =>
    ranges.some(([start, end]) => address.compare(start) >= 0 && address.compare(end) < 0);
  const hooks = new Map<string, NativeHook>();
  Process.attachModuleObserver({
    onAdded(module) {
      if (RUNTIME.test(module.name)) ranges.push([module.base, module.base.add(module.size)]);
      const outcome: NativeOutcome = { installed: [], failed: {} };
      for (const [key, group] of groups) {
        const [first] = group;
        if (first === undefined || (first.library !== "" && first.library !== module.name)) continue;
        const address = module.findExportByName(first.symbol);
        if (address === null) continue;
        groups.delete(key);
        try {
          let hook = hooks.get(address.toString()); // open and open64 are one function
          if (hook === undefined) {
            hook = new NativeHook(first.symbol, limits, isRuntime);
            hook.attach(address);
            hooks.set(address.toString(), hook);
          }
          hook.add(group);
          outcome.installed.push(...group.map((api) => api.id));
        } catch (error) {
          for (const api of group) outcome.failed[api.id] = reasonOf(error);
        }
      }
      if (outcome.installed.length > 0 || Object.keys(outcome.failed).length > 0) report(outcome);
    },
  });
  return () => [...groups.keys()];
}
