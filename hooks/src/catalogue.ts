/**
 * The catalogue as the controller compiled it: which methods to hook and what their calls mean.
 *
 * This module only describes and matches; the checks of the catalogue's own text are done where it
 * is compiled (`farm/recorders/api/catalogue.py`).
 */

/** One condition on an argument: equal to, or beginning with, one of the texts. */
export interface Condition {
  argument: number;
  is: string[];
  starts: string[];
  uri: string[];
}

/** How to turn an argument or the result into text that names the information. */
export interface ValueRule {
  /** "result" or the index of an argument. */
  from: "result" | number;
  /** Read every element of a list or array (bounded). */
  each: boolean;
  /** Members to read, "name()" or "name", dotted; empty: the thing itself. */
  get: string[];
  as: "text" | "mac" | "hex" | "mac_bytes";
  /** Characters removed from the front, such as a canary's prefix. */
  strip: string;
}

export interface Api {
  id: string;
  class: string;
  method: string;
  /** Argument types of each overload to hook; null: all of them. */
  overloads: string[][] | null;
  /** The class is an interface or abstract: hook what implements it. */
  implementations: boolean;
  when: Condition[];
  values: ValueRule[];
  data_type: string;
}

export interface Limits {
  text: number;
  values: number;
  stack: number;
}

export interface Configuration {
  schema: number;
  apis: Api[];
  limits: Limits;
}

/** "content://authority/path" matches a rule at a boundary of the path, never inside a name. */
function matchesUri(text: string, rule: string): boolean {
  const withoutUser = text.replace(/^(content:\/\/)\d+@/i, "$1"); // content://0@contacts of a user
  const base = rule.endsWith("/") ? rule.slice(0, -1) : rule;
  if (withoutUser.slice(0, base.length).toLowerCase() !== base.toLowerCase()) return false;
  const next = withoutUser.charAt(base.length);
  return next === "" || next === "/" || next === "?" || next === "#";
}

/** Whether the call is one that the entry means. `text` gives an argument as text, lazily. */
export function matches(api: Api, text: (index: number) => string | null): boolean {
  for (const condition of api.when) {
    const value = text(condition.argument);
    if (value === null) return false;
    const held =
      condition.is.includes(value) ||
      condition.starts.some((prefix) => value.startsWith(prefix)) ||
      condition.uri.some((rule) => matchesUri(value, rule));
    if (!held) return false;
  }
  return true;
}
