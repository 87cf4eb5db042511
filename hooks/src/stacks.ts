/**
 * The Java stack of the calling thread, as a number: each different stack is sent once.
 *
 * Finding out which stack it is takes a few microseconds (the runtime gives method and position of
 * each frame); writing one down takes a hundred, so that is done for a new one only. Where the
 * runtime's quick way is missing, the text itself tells stacks apart.
 */

import Java from "frida-java-bridge";
import { isHotSpot, frameReader } from "./hotspot.js";
import { use, type JavaWrapper } from "./java.js";

interface Constructor<T> {
  $new(...args: unknown[]): T;
}

/** Classes of the platform, whose use of an API is not the app's own doing. */
const PLATFORM =
  /^(java|javax|sun|com\.sun|jdk|android|com\.android|libcore|dalvik|org\.conscrypt|org\.apache\.harmony)\./;
/** Classes of the platform that only hand on what the app gives them. */
const WRAPPER =
  /^(javax\.crypto\.(Cipher|Mac|Cipher(In|Out)putStream)|java\.security\.(MessageDigest(\$\w+)?|Digest(In|Out)putStream)|java\.util\.(Base64\$\w+|zip\.\w+)|java\.io\.\w+|android\.util\.Base64\w*|android\.content\.ContextWrapper|android\.app\.(Activity|ContextImpl|Instrumentation)|java\.lang\.(System|Runtime|reflect\.\w+)|(jdk\.internal|sun)\.reflect\..*|dalvik\.system\.\w+|java\.lang\.ClassLoader)$/;
const MOST_KNOWN = 4096;
const MOST_FRAMES = 64;

/** A stack that the controller does not know yet. */
export type NewStack = [number: number, text: string];

let makeText: (() => string) | null = null;
let identify: (() => string | null) | null = null;
let next = 1;
const known = new Map<string, number>();
const ownDoing = new Map<number, boolean>();
let unsent: NewStack[] = [];

/** Look the classes up once; called while the hooks are installed. */
export function prepareStacks(): void {
  makeText = stackPrinter();
  identify = isHotSpot() ? frameReader(MOST_FRAMES) : artIdentity();
}

function stackPrinter(): () => string {
  const throwable = use("java.lang.Throwable") as unknown as Constructor<JavaWrapper>;
  const stringWriter = use("java.io.StringWriter") as unknown as Constructor<JavaWrapper>;
  const printWriter = use("java.io.PrintWriter") as unknown as {
    $new: { overload(...types: string[]): (to: JavaWrapper) => JavaWrapper };
  };
  const makeWriter = printWriter.$new.overload("java.io.Writer");
  return () => {
    const text = stringWriter.$new();
    const here = throwable.$new() as JavaWrapper & {
      printStackTrace: { overload(type: string): (to: JavaWrapper) => void };
    };
    here.printStackTrace.overload("java.io.PrintWriter").call(here, makeWriter.call(printWriter, text));
    const whole = (text as unknown as { toString(): string }).toString();
    return whole.slice(whole.indexOf("\n") + 1); // the first line names the throwable
  };
}

function artIdentity(): () => string | null {
  let works = true;
  return () => {
    if (!works) return null;
    try {
      return (Java as unknown as { backtrace(options: { limit: number }): { id: string } }).backtrace({
        limit: MOST_FRAMES,
      }).id;
    } catch {
      works = false; // this version of ART is not known to the bridge
      return null;
    }
  };
}

/** The number of the calling thread's stack; 0: it has none. `limit` bounds its text. */
export function currentStack(limit: number): number {
  if (makeText === null) return 0;
  const identity = identify?.() ?? null;
  if (identity === null) {
    const text = makeText().slice(0, limit);
    return known.get(text) ?? remember(text, text);
  }
  return known.get(identity) ?? remember(identity, makeText().slice(0, limit));
}

function remember(key: string, text: string): number {
  if (known.size >= MOST_KNOWN) {
    known.clear(); // those that come again are sent again
    ownDoing.clear();
  }
  const number = next++;
  known.set(key, number);
  ownDoing.set(number, calledByApp(text));
  unsent.push([number, text.toWellFormed()]);
  return number;
}

/** Whether the first caller that decides anything is code of the app, and not of the platform. */
export function isOwnDoing(number: number): boolean {
  return ownDoing.get(number) ?? true;
}

function calledByApp(text: string): boolean {
  const [, ...callers] = text.split("\n");
  for (const line of callers) {
    const place = line.slice(line.indexOf("at ") + 3).split("(", 1)[0] ?? "";
    const member = place.slice(place.lastIndexOf("/") + 1); // HotSpot: "java.base/java.util..."
    const className = member.slice(0, member.lastIndexOf("."));
    if (!WRAPPER.test(className)) return className !== "" && !PLATFORM.test(member);
  }
  return false;
}

/** The calling thread's stack as text; the thread has to be known to the Java runtime. */
export function currentStackText(limit: number): string {
  return makeText === null ? "" : makeText().slice(0, limit);
}

/** A stack that was made elsewhere, such as one of native frames, by its text. */
export function numberOf(text: string): number {
  return known.get(text) ?? remember(text, text);
}

/** The stacks that the controller has to hear of before the next records. */
export function takeNewStacks(): NewStack[] {
  const taken = unsent;
  unsent = [];
  return taken;
}
