/**
 * The JNI functions that reading needs, on raw references and with bounds.
 *
 * Every call lets go of the script's lock meanwhile: a collector may wait for this thread to reach
 * a safe point, while another of its threads waits for the lock. So buffers are never shared.
 * Whoever calls sees to it that no exception is pending.
 */

type Env = NativePointer;
type Reference = NativePointer;

const NAMES = {
  getSuperclass: [10, "pointer", ["pointer", "pointer"]],
  isAssignableFrom: [11, "uint8", ["pointer", "pointer", "pointer"]],
  toReflectedMethod: [9, "pointer", ["pointer", "pointer", "pointer", "uint8"]],
  fromReflectedMethod: [7, "pointer", ["pointer", "pointer"]],
  throwAgain: [13, "int", ["pointer", "pointer"]],
  exceptionOccurred: [15, "pointer", ["pointer"]],
  exceptionClear: [17, "void", ["pointer"]],
  pushLocalFrame: [19, "int", ["pointer", "int"]],
  popLocalFrame: [20, "pointer", ["pointer", "pointer"]],
  newGlobalRef: [21, "pointer", ["pointer", "pointer"]],
  deleteGlobalRef: [22, "void", ["pointer", "pointer"]],
  deleteLocalRef: [23, "void", ["pointer", "pointer"]],
  isSameObject: [24, "uint8", ["pointer", "pointer", "pointer"]],
  getObjectClass: [31, "pointer", ["pointer", "pointer"]],
  isInstanceOf: [32, "uint8", ["pointer", "pointer", "pointer"]],
  getMethodId: [33, "pointer", ["pointer", "pointer", "pointer", "pointer"]],
  callObjectMethod: [36, "pointer", ["pointer", "pointer", "pointer", "pointer"]],
  callBooleanMethod: [39, "uint8", ["pointer", "pointer", "pointer", "pointer"]],
  callIntMethod: [51, "int", ["pointer", "pointer", "pointer", "pointer"]],
  callFloatMethod: [57, "float", ["pointer", "pointer", "pointer", "pointer"]],
  getFieldId: [94, "pointer", ["pointer", "pointer", "pointer", "pointer"]],
  getObjectField: [95, "pointer", ["pointer", "pointer", "pointer"]],
  getStaticMethodId: [113, "pointer", ["pointer", "pointer", "pointer", "pointer"]],
  callStaticObjectMethod: [116, "pointer", ["pointer", "pointer", "pointer", "pointer"]],
  callStaticIntMethod: [131, "int", ["pointer", "pointer", "pointer", "pointer"]],
  getStringLength: [164, "int", ["pointer", "pointer"]],
  getArrayLength: [171, "int", ["pointer", "pointer"]],
  getObjectArrayElement: [173, "pointer", ["pointer", "pointer", "int"]],
  getByteArrayRegion: [200, "void", ["pointer", "pointer", "int", "int", "pointer"]],
  getIntArrayRegion: [203, "void", ["pointer", "pointer", "int", "int", "pointer"]],
  getStringRegion: [220, "void", ["pointer", "pointer", "int", "int", "pointer"]],
  newWeakGlobalRef: [226, "pointer", ["pointer", "pointer"]],
  deleteWeakGlobalRef: [227, "void", ["pointer", "pointer"]],
  exceptionCheck: [228, "uint8", ["pointer"]],
  getDirectBufferAddress: [230, "pointer", ["pointer", "pointer"]],
} as const;

type Table = Record<keyof typeof NAMES, (...args: (NativePointer | number)[]) => never>;

let table: Table | null = null;

function functions(env: Env): Table {
  if (table === null) {
    const vtable = env.readPointer();
    const made = Object.entries(NAMES).map(([name, [index, returns, takes]]) => {
      const address = vtable.add(index * Process.pointerSize).readPointer();
      return [name, new NativeFunction(address, returns, [...takes], { exceptions: "propagate" })];
    });
    table = Object.fromEntries(made) as Table;
  }
  return table;
}

/** Whether the last call threw. */
export function isThrowing(env: Env): boolean {
  return (functions(env).exceptionCheck(env) as number) !== 0;
}

/** Take the pending exception off the thread: a local reference, to be thrown again or deleted. */
export function takeException(env: Env): Reference {
  const jni = functions(env);
  const exception: Reference = jni.exceptionOccurred(env);
  jni.exceptionClear(env);
  return exception;
}

