/**
 * Work-arounds for HotSpot, the runtime of app processes that are no phone's. Nothing on ART comes
 * through here.
 */

import Java from "frida-java-bridge";
import type { JavaClassObject } from "./java.js";

/** Whether the process runs HotSpot and not ART. */
export function isHotSpot(): boolean {
  return Process.findModuleByName("libjvm.so") !== null;
}

/**
 * Link a class without running its static initialiser: HotSpot's linker sets the entry points of
 * methods, so it would undo a hook that was put into a class before.
 */
export function link(klass: JavaClassObject): void {
  klass.getDeclaredMethods(); // JVM_GetClassDeclaredMethods links first
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
