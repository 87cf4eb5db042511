/**
 * Hooks at the level of JNI: the app's own references pass through, untouched.
 *
 * The Java bridge turns every argument and result of a hooked call into a JavaScript value and
 * back. That costs 20 us a call and changes what the app gets: a string becomes another object,
 * text outside the basic plane is damaged, an unpaired surrogate fails. So the bridge chooses and
 * patches the method, and the callback is ours. This file alone knows the bridge's inner shapes,
 * which is why `package.json` pins its version and `ready` fails loudly if they change.
 */

import Java from "frida-java-bridge";
import { classHandle, type JavaMethod, type JavaWrapper } from "./java.js";

/** A JNI value as native code has it: a reference, a number, or a 64-bit number. */
export type Raw = NativePointer | number | Int64;

interface BridgeType {
  className: string;
  type: NativeFunctionReturnType & NativeFunctionArgumentType;
  defaultValue: unknown;
}

interface Mangler {
  resolveTarget(receiver: null, isInstance: boolean, env: null, api: unknown): NativePointer;
}

type JniCall = (...args: Raw[]) => Raw | undefined;

interface Inner extends JavaMethod {
  _p: [
    name: string,
    holder: JavaWrapper,
    kind: number,
    methodId: NativePointer,
    returnType: BridgeType,
    argumentTypes: BridgeType[],
    callVirtually: JniCall,
    callDirectly: JniCall,
  ];
  _r?: { _m: Mangler };
}

type MakeCallback = new (implementation: unknown, returns: unknown, takes: unknown) => NativePointer;
const scope = globalThis as unknown as { NativeCallback: MakeCallback };

const STATIC_METHOD = 2;
const INSTANCE_METHOD = 3;

/** What stands in for a method: the JNI environment, the object or class, the arguments. */
export type Replacement = (env: NativePointer, self: NativePointer, args: Raw[]) => Raw | undefined;

/** One overload that can be replaced, and whose original can be called. */
export class RawMethod {
  readonly className: string;
  readonly name: string;
  readonly isStatic: boolean;
  readonly returnType: string;
  readonly argumentTypes: string[];
  /** What a call gives when it throws: zero of the return type. */
  readonly nothing: Raw | undefined;
  /** Calls the original with the app's own references. */
  readonly call: Replacement;
  private readonly inner: Inner;
  // The bridge lets go of a callback that it did not make.
  private callback: NativePointer | null = null;

  constructor(method: JavaMethod) {
    const inner = method as Inner;
    const [name, , kind, methodId, returnType, argumentTypes, virtually, directly] = inner._p;
    if ((kind !== STATIC_METHOD && kind !== INSTANCE_METHOD) || methodId.isNull()) {
      throw new Error("this is no method that can be replaced");
    }
    this.inner = inner;
    this.className = method.holder.$className;
    this.name = name;
    this.isStatic = kind === STATIC_METHOD;
    this.returnType = returnType.className;
    this.argumentTypes = argumentTypes.map((type) => type.className);
    const isVoid = returnType.className === "void";
    this.nothing = isVoid ? undefined : returnType.type === "pointer" ? NULL : 0;
    this.call = this.isStatic ? this.plain(virtually) : this.plainOrDirect(virtually, directly);
  }

  /** The id by which JNI knows the method, as it was before it was replaced. */
  get id(): NativePointer {
    return this.inner._p[3];
  }

  /** Put `replacement` in the method's place. */
  replace(replacement: Replacement): void {
    const own = (env: NativePointer, self: NativePointer, ...args: Raw[]): Raw | undefined =>
      replacement(env, self, args);
    const theirs = scope.NativeCallback;
    const made = (returns: unknown, takes: unknown): NativePointer => {
      scope.NativeCallback = theirs;
      this.callback = new theirs(own, returns, takes);
      return this.callback;
    };
    // The bridge asks for one callback with the method's native types: it gets ours.
    scope.NativeCallback = function (_implementation: unknown, returns: unknown, takes: unknown) {
      return made(returns, takes);
    } as unknown as MakeCallback;
    try {
      this.inner.implementation = () => undefined;
    } finally {
      scope.NativeCallback = theirs;
    }
    if (this.callback === null) throw new Error("the Java bridge made no callback");
  }

  private target(): NativePointer {
    const replaced = this.inner._r;
    return replaced === undefined ? this.id : replaced._m.resolveTarget(null, !this.isStatic, null, null);
  }

  private plain(call: JniCall): Replacement {
    return (env, self, args) => call(env, self, this.target(), ...args);
  }

  /** ART finds the original of an instance method by a direct call, HotSpot by a virtual one. */
  private plainOrDirect(virtually: JniCall, directly: JniCall): Replacement {
    const api = (Java as unknown as { api: { flavor: string } | null }).api;
    if (api?.flavor === "jvm") return this.plain(virtually);
    const holder = classHandle(this.inner._p[1]);
    return (env, self, args) => directly(env, self, holder, this.target(), ...args);
  }
}
