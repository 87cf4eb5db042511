/** Compression by the app, alone (`Deflater`) or as a stream (`GZIPOutputStream`). */

import type { Behaviour } from "../engine.js";
import { callForBoolean, classOf, forgetGlobal, globalOf, methodId } from "../jni.js";
import { follow } from "../members.js";
import type { Call, Observer } from "../observe.js";
import { classNameOf } from "../values.js";
import { arrayArgument, wholeArray, writtenInto } from "./buffers.js";
import { blobOf, byApp, emit, outermost } from "./common.js";
import { operationOf, restart, type Operation } from "./operations.js";

const DEFLATER = "java.util.zip.Deflater";
const GZIP = "java.util.zip.GZIPOutputStream";

function report(call: Call, algorithm: string, operation: Operation, output: ReturnType<typeof blobOf>): void {
  emit(call, {
    kind: "transform",
    operation: "compression",
    algorithm,
    input: operation.input.blob(),
    output,
  });
  restart(operation);
}

/** Observes calls outside of another of ours on the same thread, such as a stream's own deflater. */
function seen(name: string, before: (call: Call) => void, after: (call: Call) => void): Observer {
  return outermost("compression", {
    name,
    before(call: Call) {
      if (!byApp(call)) return null;
      before(call);
      return true;
    },
    after(call: Call) {
      if (call.exception === null) after(call);
    },
  });
}

const nothing = (): void => undefined;

function given(call: Call): void {
  if (call.method.argumentTypes[0] !== "[B") return;
  operationOf(call.env, call.self).input.add(arrayArgument(call, 0, call.args.length >= 3));
}

function deflated(call: Call): void {
  const operation = operationOf(call.env, call.self);
  const count = typeof call.result === "number" ? call.result : 0;
  const offset = typeof call.args[1] === "number" ? call.args[1] : 0;
  if (call.method.argumentTypes[0] === "[B") operation.output.add(writtenInto(call, 0, offset, count));
  const finished = methodId(call.env, classOf(call.env, call.self), "finished", "()Z");
  if (callForBoolean(call.env, call.self, finished) === true && operation.input.size > 0) {
    report(call, "deflate", operation, operation.output.blob());
  }
}

/** Keep the stream that the compressed bytes go to, if they can be asked for afterwards. */
function opened(call: Call): void {
  const target = call.object(0);
  if (target === null || classNameOf(call.env, target) !== "java.io.ByteArrayOutputStream") return;
  operationOf(call.env, call.self).target ??= globalOf(call.env, target);
}

function finished(call: Call): void {
  const operation = operationOf(call.env, call.self);
  if (operation.input.size === 0) return;
  const { target } = operation;
  operation.target = null;
  // Into another stream the bytes are gone: they are unknown, which an empty blob says.
  const bytes = target === null ? null : follow(call.env, target, "toByteArray()");
  report(call, "gzip", operation, bytes === null ? blobOf() : blobOf(wholeArray(call.env, bytes)));
  if (target !== null) forgetGlobal(call.env, target);
}

function one(id: string, className: string, method: string, observer: Observer): Behaviour {
  return { id: `behaviour.transform.${id}`, class: className, method, overloads: null, observer };
}

/** What the app compresses. */
export function compression(): Behaviour[] {
  return [
    one("gzip.open", GZIP, "$init", seen("gzip open", nothing, opened)),
    one("gzip.write", GZIP, "write", seen("gzip write", given, nothing)),
    one("gzip.finish", GZIP, "finish", seen("gzip finish", nothing, finished)),
    one("deflater.input", DEFLATER, "setInput", seen("deflater input", given, nothing)),
    one("deflater.deflate", DEFLATER, "deflate", seen("deflater deflate", nothing, deflated)),
  ];
}
