/**
 * What HotSpot, the runtime of app processes that are no phone's, needs otherwise than ART.
 * Nothing on ART comes through here.
 */

import Java from "frida-java-bridge";
import type { JavaClassObject } from "./java.js";

const JVMTI_VERSION = 0x30010000;
const GET_STACK_TRACE = 104; // JVM Tool Interface, function index
const FRAME_BYTES = 16; // jvmtiFrameInfo: method, location

const inHotSpot = Process.findModuleByName("libjvm.so") !== null;

/** Whether the process runs HotSpot and not ART. */
export function isHotSpot(): boolean {
  return inHotSpot;
}

/**
 * Link a class without running its static initialiser: HotSpot's linker sets the entry points of
 * methods, so it would undo a hook that was put into a class before.
 */
export function link(klass: JavaClassObject): void {
  klass.getDeclaredMethods(); // JVM_GetClassDeclaredMethods links first
}

/** Names of the classes that are loaded already. */
export function loadedClassNames(): Set<string> {
  return new Set(Java.enumerateLoadedClassesSync());
}

/** A reader of the calling thread's frames: methods and positions as a text to compare. */
export function frameReader(most: number): () => string | null {
  const vm = Java.vm as unknown as { tryGetEnvHandle(version: number): NativePointer | null };
  const jvmti = vm.tryGetEnvHandle(JVMTI_VERSION);
  if (jvmti === null) return () => null;
  const getStackTrace = new NativeFunction(
    jvmti.readPointer().add((GET_STACK_TRACE - 1) * Process.pointerSize).readPointer(),
    "int",
    ["pointer", "pointer", "int", "int", "pointer", "pointer"],
    { exceptions: "propagate" },
  );
  const spare: NativePointer[] = [];
  return () => {
    const buffer = spare.pop() ?? Memory.alloc(most * FRAME_BYTES + 8);
    try {
      const count = buffer.add(most * FRAME_BYTES);
      if (getStackTrace(jvmti, NULL, 0, most, buffer, count) !== 0) return null;
      const frames = count.readS32();
      if (frames >= most) return null; // deeper: what lies below would not be compared
      const bytes = buffer.readByteArray(frames * FRAME_BYTES);
      if (bytes === null) return null;
      return String.fromCharCode(...new Uint16Array(bytes));
    } finally {
      spare.push(buffer);
    }
  };
}

/** "OpenJDK 17", or "ART 34" on a phone. */
export function runtimeName(systemProperty: (key: string) => string | null): string {
  if (isHotSpot()) return `OpenJDK ${systemProperty("java.specification.version") ?? "?"}`;
  let level = "?";
  try {
    const build = Java.use("android.os.Build$VERSION") as unknown as { SDK_INT: { value: number } };
    level = String(build.SDK_INT.value);
  } catch {
    // The level is a note for readers only.
  }
  return `ART ${level}`;
}
