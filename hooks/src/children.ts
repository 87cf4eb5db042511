/**
 * Processes that the app's native code makes, and the programs that they become.
 *
 * A forked child has one thread, and a copy of every lock as it was: if another thread held the
 * script's, the child's first hooked call would wait for ever. So no script runs there: as the child
 * begins, the hooked functions get their own code back, by C that takes no lock. `execve` never
 * returns and is called in children mostly, so it is watched by C too, which writes what it sees into
 * a pipe. Whose thread it was, the pipe's reader knows by `pthread_self`, which a child keeps.
 */

import { cText } from "./c-text.js";
import { CODE_BYTES, HEADER_BYTES, MOST_BYTES, PROCESSORS, SOURCE, cleaner, replaceWhole } from "./child-code.js";
import { matches, type Limits, type NativeApi } from "./catalogue.js";
import { now, type Time } from "./clock.js";
import type { Outcome } from "./engine.js";
import { activeTypes } from "./nesting.js";
import { callRecord, fault, post, reasonOf, totals } from "./outbox.js";
import { bounded } from "./values.js";

export const EXECVE = "execve";
const MOST_HOOKS = 512;
const MOST_THREADS = 1000;
/** A child that has not become its program when its thread has made so many more is nobody's. */
const MOST_ORIGINS = 64;
/** A failed attempt follows at once: until then nobody knows that it is none. */
const FAILURE_MS = 50;
const O_NONBLOCK = 0x800;
const O_CLOEXEC = 0x80000;

/** A call by which a thread made a process. */
interface Origin {
  time: Time;
  thread: number;
  stack: number;
  /** Types of information that a running call of the thread covers already. */
  covered: string[];
}

interface Attempt {
  time: Time;
  path: string;
  words: string[];
  cut: boolean;
  origin: Origin | undefined;
}

const threadSelf = new NativeFunction(Module.getGlobalExportByName("pthread_self"), "pointer", []);
/** By `pthread_self`, oldest first: a thread may make the next process before the pipe is read. */
const origins = new Map<string, Origin[]>();

/** This thread is about to make a process. */
export function originate(thread: number, stack: number): void {
  const self = threadSelf().toString();
  let made = origins.get(self);
  if (made === undefined) {
    if (origins.size >= MOST_THREADS) origins.clear();
    made = [];
    origins.set(self, made);
  }
  made.push({ time: now(), thread, stack, covered: activeTypes(thread) });
  if (made.length > MOST_ORIGINS) made.shift();
}

/** The last call of the thread that was made by then; undefined: not known any more. */
function originAt(self: string, [seconds, nanoseconds]: Time): Origin | undefined {
  const before = (time: Time): boolean => time[0] < seconds || (time[0] === seconds && time[1] <= nanoseconds);
  return origins
    .get(self)
    ?.filter((origin) => before(origin.time))
    .at(-1);
}

export class Children {
  private readonly table = Memory.alloc(MOST_HOOKS * (Process.pointerSize + CODE_BYTES));
  private readonly count = Memory.alloc(4);
  private module: CModule | null = null;
  /** What the C code refers to; freed with this object. */
  private memory: { [symbol: string]: NativePointer } = {};

  constructor(
    private readonly apis: NativeApi[],
    private readonly limits: Limits,
  ) {}

  /** Watch children from now on. Has to come before any other function is hooked. */
  start(): Outcome {
    const ids = this.apis.map((api) => api.id);
    try {
      this.watch();
      return { installed: ids, failed: {} };
    } catch (error) {
      fault("processes that the app makes", error);
      return { installed: [], failed: Object.fromEntries(ids.map((id) => [id, reasonOf(error)])) };
    }
  }

  /** A function is about to be hooked: its code is kept for children. */
  keep(address: NativePointer): void {
    const number = this.count.readInt();
    if (this.module === null || number >= MOST_HOOKS) return;
    const place = this.table.add(number * (Process.pointerSize + CODE_BYTES));
    const code = address.readByteArray(CODE_BYTES);
    if (code === null) return;
    place.writePointer(address).add(Process.pointerSize).writeByteArray(code);
    this.count.writeInt(number + 1);
  }

