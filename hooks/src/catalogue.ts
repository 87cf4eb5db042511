/**
 * The catalogue as the controller compiled it: which methods to hook and what their calls mean.
 *
 * This module only describes and matches; the checks of the catalogue's own text are done where it
 * is compiled (`farm/recorders/api/catalogue.py`).
 */

/** One condition on an argument or on the object itself; one of its lists must match. */
export interface Condition {
  argument: "this" | number;
  /** A member to compare instead of the thing itself; empty: the thing. */
  get: string;
  is: string[];
  starts: string[];
  contains: string[];
  uri: string[];
  /** Paths, in which "*" stands for anything within one folder's name. */
  path: string[];
  /** Names of classes that the thing may be an instance of. */
  class: string[];
}

/** How to turn an argument or the result into text that names the information. */
export interface ValueRule {
  /** "result", "this" or the index of an argument. */
  from: "result" | "this" | number;
  /** Read every element of a list or array (bounded). */
  each: boolean;
  /** Members to read, "name()" or "name", dotted; empty: the thing itself. */
  get: string[];
  as: "text" | "mac" | "hex" | "ipv4" | "interfaces" | "span" | "property";
  /** Characters removed from the front, such as a canary's prefix. */
  strip: string;
  /** Native: where in the memory that the argument points at, and how many bytes; 0: a C string. */
  at: number;
  length: number;
}

/** What every entry says, whichever way its calls are seen. */
export interface Entry {
  id: string;
  data_type: string;
  when: Condition[];
  values: ValueRule[];
}

export interface Api extends Entry {
  class: string;
  method: string;
  /** Argument types of each overload to hook; null: all of them. */
  overloads: string[][] | null;
  /** The class is or was an interface or abstract: hook what extends or implements it too. */
  implementations: boolean;
}

/** A function that a native library exports. */
export interface NativeApi extends Entry {
  /** The library's file name; empty: whichever the process binds the symbol to. */
  library: string;
  symbol: string;
  arguments: ("int" | "text" | "texts" | "pointer")[];
}

export interface Limits {
  text: number;
  values: number;
  stack: number;
}

export interface Configuration {
  schema: number;
  apis: Api[];
  natives: NativeApi[];
  limits: Limits;
  /** The app that is inspected. */
  package: string;
  /** Whether checks of pinned certificates are overridden. */
  bypass_pinning: boolean;
}

/** How a condition looks at the call: both are asked lazily, since reading costs. */
export interface Subject {
  text(argument: "this" | number, get: string): string | null;
  instanceOf(argument: "this" | number, className: string): boolean;
}

/** "content://authority/path" matches a rule at a boundary of the path, never inside a name. */
function matchesUri(text: string, rule: string): boolean {
  const withoutUser = text.replace(/^(content:\/\/)\d+@/i, "$1"); // content://0@contacts of a user
  const base = rule.endsWith("/") ? rule.slice(0, -1) : rule;
  if (withoutUser.slice(0, base.length).toLowerCase() !== base.toLowerCase()) return false;
  const next = withoutUser.charAt(base.length);
  return next === "" || next === "/" || next === "?" || next === "#";
}

const patterns = new Map<string, RegExp>();

/** The process's own files: reading them is no look at another one. */
const OWN_PROCESS = new RegExp(`^/proc/(self|thread-self|${Process.id})/`);

/** Whether a path is one that the rule means; "*" never crosses a "/", nor is it the own process. */
function matchesPath(path: string, rule: string): boolean {
  if (rule.startsWith("/proc/*/") && OWN_PROCESS.test(path)) return false;
  let pattern = patterns.get(rule);
  if (pattern === undefined) {
    const escaped = rule.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "[^/]*");
    pattern = new RegExp(`^${escaped}$`);
    patterns.set(rule, pattern);
  }
  return pattern.test(path.replace(/\/{2,}/g, "/"));
}

function matchesText(condition: Condition, text: string): boolean {
  return (
    condition.is.includes(text) ||
    condition.starts.some((prefix) => text.startsWith(prefix)) ||
    condition.contains.some((part) => text.includes(part)) ||
    condition.uri.some((rule) => matchesUri(text, rule)) ||
    condition.path.some((rule) => matchesPath(text, rule))
  );
}

/** Whether the call is one that the entry means. */
export function matches(entry: Entry, subject: Subject): boolean {
  return entry.when.every((condition) => {
    if (condition.class.some((name) => subject.instanceOf(condition.argument, name))) return true;
    const text = subject.text(condition.argument, condition.get);
    return text !== null && matchesText(condition, text);
  });
}
