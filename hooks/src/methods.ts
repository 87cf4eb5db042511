/** Methods of a class that is in use: which there are, and which can be hooked. */

import { environment, classHandle, use, type JavaMethod, type JavaMethods, type JavaWrapper } from "./java.js";
import { callForInt, methodId, reflected, withLocals } from "./jni.js";

const ACC_ABSTRACT = 0x0400;

/**
 * Methods that ask who called them: from a hook, they would see the wrong class, and the app would
 * get something else (a library for another loader, an access refused).
 */
export const ASKS_FOR_CALLER =
  /^java\.lang\.(Class\.(forName|newInstance|get\w+)|ClassLoader\.get\w+|System\.load(Library)?|Runtime\.load(Library)?|reflect\.\w+\.(invoke|newInstance|get\w*|set\w*))$/;

/** The overloads that the class itself declares. */
export function overloadsOf(wrapper: JavaWrapper, name: string): JavaMethod[] {
  const member = wrapper[name] as JavaMethods | undefined;
  if (member === undefined || !Array.isArray(member.overloads)) return [];
  return member.overloads.filter((method) => method.holder.$className === wrapper.$className);
}

let getModifiers: NativePointer | null = null;

/** Whether the method has no body here: a hook on it would never fire. */
export function isAbstract(method: JavaMethod, wrapper: JavaWrapper): boolean {
  if (method.methodName === "$init") return false;
  const env = environment();
  const { _p: inner } = method as unknown as { _p: [unknown, unknown, number, NativePointer] };
  return withLocals(env, () => {
    const object = reflected(env, classHandle(wrapper), inner[3], inner[2] === 2);
    getModifiers ??= methodId(env, classHandle(use("java.lang.reflect.Method")), "getModifiers", "()I");
    return ((callForInt(env, object, getModifiers) ?? 0) & ACC_ABSTRACT) !== 0;
  });
}

