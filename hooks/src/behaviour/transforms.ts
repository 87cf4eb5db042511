/**
 * Encryption, digests, encodings, compression and serialisation by the app: what went in and what
 * came out, so that a value can be followed through them into a flow.
 *
 * The platform's own use of the same classes (TLS, signatures of archives) is passed over.
 */

import type { Behaviour } from "../engine.js";
import { readString } from "../jni.js";
import { follow } from "../members.js";
import type { Call, Observer } from "../observe.js";
import { classNameOf } from "../values.js";
import { toBase64 } from "../base64.js";
import { bufferBytes, bufferRange, arrayArgument, textBytes, wholeArray, writtenInto } from "./buffers.js";
import { blobOf, byApp, emit, outermost } from "./common.js";
import { operationOf, restart, type Operation } from "./operations.js";

type Kind = "cipher" | "mac" | "digest" | "base64" | "compression" | "json";

/** A call's pieces: what it was given, and where its output will be. */
interface Pieces {
  input: ArrayBuffer | null;
  output(): ArrayBuffer | null;
}

const EMPTY = new ArrayBuffer(0);

/** Read the input of an `update`, `doFinal`, `digest` or the like, whatever its overload. */
function piecesOf(call: Call, outputFirst: boolean): Pieces {
  const types = call.method.argumentTypes.join();
  const result = (): ArrayBuffer | null => {
    if (call.method.returnType === "[B") return call.resultObject === null ? EMPTY : wholeArray(call.env, call.resultObject);
    return null;
  };
  const written = (index: number, offset: number) => (): ArrayBuffer => {
    const count = typeof call.result === "number" ? call.result : 0;
    return writtenInto(call, index, offset, count);
  };
  const at = (index: number): number => (typeof call.args[index] === "number" ? call.args[index] : 0);
  switch (types) {
    case "byte":
      return { input: new Uint8Array([at(0) & 0xff]).buffer, output: result };
    case "[B":
      return { input: arrayArgument(call, 0, false), output: result };
    case "[B,int,int":
      if (outputFirst) return { input: null, output: written(0, at(1)) };
      return { input: arrayArgument(call, 0, true), output: result };
    case "[B,int,int,[B":
      return { input: arrayArgument(call, 0, true), output: written(3, 0) };
    case "[B,int,int,[B,int":
      return { input: arrayArgument(call, 0, true), output: written(3, at(4)) };
    case "[B,int":
      return { input: null, output: written(0, at(1)) };
    case "java.nio.ByteBuffer":
    case "java.nio.ByteBuffer,java.nio.ByteBuffer":
      return bufferPieces(call);
    default:
      return { input: null, output: result };
  }
}

function bufferPieces(call: Call): Pieces {
  const source = call.object(0);
  const target = call.object(1);
  const range = source === null ? null : bufferRange(call.env, source);
  const start = target === null ? 0 : bufferRange(call.env, target).position;
  return {
    input: source === null || range === null ? EMPTY : bufferBytes(call.env, source, range.position, range.limit),
    output: () =>
      target === null ? null : bufferBytes(call.env, target, start, bufferRange(call.env, target).position),
  };
}

function algorithmOf(call: Call): string {
  const name = follow(call.env, call.self, "getAlgorithm()");
  return name === null ? "" : readString(call.env, name, 100).text;
}

function report(call: Call, kind: Kind, operation: Operation): void {
  emit(call, {
    kind: "transform",
    operation: kind,
    algorithm: operation.algorithm,
    direction: operation.direction,
    ...(operation.key === null ? {} : { key: operation.key }),
    iv: operation.iv,
    input: operation.input.blob(),
    output: operation.output.blob(),
  });
}

/** Observes a piece of input; `last`: the call also ends the operation. */
function piece(kind: Kind, last: boolean, outputFirst = false): Observer {
  return outermost(kind, {
    name: `${kind} ${last ? "end" : "piece"}`,
    before(call: Call) {
      return byApp(call) ? piecesOf(call, outputFirst) : null;
    },
    after(call: Call, pieces: Pieces) {
      const operation = operationOf(call.env, call.self);
      if (call.exception !== null) return;
      if (pieces.input !== null) operation.input.add(pieces.input);
      const output = pieces.output();
      if (output !== null) operation.output.add(output);
      if (!last) return;
      if (operation.algorithm === "") operation.algorithm = algorithmOf(call);
      report(call, kind, operation);
      restart(operation);
    },
  });
}

const DIRECTIONS = ["", "encrypt", "decrypt", "wrap", "unwrap"];

/** Observes `init`: the key, and what it made of itself. */
function initialised(kind: "cipher" | "mac"): Observer {
  return outermost(kind, {
    name: `${kind} init`,
    before: (call: Call) => (byApp(call) ? true : null),
    after(call: Call) {
      if (call.exception !== null) return;
      const operation = operationOf(call.env, call.self);
      restart(operation);
      operation.algorithm = algorithmOf(call);
      const mode = kind === "cipher" ? call.args[0] : 0;
      operation.direction = typeof mode === "number" ? (DIRECTIONS[mode] ?? "") : "";
      operation.key = keyOf(call, kind === "cipher" ? 1 : 0);
      const iv = kind === "cipher" ? follow(call.env, call.self, "getIV()") : null;
      operation.iv = iv === null ? "" : toBase64(new Uint8Array(wholeArray(call.env, iv)));
    },
  });
}