/** Throw the same object again. */
export function throwAgain(env: Env, exception: Reference): void {
  functions(env).throwAgain(env, exception);
}

/** Drop an exception that our own reading caused; whether there was one. */
export function dropException(env: Env): boolean {
  if (!isThrowing(env)) return false;
  functions(env).exceptionClear(env);
  return true;
}

/** Run `work` with room for local references, which are gone afterwards. */
export function withLocals<T>(env: Env, work: () => T): T {
  const jni = functions(env);
  jni.pushLocalFrame(env, 32);
  try {
    return work();
  } finally {
    if (isThrowing(env)) jni.exceptionClear(env);
    jni.popLocalFrame(env, NULL);
  }
}

export function globalOf(env: Env, reference: Reference): Reference {
  return functions(env).newGlobalRef(env, reference);
}

export function forgetGlobal(env: Env, reference: Reference): void {
  functions(env).deleteGlobalRef(env, reference);
}

export function forgetLocal(env: Env, reference: Reference): void {
  functions(env).deleteLocalRef(env, reference);
}

export function isSame(env: Env, one: Reference, other: Reference): boolean {
  return (functions(env).isSameObject(env, one, other) as number) !== 0;
}

export function classOf(env: Env, object: Reference): Reference {
  return functions(env).getObjectClass(env, object);
}

export function superclassOf(env: Env, klass: Reference): Reference {
  return functions(env).getSuperclass(env, klass);
}

export function isInstanceOf(env: Env, object: Reference, klass: Reference): boolean {
  return (functions(env).isInstanceOf(env, object, klass) as number) !== 0;
}

/** Whether everything of class `klass` is a `wanted`. */
export function isAssignable(env: Env, klass: Reference, wanted: Reference): boolean {
  return (functions(env).isAssignableFrom(env, klass, wanted) as number) !== 0;
}

/** The java.lang.reflect.Method or Constructor of an id: a local reference. */
export function reflected(env: Env, klass: Reference, id: NativePointer, isStatic: boolean): Reference {
  return functions(env).toReflectedMethod(env, klass, id, isStatic ? 1 : 0);
}

/** The id of a java.lang.reflect.Method. */
export function methodIdOf(env: Env, method: Reference): NativePointer {
  return functions(env).fromReflectedMethod(env, method);
}

/** The id of a method that the class is known to have. */
export function methodId(env: Env, klass: Reference, name: string, signature: string): NativePointer {
  const id: NativePointer = functions(env).getMethodId(
    env,
    klass,
    Memory.allocUtf8String(name),
    Memory.allocUtf8String(signature),
  );
  if (dropException(env)) throw new Error(`no method ${name}${signature}`);
  return id;
}

/** Call a method that gives an object; null: it gave null or threw. */
export function callForObject(env: Env, object: Reference, id: NativePointer, args: NativePointer = NULL): Reference | null {
  const result: Reference = functions(env).callObjectMethod(env, object, id, args);
  return dropException(env) || result.isNull() ? null : result;
}

/** Call a method that gives an int or boolean; null: it threw. */
export function callForInt(env: Env, object: Reference, id: NativePointer): number | null {
  const result: number = functions(env).callIntMethod(env, object, id, NULL);
  return dropException(env) ? null : result;
}

/** Call a method that gives a float; null: it threw. */
export function callForFloat(env: Env, object: Reference, id: NativePointer): number | null {
  const result: number = functions(env).callFloatMethod(env, object, id, NULL);
  return dropException(env) ? null : result;
}

/** Call a method that gives a boolean; null: it threw. */
export function callForBoolean(env: Env, object: Reference, id: NativePointer): boolean | null {
  const result: number = functions(env).callBooleanMethod(env, object, id, NULL);
  return dropException(env) ? null : result !== 0;
}

/** The id of a static method that the class is known to have. */
export function staticMethodId(env: Env, klass: Reference, name: string, signature: string): NativePointer {
  const id: NativePointer = functions(env).getStaticMethodId(
    env,
    klass,
    Memory.allocUtf8String(name),
    Memory.allocUtf8String(signature),
  );
  if (dropException(env)) throw new Error(`no static method ${name}${signature}`);
  return id;
}

/** Call a static method that takes an object and gives an int. */
export function callStaticForInt(env: Env, klass: Reference, id: NativePointer, object: Reference): number {
  const values = Memory.alloc(8); // one jvalue
  values.writePointer(object);
  return functions(env).callStaticIntMethod(env, klass, id, values);
}

