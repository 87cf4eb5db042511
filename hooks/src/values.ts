/**
 * Java values as bounded text: arguments, results, and the information inside them.
 *
 * `toString` is called on the framework's own value classes only: an app's class could do anything
 * in it. Nothing here may throw into the app; the engine catches what does.
 */

import type { Raw } from "./bridge.js";
import type { Limits, ValueRule } from "./catalogue.js";
import {
  arrayElement,
  arrayLength,
  callForObject,
  classOf,
  isInstanceOf,
  readBytes,
  readString,
  superclassOf,
  withLocals,
} from "./jni.js";
import { follow, knownClasses } from "./members.js";

type Env = NativePointer;
type Reference = NativePointer;

/** Classes of the platform whose `toString` is the value. */
const OWN_TEXT =
  /^(java\.lang\.(String|Boolean|Byte|Character|Short|Integer|Long|Float|Double|Class|StringBuilder|StringBuffer)|java\.util\.(Locale|UUID)|java\.io\.File|java\.net\.(URL|URI|InetAddress|Inet4Address|Inet6Address|InetSocketAddress)|android\.net\.Uri(\$\w+)?|android\.content\.(ComponentName|Intent)|android\.accounts\.Account|android\.text\.Spann\w+)$/;
/** Declared types that say little of the value. */
const OPEN_TYPE = /^(java\.lang\.(Object|CharSequence|Number|Comparable)|java\.io\.Serializable|java\.net\.SocketAddress)$/;
const MOST_ELEMENTS = 16;

/** Collects which fields had to be cut. */
export type Cut = (field: string) => void;

/** Bound a text to `limit` characters. */
export function bounded(text: string, limit: number, cut: Cut, field: string): string {
  if (text.length <= limit) return text;
  cut(field);
  return text.slice(0, limit).toWellFormed(); // the cut may part a pair of surrogates
}

function hexOf(bytes: ArrayBuffer, separator: string): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join(separator);
}

/** The name of an object's real class. */
export function classNameOf(env: Env, object: Reference): string {
  const name = callForObject(env, classOf(env, object), knownClasses(env).getName);
  return name === null ? "?" : readString(env, name, 500).text;
}

/** Whether the object is an instance of the class of this name, or of one below it. */
export function isOfClass(env: Env, object: Reference, className: string): boolean {
  return withLocals(env, () => {
    const { getName } = knownClasses(env);
    let klass = classOf(env, object);
    while (!klass.isNull()) {
      const name = callForObject(env, klass, getName);
      if (name !== null && readString(env, name, 500).text === className) return true;
      klass = superclassOf(env, klass);
    }
    return false;
  });
}

/** An object as text, one character longer than the limit if it had to be cut. */
export function objectText(env: Env, object: Reference, limit: number): string {
  const { string, toString } = knownClasses(env);
  if (isInstanceOf(env, object, string)) return readString(env, object, limit + 1).text;
  const name = classNameOf(env, object);
  if (name === "[B") {
    const count = Math.min(arrayLength(env, object), limit / 2);
    return `0x${hexOf(readBytes(env, object, 0, count), "")}`;
  }
  if (name.startsWith("[L") || name.startsWith("[[")) return listText(env, object, limit);
  if (name.startsWith("[")) return `array of ${arrayLength(env, object)}`;
  if (!OWN_TEXT.test(name)) return name;
  const text = callForObject(env, object, toString);
  return text === null ? name : readString(env, text, limit + 1).text;
}

function listText(env: Env, array: Reference, limit: number): string {
  const length = arrayLength(env, array);
  const shown = Math.min(length, MOST_ELEMENTS);
  const parts = Array.from({ length: shown }, (_, index) => {
    const element = arrayElement(env, array, index);
    return element === null ? "null" : objectText(env, element, limit);
  });
  return `[${parts.join(", ")}${length > shown ? `, … ${length}` : ""}]`;
}

/** A value of a declared type as text, one character longer than the limit if it had to be cut. */
export function valueText(env: Env, value: Raw | undefined, type: string, limit: number): string {
  if (value === undefined) return "null";
  if (type === "boolean") return value === 0 ? "false" : "true";
  if (type === "char") return String.fromCharCode(value as number).toWellFormed();
  if (!(value instanceof NativePointer)) return value.toString();
  if (value.isNull()) return "null";
  if (type === "java.lang.String") return readString(env, value, limit + 1).text;
  if (!OWN_TEXT.test(type) && !OPEN_TYPE.test(type) && !type.startsWith("[")) return type;
  return withLocals(env, () => objectText(env, value, limit));
}

