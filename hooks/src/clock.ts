/**
 * The phone's wall clock in nanoseconds.
 *
 * `clock_gettime` is looked up as the process's own code would find it (dlsym in the global symbol
 * order), so that a preloaded library which replaces it is honoured. Without it: `Date`, in ms.
 */

/** Whole seconds and nanoseconds since the Unix epoch: exact in JavaScript's numbers. */
export type Time = [seconds: number, nanoseconds: number];

const CLOCK_REALTIME = 0;

function findClockGettime(): NativePointer | null {
  const dlsym = Module.findGlobalExportByName("dlsym");
  if (dlsym !== null) {
    // bionic on 32-bit: RTLD_DEFAULT is -1; everywhere else it is null.
    const isAndroid32 = Process.pointerSize === 4;
    const everywhere = isAndroid32 ? ptr("0xffffffff") : NULL;
    const lookUp = new NativeFunction(dlsym, "pointer", ["pointer", "pointer"]);
    const found = lookUp(everywhere, Memory.allocUtf8String("clock_gettime"));
    if (!found.isNull()) return found;
  }
  return Module.findGlobalExportByName("clock_gettime");
}

function makeClock(): { source: string; read: () => Time } {
  const address = findClockGettime();
  if (address === null) {
    return {
      source: "Date",
      read: () => {
        const now = Date.now();
        const seconds = Math.floor(now / 1000);
        return [seconds, (now - seconds * 1000) * 1_000_000];
      },
    };
  }
  const owner = Process.findModuleByAddress(address)?.name ?? "?";
  const word = Process.pointerSize;
  const buffer = Memory.alloc(2 * word);
  // "exclusive" keeps the script's lock during the call: the buffer is shared by all threads.
  const call = new NativeFunction(address, "int", ["int", "pointer"], { scheduling: "exclusive" });
  const readWord = (offset: number): number =>
    word === 8 ? buffer.add(offset).readS64().toNumber() : buffer.add(offset).readS32();
  return {
    source: `clock_gettime in ${owner}`,
    read: () => {
      call(CLOCK_REALTIME, buffer);
      return [readWord(0), readWord(word)];
    },
  };
}

const clock = makeClock();

/** Where `now` comes from, for the ready message. */
export const clockSource = clock.source;

/** The time on the phone's wall clock. */
export const now = clock.read;