/** The key's bytes; null: it does not give them (it lies in hardware, or is a certificate). */
function keyOf(call: Call, index: number): Operation["key"] {
  const key = call.object(index);
  if (key === null) return null;
  // A key class of the app's own could do anything; those of the platform give what they hold.
  if (!/^(javax\.crypto|java\.security|sun\.security|com\.sun|com\.android|android)\./.test(classNameOf(call.env, key))) {
    return null;
  }
  try {
    const bytes = follow(call.env, key, "getEncoded()");
    return bytes === null ? null : blobOf(wholeArray(call.env, bytes));
  } catch {
    return null;
  }
}

/** Bytes or text that stand in an argument or are the result. */
function bytesOf(call: Call, value: NativePointer | null, type: string): ArrayBuffer {
  if (value === null) return EMPTY;
  if (type === "[B") return wholeArray(call.env, value);
  return type === "java.lang.String" ? textBytes(call.env, value) : EMPTY;
}

/** A whole operation in one call: its input is the first argument, its output the result. */
function atOnce(kind: Kind, algorithm: string, direction: string, hasInput: boolean): Observer {
  return outermost(kind, {
    name: `${algorithm} ${direction}`,
    before(call: Call) {
      if (!byApp(call)) return null;
      if (!hasInput) return EMPTY;
      const type = call.method.argumentTypes[0] ?? "";
      const ranged = call.method.argumentTypes.slice(0, 3).join() === "[B,int,int";
      return ranged ? arrayArgument(call, 0, true) : bytesOf(call, call.object(0), type);
    },
    after(call: Call, input: ArrayBuffer) {
      if (call.resultObject === null) return;
      const output = bytesOf(call, call.resultObject, call.method.returnType);
      if (output.byteLength === 0) return;
      emit(call, {
        kind: "transform",
        operation: kind,
        algorithm,
        direction,
        input: blobOf(input),
        output: blobOf(output),
      });
    },
  });
}

function one(id: string, className: string, method: string, observer: Observer): Behaviour {
  return { id: `behaviour.transform.${id}`, class: className, method, overloads: null, observer };
}

/** Serialisers: class, method, and the name by which they are known. */
const SERIALISERS: readonly (readonly [string, string, string])[] = [
  ["org.json.JSONObject", "toString", "org.json"],
  ["org.json.JSONArray", "toString", "org.json"],
  ["com.google.gson.Gson", "toJson", "gson"],
  ["com.alibaba.fastjson.JSON", "toJSONString", "fastjson"],
  ["com.alibaba.fastjson.JSON", "toJSONBytes", "fastjson"],
  ["com.alibaba.fastjson2.JSON", "toJSONString", "fastjson2"],
  ["com.alibaba.fastjson2.JSON", "toJSONBytes", "fastjson2"],
  ["com.fasterxml.jackson.databind.ObjectMapper", "writeValueAsString", "jackson"],
  ["com.fasterxml.jackson.databind.ObjectMapper", "writeValueAsBytes", "jackson"],
  ["com.squareup.moshi.JsonAdapter", "toJson", "moshi"],
];

/** What the app does to bytes. */
export function transforms(): Behaviour[] {
  return [
    one("cipher.init", "javax.crypto.Cipher", "init", initialised("cipher")),
    one("cipher.update", "javax.crypto.Cipher", "update", piece("cipher", false)),
    one("cipher.final", "javax.crypto.Cipher", "doFinal", piece("cipher", true)),
    one("mac.init", "javax.crypto.Mac", "init", initialised("mac")),
    one("mac.update", "javax.crypto.Mac", "update", piece("mac", false)),
    one("mac.final", "javax.crypto.Mac", "doFinal", piece("mac", true)),
    one("digest.update", "java.security.MessageDigest", "update", piece("digest", false)),
    one("digest.final", "java.security.MessageDigest", "digest", piece("digest", true, true)),
    one("base64.encode", "android.util.Base64", "encode", atOnce("base64", "base64", "encode", true)),
    one("base64.text", "android.util.Base64", "encodeToString", atOnce("base64", "base64", "encode", true)),
    one("base64.decode", "android.util.Base64", "decode", atOnce("base64", "base64", "decode", true)),
    ...["encode", "encodeToString"].map((method) =>
      one(`base64.java.${method}`, "java.util.Base64$Encoder", method, atOnce("base64", "base64", "encode", true)),
    ),
    one("base64.java.decode", "java.util.Base64$Decoder", "decode", atOnce("base64", "base64", "decode", true)),
    ...SERIALISERS.map(([className, method, name]) =>
      one(`json.${name}.${className.split(".").pop() ?? ""}.${method}`, className, method, atOnce("json", name, "", false)),
    ),
  ];
}