  private watch(): void {
    const processor = PROCESSORS[Process.arch];
    if (processor === undefined) throw new Error(`not on this processor: ${Process.arch}`);
    const libc = (name: string): NativePointer => Module.getGlobalExportByName(name);
    const ends = Memory.alloc(8);
    const pipe = new NativeFunction(libc("pipe2"), "int", ["pointer", "int"]);
    if (pipe(ends, O_NONBLOCK | O_CLOEXEC) !== 0) throw new Error("no pipe");
    this.memory = {
      getpid: libc("getpid"),
      pthread_self: libc("pthread_self"),
      write: libc("write"),
      mprotect: libc("mprotect"),
      clock_gettime: libc("clock_gettime"),
      errno_place: Module.findGlobalExportByName("__errno") ?? libc("__errno_location"),
      clear_cache: Memory.alloc(Process.pointerSize).writePointer(cleaner(processor)),
      syscall: libc("syscall"),
      execve_number: Memory.alloc(4).writeInt(processor.execve),
      pipe_end: Memory.alloc(4).writeInt(ends.add(4).readInt()),
      page_size: Memory.alloc(4).writeInt(Process.pageSize),
      hooked_count: this.count.writeInt(0),
      hooked: this.table,
    };
    const module = new CModule(SOURCE, this.memory);
    const at = (name: string): NativePointer => module[name] as NativePointer;
    replaceWhole(libc(EXECVE), processor, at("watched_execve"), origins);
    this.module = module;
    const fork = libc("fork");
    this.keep(fork);
    Interceptor.attach(fork, { onLeave: at("left_fork") });
    void this.read(new UnixInputStream(ends.readInt(), { autoClose: true }));
  }

  private async read(stream: UnixInputStream): Promise<void> {
    const attempts = new Map<number, { attempt: Attempt; timer: ReturnType<typeof setTimeout> }>();
    const settle = (pid: number, error: string | null): void => {
      const waiting = attempts.get(pid);
      if (waiting === undefined) return;
      attempts.delete(pid);
      clearTimeout(waiting.timer);
      this.record(waiting.attempt, error);
    };
    for (;;) {
      try {
        const header = new DataView(await stream.readAll(HEADER_BYTES));
        const rest = await stream.readAll(header.getUint32(0, true) - HEADER_BYTES);
        const pid = header.getInt32(32, true);
        if (header.getUint32(4, true) === 2) {
          settle(pid, `errno ${header.getInt32(36, true)}`);
          continue;
        }
        settle(pid, null);
        const timer = setTimeout(() => {
          settle(pid, null);
        }, FAILURE_MS);
        attempts.set(pid, { attempt: attemptOf(header, rest), timer });
      } catch (error) {
        fault("programs that children become", error);
        return;
      }
    }
  }

  private record(attempt: Attempt, error: string | null): void {
    const args = [attempt.path, attempt.words.join(" ")];
    const subject = {
      text: (argument: "this" | number): string | null => (argument === "this" ? null : (args[argument] ?? null)),
      instanceOf: () => false,
    };
    const meant = this.apis.filter((api) => matches(api, subject));
    const free = meant.filter((api) => !(attempt.origin?.covered.includes(api.data_type) ?? false));
    totals.nested += meant.length - free.length;
    for (const api of free) {
      const truncated = new Set<string>(attempt.cut ? ["arguments"] : []);
      const bound = (text: string, field: string): string =>
        bounded(text, this.limits.text, (name) => void truncated.add(name), field);
      const values = error === null ? api.values.flatMap(({ from }) => (typeof from === "number" ? (args[from] ?? []) : [])) : [];
      post(
        callRecord(
          attempt.time,
          attempt.origin?.thread ?? 0,
          attempt.origin?.stack ?? 0,
          api.id,
          args.map((text) => bound(text, "arguments")),
          null,
          error,
          values.map((text) => bound(text, "values")),
          [...truncated],
        ),
      );
    }
  }
}

function attemptOf(header: DataView, rest: ArrayBuffer): Attempt {
  const bytes = new Uint8Array(rest);
  const memory = Memory.alloc(rest.byteLength + 1).writeByteArray(rest);
  const texts: string[] = [];
  let begin = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, begin)) {
    texts.push(cText(memory.add(begin), end - begin));
    begin = end + 1;
  }
  const [path = "", ...words] = texts;
  const self = ptr(header.getBigUint64(24, true).toString());
  const time: Time = [Number(header.getBigInt64(8, true)), Number(header.getBigInt64(16, true))];
  return {
    time,
    path,
    words,
    cut: rest.byteLength >= MOST_BYTES - HEADER_BYTES,
    origin: originAt(self.toString(), time),
  };
}
