/**
 * Code that the app loads while it runs, with the digest of what was loaded: class files by path or
 * from memory, and native libraries.
 */

import type { Behaviour } from "../engine.js";
import { arrayElement, arrayLength } from "../jni.js";
import { readFile } from "../files.js";
import type { Call, Observer } from "../observe.js";
import { bufferBytes, bufferRange } from "./buffers.js";
import { Sink, byApp, emit, outermost, text } from "./common.js";

/** Where the package manager and the system keep code. */
const INSTALLED = /^\/(data\/app|system|system_ext|apex|product|vendor|odm)\//;

function report(call: Call, way: string, path: string, content: ReturnType<Sink["blob"]> | null): void {
  emit(call, {
    kind: "code_loaded",
    way,
    path,
    ...(content === null ? {} : { content }),
    installed: INSTALLED.test(path),
  });
}

/** Digest of a file, read piece by piece; null: it cannot be read. */
function fileBlob(path: string): ReturnType<Sink["blob"]> | null {
  const sink = new Sink();
  return readFile(path, (piece) => {
    sink.add(piece);
  })
    ? sink.blob()
    : null;
}

/** A list of paths as class loaders take it. */
function fromPaths(way: string): Observer {
  return outermost("load classes", {
    name: way,
    before(call) {
      for (const path of text(call, 0).split(":").filter((one) => one !== "")) {
        report(call, way, path, fileBlob(path));
      }
      return true;
    },
  });
}

/** One ByteBuffer or an array of them. */
function fromMemory(call: Call): true {
  const [type] = call.method.argumentTypes;
  const first = call.object(0);
  if (first === null) return true;
  const several = type?.startsWith("[") ?? false;
  const count = several ? Math.min(arrayLength(call.env, first), 64) : 1;
  for (let index = 0; index < count; index++) {
    const buffer = several ? arrayElement(call.env, first, index) : first;
    if (buffer === null) continue;
    const { position, limit } = bufferRange(call.env, buffer);
    const sink = new Sink();
    sink.add(bufferBytes(call.env, buffer, position, limit));
    report(call, "InMemoryDexClassLoader", "", sink.blob());
  }
  return true;
}

function fromLibrary(way: string): Observer {
  return outermost("load library", {
    name: way,
    before: (call) => (byApp(call) ? true : null),
    after(call) {
      if (call.exception !== null) return;
      const given = text(call, call.method.argumentTypes.lastIndexOf("java.lang.String"));
      const path = way === "System.load" ? given : pathOfLibrary(given);
      report(call, way, path === "" ? given : path, path === "" ? null : fileBlob(path));
    },
  });
}

/** Where a library that was loaded by name lies; empty: it is not to be found. */
function pathOfLibrary(name: string): string {
  return Process.findModuleByName(`lib${name}.so`)?.path ?? "";
}

/** Code beyond what was installed. */
export function code(): Behaviour[] {
  const one = (id: string, className: string, method: string, observer: Observer): Behaviour => ({
    id: `behaviour.code.${id}`,
    class: className,
    method,
    overloads: null,
    observer,
  });
  return [
    one("dex", "dalvik.system.DexClassLoader", "$init", fromPaths("DexClassLoader")),
    one("path", "dalvik.system.PathClassLoader", "$init", fromPaths("PathClassLoader")),
    one("delegate", "dalvik.system.DelegateLastClassLoader", "$init", fromPaths("DelegateLastClassLoader")),
    one("base", "dalvik.system.BaseDexClassLoader", "$init", fromPaths("BaseDexClassLoader")),
    one("added", "dalvik.system.BaseDexClassLoader", "addDexPath", fromPaths("BaseDexClassLoader.addDexPath")),
    one("dexfile", "dalvik.system.DexFile", "loadDex", fromPaths("DexFile.loadDex")),
    one("memory", "dalvik.system.InMemoryDexClassLoader", "$init", outermost("load classes", {
      name: "InMemoryDexClassLoader",
      before: fromMemory,
    })),
    // Where System.load and loadLibrary go with their caller's loader as an argument.
    one("library.path", "java.lang.Runtime", "load0", fromLibrary("System.load")),
    one("library.name", "java.lang.Runtime", "loadLibrary0", fromLibrary("System.loadLibrary")),
  ];
}
