/**
 * Functions that native libraries export, watched wherever the process binds them.
 *
 * What the runtime itself calls is passed over: only code of the app, or of the libraries that
 * serve its Java code, acts for the app. A symbol that no library exports yet is hooked as soon as
 * one does.
 */

import Java from "frida-java-bridge";
import type { Children } from "./children.js";
import type { Outcome } from "./engine.js";
import { unobserved } from "./observe.js";
import { fault, reasonOf } from "./outbox.js";
import { currentStackText, numberOf } from "./stacks.js";

/** Libraries whose calls are the runtime's own; in some of them no Java may be called. */
const RUNTIME =
  /^(lib(jvm|jimage|zip|art|artbase|dexfile|artpalette|nativeloader|nativebridge|profile|sigchain|base|log|c|dl|pthread)([-.].*)?\.so.*|linker(64)?|ld-linux.*|frida-.*|\[vdso\])$/;
const MOST_FRAMES = 24;

/** Looks at calls of an exported function. `State` is what `enter` keeps for `leave`. */
export interface NativeWatch<State = unknown> {
  /** Under which it is reported. */
  ids: string[];
  /** The library's file name; empty: whichever exports the symbol. */
  library: string;
  symbol: string;
  /** Hook it in each library that exports it, and not only where it is found first. */
  every?: boolean;
  /** Not every process has it: nobody waits for it. */
  optional?: boolean;
  /** Of one kind, a function is watched once, by however many names it goes. */
  kind?: string;
  /** Null: the call means nothing to it, and `leave` is left out. */
  enter(invocation: InvocationContext, args: InvocationArguments): State | null;
  leave?(invocation: InvocationContext, state: State, result: NativePointer, errno: number): void;
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
export function stackNumber(context: CpuContext, limit: number): number {
  if (limit <= 0) return 0;
  const frames = nativeFrames(context);
  const env = (Java.vm as unknown as { tryGetEnv(): object | null }).tryGetEnv();
  let java = "";
  if (env !== null) Java.vm.perform(() => (java = currentStackText(limit)));
  return numberOf((frames + java).slice(0, limit));
}

/** One hook of a function, for all that watch it under whatever name. */
class NativeHook {
  private readonly watches: NativeWatch[] = [];
  private listener: InvocationListener | null = null;
  private listensToEnd = false;

  constructor(
    private readonly address: NativePointer,
    private readonly isRuntime: (address: NativePointer) => boolean,
  ) {}

  /** Let one more look at its calls. */
  add(watch: NativeWatch): void {
    if (this.watches.some((one) => one === watch || (one.kind !== undefined && one.kind === watch.kind))) return;
    this.watches.push(watch);
    const needsEnd = watch.leave !== undefined;
    if (this.listener !== null && (this.listensToEnd || !needsEnd)) return;
    this.listener?.detach();
    this.listensToEnd = needsEnd;
    this.listener = Interceptor.attach(this.address, this.callbacks(needsEnd));
  }

  /** Without the end where nobody needs it: it costs, and a call of vfork(2) returns twice. */
  private callbacks(withEnd: boolean): ScriptInvocationListenerCallbacks {
    const enter = this.enter.bind(this);
    const leave = this.leave.bind(this);
    return {
      onEnter(args) {
        enter(this, args);
      },
      ...(withEnd && {
        onLeave(this: InvocationContext, result: InvocationReturnValue) {
          leave(this, result);
        },
      }),
    };
  }

  private enter(invocation: InvocationContext, args: InvocationArguments): void {
    if (this.isRuntime(invocation.returnAddress)) return;
    unobserved("native function", invocation.threadId, () => {
      for (const watch of this.watches) {
        try {
          const state = watch.enter(invocation, args);
          if (state !== null) statesOf(invocation).push([watch, state]);
        } catch (error) {
          fault(`${watch.symbol} before the call`, error);
        }
      }
    });
  }

  private leave(invocation: InvocationContext, returned: InvocationReturnValue): void {
    const states = invocation["farm"] as [NativeWatch, unknown][] | undefined;
    if (states === undefined) return;
    const result = ptr(returned.toString());
    const { errno } = invocation as UnixInvocationContext;
    unobserved("native function", invocation.threadId, () => {
      for (const [watch, state] of states.reverse()) {
        try {
          watch.leave?.(invocation, state, result, errno);
        } catch (error) {
          fault(`${watch.symbol} after the call`, error);
        }
      }
    });
  }
}

function statesOf(invocation: InvocationContext): [NativeWatch, unknown][] {
  const states = (invocation["farm"] ?? []) as [NativeWatch, unknown][];
  invocation["farm"] = states;
  return states;
}

/** Where our own agent lies: it hides from the lists of modules. */
function agentRanges(): [NativePointer, NativePointer][] {
  let maps = "";
  try {
    maps = File.readAllText("/proc/self/maps");
  } catch {
    return [];
  }
  return maps
    .split("\n")
    .filter((line) => /frida|memfd:.*(agent|gadget)/.test(line))
    .map((line) => {
      const [start = "0", end = "0"] = (line.split(" ", 1)[0] ?? "").split("-");
      return [ptr(`0x${start}`), ptr(`0x${end}`)];
    });
}

/** Hook what is there, and what comes later; `report` hears of each. Gives symbols that are missing. */
export function watchNatives(
  watches: NativeWatch[],
  children: Children,
  report: (outcome: Outcome) => void,
): () => string[] {
  report(children.start());
  const waiting = new Set(watches);
  const ranges = agentRanges();
  const isRuntime = (address: NativePointer): boolean =>
    ranges.some(([start, end]) => address.compare(start) >= 0 && address.compare(end) < 0);
  const hooks = new Map<string, NativeHook>();
  const find = (module: Module): void => {
    const outcome: Outcome = { installed: [], failed: {} };
    for (const watch of waiting) {
      if (watch.library !== "" && watch.library !== module.name) continue;
      const address = module.findExportByName(watch.symbol);
      if (address === null) continue;
      if (watch.every !== true) waiting.delete(watch);
      try {
        const key = address.toString(); // open and open64 are one function
        let hook = hooks.get(key);
        if (hook === undefined) {
          children.keep(address);
          hook = new NativeHook(address, isRuntime);
          hooks.set(key, hook);
        }
        hook.add(watch);
        outcome.installed.push(...watch.ids);
      } catch (error) {
        for (const id of watch.ids) outcome.failed[id] = reasonOf(error);
      }
    }
    if (outcome.installed.length > 0 || Object.keys(outcome.failed).length > 0) report(outcome);
  };
  Process.attachModuleObserver({
    onAdded(module) {
      if (RUNTIME.test(module.name)) ranges.push([module.base, module.base.add(module.size)]);
      if (waiting.size > 0) find(module);
    },
  });
  const isAwaited = (watch: NativeWatch): boolean =>
    watch.optional !== true && !(watch.ids[0]?.startsWith("behaviour.") ?? true);
  return () => [...waiting].filter(isAwaited).map((watch) => `${watch.library}!${watch.symbol}`);
}
