/** Turns calls that an entry of the catalogue means into records. */

import { matches, type Api, type Limits } from "./catalogue.js";
import type { Time } from "./clock.js";
import { begin, notNested } from "./nesting.js";
import type { Call, Observer } from "./observe.js";
import { callRecord, fault, post } from "./outbox.js";
import { bounded, classNameOf, comparedText, isOfClass, readValues, valueText, type Source } from "./values.js";

const MOST_ARGUMENTS = 12;

interface State {
  meant: Api[];
  /** The moment of the call, not of its record. */
  time: Time;
  end: () => void;
}

/** An observer of one overload on behalf of all entries that mean it. */
export function observerOf(apis: Api[], limits: Limits): Observer<State> {
  return {
    name: apis[0]?.id ?? "?",
    before(call) {
      const all = apis.some((api) => api.when.length > 0) ? meantBy(apis, call, limits) : apis;
      const meant = notNested(call.thread, all);
      if (meant.length === 0) return null;
      const { time } = call;
      call.stack(limits.stack);
      return { meant, time, end: begin(call.thread, meant) };
    },
    after(call, { meant, time, end }) {
      end();
      for (const api of meant) {
        try {
          record(api, call, limits);
        } catch (error) {
          // The call itself is the evidence: it is recorded even if its values cannot be read.
          fault(`${api.id} reading values`, error);
          post(callRecord(time, call.thread, call.stack(limits.stack), api.id, [], null, null, [], ["values"]));
        }
      }
    },
  };
}

/** Which of the entries this call is; reads only what a condition names. */
function meantBy(apis: Api[], call: Call, limits: Limits): Api[] {
  const source = sourceOf(call);
  const texts = new Map<string, string | null>(); // many entries ask for the same argument
  const subject = {
    text: (argument: "this" | number, get: string): string | null => {
      const key = `${argument} ${get}`;
      let text = texts.get(key);
      if (text === undefined) {
        text = comparedText(call.env, ...source(argument), get, limits.text);
        texts.set(key, text);
      }
      return text;
    },
    instanceOf: (argument: "this" | number, className: string): boolean => {
      const [value] = source(argument);
      return value instanceof NativePointer && !value.isNull() && isOfClass(call.env, value, className);
    },
  };
  return apis.filter((api) => api.when.length === 0 || matches(api, subject));
}

function sourceOf(call: Call): Source {
  const { method } = call;
  return (from) => {
    if (from === "result") return [call.exception === null ? call.result : undefined, method.returnType];
    if (from === "this") return [method.isStatic ? undefined : call.self, "java.lang.Object"];
    return [call.args[from], method.argumentTypes[from] ?? "?"];
  };
}

function record(api: Api, call: Call, limits: Limits): void {
  const { env, method, exception } = call;
  const truncated = new Set<string>();
  const cut = (field: string): void => void truncated.add(field);
  const text = (value: Call["result"], type: string, field: string): string =>
    bounded(valueText(env, value, type, limits.text), limits.text, cut, field);
  const args = call.args
    .slice(0, MOST_ARGUMENTS)
    .map((arg, index) => text(arg, method.argumentTypes[index] ?? "?", "arguments"));
  if (call.args.length > MOST_ARGUMENTS) cut("arguments");
  const hasResult = exception === null && method.returnType !== "void";
  post(
    callRecord(
      call.time,
      call.thread,
      call.stack(limits.stack),
      api.id,
      args,
      hasResult ? text(call.result, method.returnType, "result") : null,
      exception === null ? null : classNameOf(env, exception),
      exception === null ? readValues(env, api.values, sourceOf(call), limits, cut) : [],
      [...truncated],
    ),
  );
}
