/** A java.util.List of an array's elements, as a reference that native code may give back. */

import { callStaticForObject, staticMethodId } from "../jni.js";
import { classHandle, use } from "../java.js";

let asList: { klass: NativePointer; id: NativePointer } | null = null;

export function listOf(env: NativePointer, array: NativePointer): NativePointer {
  if (asList === null) {
    const klass = classHandle(use("java.util.Arrays"));
    asList = { klass, id: staticMethodId(env, klass, "asList", "([Ljava/lang/Object;)Ljava/util/List;") };
  }
  return callStaticForObject(env, asList.klass, asList.id, array);
}