/** What a condition compares: an argument, or one member of it; null: there is nothing. */
export function comparedText(env: Env, value: Raw | undefined, type: string, get: string, limit: number): string | null {
  if (!(value instanceof NativePointer)) return value === undefined ? null : valueText(env, value, type, limit);
  if (value.isNull()) return null;
  if (get === "" && type === "java.lang.String") return readString(env, value, limit).text;
  return withLocals(env, () => {
    const member = get === "" ? value : follow(env, value, get);
    if (member === null) return null;
    const elements = arrayOf(env, member);
    if (elements === null || classNameOf(env, member) === "[B") return objectText(env, member, limit);
    const count = Math.min(arrayLength(env, elements), MOST_ELEMENTS);
    const parts = Array.from({ length: count }, (_, index) => arrayElement(env, elements, index));
    return parts.map((part) => (part === null ? "null" : objectText(env, part, limit))).join(" ");
  });
}

/** The elements of an array or collection as an array; null: it is neither. */
function arrayOf(env: Env, object: Reference): Reference | null {
  const { collection, toArray } = knownClasses(env);
  const name = classNameOf(env, object);
  if (/^\[[L[]/.test(name)) return object;
  // A collection of the app's own could do anything.
  if (!/^(java\.util|android|androidx|kotlin)\./.test(name)) return null;
  return isInstanceOf(env, object, collection) ? callForObject(env, object, toArray) : null;
}

/** One piece of information as the rule wants it written; null: there is none. */
function pieceText(env: Env, object: Reference, rule: ValueRule, limits: Limits): string | null {
  const name = classNameOf(env, object);
  if (name === "[B" && rule.as !== "text") {
    const count = Math.min(arrayLength(env, object), limits.text / 3);
    return hexOf(readBytes(env, object, 0, count), rule.as === "hex" ? "" : ":");
  }
  if (!OWN_TEXT.test(name) && !name.startsWith("[")) return null;
  return written(objectText(env, object, limits.text), rule);
}

/** A number as the address that it stands for, lowest byte first; null: it stands for none. */
function written(text: string | null, rule: ValueRule): string | null {
  if (text === null || rule.as !== "ipv4") return text;
  const number = Number(text) | 0;
  return number === 0 ? null : [0, 8, 16, 24].map((shift) => (number >>> shift) & 0xff).join(".");
}

function strip(text: string | null, rule: ValueRule): string | null {
  if (text === null) return null;
  const rest = rule.strip !== "" && text.startsWith(rule.strip) ? text.slice(rule.strip.length) : text;
  return rest === "" ? null : rest;
}

/** Where a rule begins to read: a value and its declared type. */
export type Source = (from: "result" | "this" | number) => [value: Raw | undefined, type: string];

/** The information that a call handed over, as the catalogue says where to find it. */
export function readValues(env: Env, rules: ValueRule[], source: Source, limits: Limits, cut: Cut): string[] {
  const values: string[] = [];
  const add = (text: string | null): boolean => {
    if (text === null) return true;
    if (values.length >= limits.values) {
      cut("values");
      return false;
    }
    values.push(bounded(text, limits.text, cut, "values"));
    return true;
  };
  for (const rule of rules) {
    const [value, type] = source(rule.from);
    if (value === undefined) continue;
    if (!(value instanceof NativePointer)) {
      if (!add(strip(written(valueText(env, value, type, limits.text), rule), rule))) return values;
      continue;
    }
    if (value.isNull()) continue;
    if (type === "java.lang.String" && rule.get.length === 0 && !rule.each) {
      if (!add(strip(readString(env, value, limits.text + 1).text, rule))) return values;
      continue;
    }
    const wentOn = withLocals(env, () => {
      if (!rule.each) return add(pieces(env, value, rule, limits));
      const elements = arrayOf(env, value);
      const count = elements === null ? 0 : Math.min(arrayLength(env, elements), limits.values + 1);
      for (let index = 0; elements !== null && index < count; index++) {
        const more = withLocals(env, () => {
          const element = arrayElement(env, elements, index);
          return element === null || add(pieces(env, element, rule, limits));
        });
        if (!more) return false;
      }
      return true;
    });
    if (!wentOn) return values;
  }
  return values;
}

function pieces(env: Env, object: Reference, rule: ValueRule, limits: Limits): string | null {
  const parts = (rule.get.length === 0 ? [""] : rule.get).map((path) => {
    const member = path === "" ? object : follow(env, object, path);
    return member === null ? null : strip(pieceText(env, member, rule, limits), rule);
  });
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.join(",");
}
