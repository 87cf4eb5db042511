/**
 * Java values as bounded text: arguments, results, and the information inside them.
 *
 * `toString` is called on the framework's own value classes only: an app's class could do anything
 * in it. Nothing here may throw into the app; the engine catches what does.
 */

import type { Limits, ValueRule } from "./catalogue.js";
import { cast, isJavaObject, use, type JavaClassObject, type JavaObject, type JavaWrapper } from "./java.js";

const OWN_TEXT = /^(java\.lang\.(String|Boolean|Byte|Character|Short|Integer|Long|Float|Double|Class|CharSequence)|java\.util\.(Locale|UUID)|java\.io\.File|android\.net\.Uri.*|android\.content\.ComponentName|android\.content\.Intent)$/;
const MOST_DEPTH = 4;

/** Collects which fields had to be cut. */
export type Cut = (field: string) => void;

/** Bound a text to `limit` characters. */
export function bounded(text: string, limit: number, cut: Cut, field: string): string {
  if (text.length <= limit) return text;
  cut(field);
  return text.slice(0, limit);
}

function hexOf(bytes: ArrayLike<number>, count: number, separator: string): string {
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    parts.push(((bytes[i] ?? 0) & 0xff).toString(16).padStart(2, "0"));
  }
  return parts.join(separator);
}

function isByteArray(value: object): value is ArrayLike<number> {
  // The bridge gives the specification of a primitive array's element under `$s`.
  const { $s: element } = value as { $s?: { typeName?: string; name?: string } };
  return element !== undefined && (element.typeName ?? element.name) === "byte";
}

/** One value as text for the record of a call. */
export function describe(value: unknown, limits: Limits): string {
  if (value === null || value === undefined) return "null";
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- only primitives come here
  if (typeof value !== "object") return String(value);
  if (value instanceof Int64 || value instanceof UInt64) return value.toString();
  if (isByteArray(value)) {
    return `0x${hexOf(value, Math.min(value.length, limits.text / 2 - 2), "")}`;
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, 16).map((item) => describe(item, limits));
    return `[${shown.join(", ")}${value.length > shown.length ? `, … ${value.length}` : ""}]`;
  }
  if (!isJavaObject(value)) {
    const size = "length" in value && typeof value.length === "number" ? value.length : "?";
    return `array of ${size}`;
  }
  const name = value.$className;
  if (OWN_TEXT.test(name)) return value.toString();
  return name;
}

type Member = (...args: unknown[]) => unknown;

const CALL = /^(\w+)\((\d*)\)$/;

/** Read "name()", "name(0)" or "name" of an object by reflection, whatever its class loader. */
function member(object: JavaObject, step: string): unknown {
  const klass = object.getClass() as unknown as Record<string, Member>;
  const call = CALL.exec(step);
  if (call === null) {
    const find = (klass["getField"] as Member).bind(klass);
    return (find(step) as { get(object: unknown): unknown }).get(object);
  }
  const [, name = "", index = ""] = call;
  const integer = use("java.lang.Integer") as unknown as {
    TYPE: { value: unknown };
    valueOf: { overload(type: string): Member };
  };
  const types = index === "" ? [] : [integer.TYPE.value];
  const values = index === "" ? [] : [integer.valueOf.overload("int").call(integer, Number(index))];
  const find = (klass["getMethod"] as Member).bind(klass);
  const method = find(name, types) as {
    setAccessible(on: boolean): void;
    invoke(object: unknown, args: unknown[]): unknown;
  };
  try {
    method.setAccessible(true);
  } catch {
    // A module of HotSpot may refuse; a public member needs no permission.
  }
  return method.invoke(object, values);
}

function follow(object: unknown, path: string): unknown {
  let current = object;
  for (const step of path.split(".").slice(0, MOST_DEPTH)) {
    if (!isJavaObject(current)) return null;
    current = member(current, step);
  }
  return current;
}

function elements(value: unknown, limit: number): unknown[] {
  if (Array.isArray(value)) return value.slice(0, limit) as unknown[];
  if (!isJavaObject(value)) return [];
  const listClass = use("java.util.List");
  if (!(listClass.class.isAssignableFrom(value.getClass()))) return [];
  const list = cast(value, listClass) as JavaWrapper & { size(): number; get(i: number): unknown };
  const count = Math.min(list.size(), limit);
  return Array.from({ length: count }, (_, i) => list.get(i));
}

function asText(value: unknown, rule: ValueRule, limits: Limits): string | null {
  if (value === null || value === undefined) return null;
  if (rule.as !== "text" && typeof value === "object" && isByteArray(value)) {
    const separator = rule.as === "hex" ? "" : ":";
    return hexOf(value, Math.min(value.length, limits.text / 3), separator);
  }
  if (isJavaObject(value) && !OWN_TEXT.test(value.$className)) {
    // Boxed by reflection: the wrapper's static class is Object, its real one is a value class.
    const real = value.getClass().getName();
    return OWN_TEXT.test(real) ? value.toString() : null;
  }
  const text = describe(value, limits);
  const stripped = rule.strip !== "" && text.startsWith(rule.strip) ? text.slice(rule.strip.length) : text;
  return stripped === "" ? null : stripped;
}

/** A thing, or one member of it, as text for a condition; null: there is nothing to compare. */
export function compared(thing: unknown, get: string, limits: Limits): string | null {
  const value = get === "" ? thing : follow(thing, get);
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => describe(item, limits)).join(" ");
  return describe(value, limits);
}

/** Whether the thing is an instance of the class, or of one below it. */
export function isInstance(thing: unknown, className: string): boolean {
  if (!isJavaObject(thing)) return false;
  let klass: JavaClassObject | null = thing.getClass();
  while (klass !== null) {
    if (klass.getName() === className) return true;
    klass = (klass as JavaClassObject & { getSuperclass(): JavaClassObject | null }).getSuperclass();
  }
  return false;
}

/** The information that a call handed over, as the catalogue says where to find it. */
export function readValues(
  rules: ValueRule[],
  self: unknown,
  args: unknown[],
  result: unknown,
  limits: Limits,
  cut: Cut,
): string[] {
  const values: string[] = [];
  for (const rule of rules) {
    const start = rule.from === "result" ? result : rule.from === "this" ? self : args[rule.from];
    if (start === null || start === undefined) continue;
    const sources = rule.each ? elements(start, limits.values + 1) : [start];
    for (const source of sources) {
      const parts = (rule.get.length === 0 ? [""] : rule.get).map((path) =>
        asText(path === "" ? source : follow(source, path), rule, limits),
      );
      const known = parts.filter((part) => part !== null);
      if (known.length === 0) continue;
      if (values.length >= limits.values) {
        cut("values");
        return values;
      }
      values.push(bounded(known.join(","), limits.text, cut, "values"));
    }
  }
  return values;
}
