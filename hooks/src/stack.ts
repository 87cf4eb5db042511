/**
 * The Java stack of the calling thread as one string: one string costs a fifth of an array of frames.
 */

import { use, type JavaWrapper } from "./java.js";

interface Text extends JavaWrapper {
  toString(): string;
}

interface Constructor<T> {
  $new(...args: unknown[]): T;
}

let makeThrowable: (() => JavaWrapper) | null = null;
let makeStringWriter: (() => Text) | null = null;
let makePrintWriter: ((to: JavaWrapper) => JavaWrapper) | null = null;

/** Look the classes up once; called while the hooks are installed. */
export function prepareStacks(): void {
  const throwable = use("java.lang.Throwable") as unknown as Constructor<JavaWrapper>;
  const stringWriter = use("java.io.StringWriter") as unknown as Constructor<Text>;
  const printWriter = use("java.io.PrintWriter") as unknown as {
    $new: { overload(...types: string[]): (to: JavaWrapper) => JavaWrapper };
  };
  makeThrowable = () => throwable.$new();
  makeStringWriter = () => stringWriter.$new();
  const make = printWriter.$new.overload("java.io.Writer");
  makePrintWriter = (to) => make.call(printWriter, to);
}

/** The stack, innermost frame first, one a line as `printStackTrace` writes them; cut at `limit`. */
export function stackText(limit: number): string {
  if (makeThrowable === null || makeStringWriter === null || makePrintWriter === null) return "";
  const text = makeStringWriter();
  const here = makeThrowable() as JavaWrapper & {
    printStackTrace: { overload(type: string): (to: JavaWrapper) => void };
  };
  here.printStackTrace.overload("java.io.PrintWriter").call(here, makePrintWriter(text));
  const whole = text.toString();
  const begin = whole.indexOf("\n") + 1; // the first line names the throwable
  return whole.slice(begin, begin + limit);
}