/** Call a static method that takes an object and gives one: a local reference. */
export function callStaticForObject(env: Env, klass: Reference, id: NativePointer, object: Reference): Reference {
  const values = Memory.alloc(8); // one jvalue
  values.writePointer(object);
  const result: Reference = functions(env).callStaticObjectMethod(env, klass, id, values);
  return dropException(env) ? NULL : result;
}

/** A field of whatever visibility that holds an object: a local reference, or null. */
export function fieldObject(env: Env, object: Reference, name: string, signature: string): Reference | null {
  const jni = functions(env);
  const id: NativePointer = jni.getFieldId(
    env,
    jni.getObjectClass(env, object),
    Memory.allocUtf8String(name),
    Memory.allocUtf8String(signature),
  );
  if (dropException(env)) return null;
  const value: Reference = jni.getObjectField(env, object, id);
  return value.isNull() ? null : value;
}

/** A reference that keeps nothing alive. */
export function weakOf(env: Env, object: Reference): Reference {
  return functions(env).newWeakGlobalRef(env, object);
}

export function forgetWeak(env: Env, reference: Reference): void {
  functions(env).deleteWeakGlobalRef(env, reference);
}

/** Where a direct buffer's bytes lie; null pointer: it is not direct. */
export function bufferAddress(env: Env, buffer: Reference): NativePointer {
  return functions(env).getDirectBufferAddress(env, buffer);
}

const spare: NativePointer[] = [];
const SPARE_BYTES = 16_384;

/** Use a buffer that no other thread uses meanwhile. */
function withBuffer<T>(bytes: number, use: (buffer: NativePointer) => T): T {
  if (bytes > SPARE_BYTES) return use(Memory.alloc(bytes));
  const buffer = spare.pop() ?? Memory.alloc(SPARE_BYTES);
  try {
    return use(buffer);
  } finally {
    spare.push(buffer);
  }
}

/** UTF-16 with whatever an app put into it: zeros stay, unpaired surrogates become U+FFFD. */
function decodeUtf16(buffer: NativePointer, units: number): string {
  try {
    const text = buffer.readUtf16String(units) ?? "";
    if (text.length === units) return text;
  } catch {
    // An unpaired surrogate.
  }
  const bytes = buffer.readByteArray(units * 2);
  const codes = bytes === null ? [] : [...new Uint16Array(bytes)];
  return codes.map((code) => String.fromCharCode(code)).join("").toWellFormed();
}

/** At most `limit` characters of a java.lang.String, and how long it is. */
export function readString(env: Env, text: Reference, limit: number): { text: string; length: number } {
  const jni = functions(env);
  const length: number = jni.getStringLength(env, text);
  const units = Math.min(length, limit);
  const content = withBuffer(units * 2 + 2, (buffer) => {
    jni.getStringRegion(env, text, 0, units, buffer);
    return decodeUtf16(buffer, units);
  });
  return { text: content, length };
}

/** The number of elements of any array. */
export function arrayLength(env: Env, array: Reference): number {
  return functions(env).getArrayLength(env, array);
}

/** Bytes of a byte[] from `offset` on, copied. */
export function readBytes(env: Env, array: Reference, offset: number, count: number): ArrayBuffer {
  if (count <= 0) return new ArrayBuffer(0);
  const jni = functions(env);
  return withBuffer(count, (buffer) => {
    jni.getByteArrayRegion(env, array, offset, count, buffer);
    if (dropException(env)) return new ArrayBuffer(0);
    return buffer.readByteArray(count) ?? new ArrayBuffer(0);
  });
}

/** The first `most` elements of an int[]. */
export function readInts(env: Env, array: Reference, most: number): number[] {
  const jni = functions(env);
  const count = Math.min(jni.getArrayLength(env, array), most);
  return withBuffer(count * 4 + 4, (buffer) => {
    jni.getIntArrayRegion(env, array, 0, count, buffer);
    return Array.from({ length: count }, (_, index) => buffer.add(index * 4).readS32());
  });
}

/** One element of an array of objects: a local reference, or null. */
export function arrayElement(env: Env, array: Reference, index: number): Reference | null {
  const element: Reference = functions(env).getObjectArrayElement(env, array, index);
  return dropException(env) || element.isNull() ? null : element;
}
