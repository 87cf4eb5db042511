/**
 * The app looking for instruments such as ours: noticed, so that coverage can say that it may have
 * behaved otherwise than on a user's phone; never fought.
 */

import { cText } from "../c-text.js";
import { now } from "../clock.js";
import { stackNumber, type NativeWatch } from "../natives.js";
import { eventRecord, post } from "../outbox.js";
import { bounds } from "./common.js";
import type { PortTried } from "./sockets.js";

/** What a path that the app opens or looks up gives away. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/^\/proc\/(self|thread-self|\d+)\/(s?maps|mem|pagemap)$/, "maps"],
  // Not stat or status of the process itself: every measurement of speed reads those.
  [/^\/proc\/(self|\d+)\/task\/\d+\/(comm|status)$/, "thread names"],
  [/^\/(data\/local\/tmp|data\/local|system\/(bin|lib64?)|data\/adb)\/(re\.)?(frida|gum)[^/]*/i, "files"],
  [/^(\/system(_ext)?|\/vendor|\/sbin|\/su|\/data\/local|\/data\/adb|\/cache)(\/[\w.-]+)*\/(su|busybox|magisk(hide|policy|su)?|ksu|daemonsu)$/, "su"],
  [/^\/system\/app\/Superuser\.apk$/, "su"],
];
const FRIDA_PORTS = new Set([27042, 27043]);
/** So many different ports of the loopback within a process are a scan. */
const SCAN_PORTS = 20;
const MOST_TOLD = 1000;

const told = new Map<string, number>();
const triedPorts = new Set<number>();
let lastLook = { thread: 0, stackTop: NULL, symbol: "" };

function report(way: string, detail: string, method: string, thread: number, stack: number): void {
  // The same look again and again is told a few times: its number is in the last of them.
  const key = `${way} ${detail}`;
  const times = (told.get(key) ?? 0) + 1;
  if (told.size < MOST_TOLD || told.has(key)) told.set(key, times);
  if ((times & (times - 1)) !== 0) return; // the 1st, 2nd, 4th, 8th ...
  const body = {
    kind: "instrumentation_sought",
    way,
    detail: times === 1 ? detail : `${detail} (${times} times so far)`,
    pid: Process.id,
    tid: thread,
  };
  post(eventRecord(now(), thread, stack, method, body));
}

function look(symbol: string, argument: number): NativeWatch {
  return {
    ids: [`behaviour.instruments.${symbol}`],
    library: "",
    symbol,
    kind: "instruments",
    enter(invocation, args) {
      const address = args[argument] ?? NULL;
      if (address.isNull()) return null;
      const path = cText(address, 300);
      const found = PATHS.find(([pattern]) => pattern.test(path));
      if (found === undefined || isSameLook(symbol, invocation)) return null;
      const stack = stackNumber(invocation.context, bounds.stack);
      report(found[1], path, symbol, invocation.threadId, stack);
      return null;
    },
  };
}

/**
 * Whether a function that looks was jumped to by the one before: access(2) may end so in
 * faccessat(2). It then returns to the hook of the first, which lies in no module.
 */
function isSameLook(symbol: string, invocation: InvocationContext): boolean {
  const last = lastLook;
  lastLook = { thread: invocation.threadId, stackTop: invocation.context.sp, symbol };
  if (last.thread !== lastLook.thread || last.symbol === symbol || !last.stackTop.equals(lastLook.stackTop)) return false;
  return Process.findModuleByAddress(invocation.returnAddress) === null;
}

/** Hears of connections to the loopback. */
export const portTried: PortTried = (port, thread, stack) => {
  triedPorts.add(port);
  if (FRIDA_PORTS.has(port)) report("port", `127.0.0.1:${port}`, "connect", thread, stack);
  else if (triedPorts.size === SCAN_PORTS) report("port", `${SCAN_PORTS} ports of 127.0.0.1`, "connect", thread, stack);
};

/** Files by which instruments and root access are sought. */
export function instruments(): NativeWatch[] {
  return [
    look("open", 0),
    look("open64", 0),
    look("__open_2", 0), // open(2) as compilers put it in where they check calls (FORTIFY)
    look("openat", 1),
    look("openat64", 1),
    look("__openat_2", 1),
    look("fopen", 0),
    look("fopen64", 0),
    look("access", 0),
    look("faccessat", 1),
    look("stat", 0),
    look("stat64", 0),
    look("lstat", 0),
    look("lstat64", 0),
    look("fstatat", 1),
    look("fstatat64", 1),
    look("__xstat64", 1), // stat(2) of libraries that were built on a glibc before 2.33
    look("__lxstat64", 1),
    look("__fxstatat64", 2),
    look("readlink", 0),
    look("opendir", 0),
  ];
}
