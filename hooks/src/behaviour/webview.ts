/** WebViews: what they load, the scripts and interfaces that the app gives them, cookies. */

import type { Behaviour } from "../engine.js";
import type { Observer } from "../observe.js";
import { classNameOf } from "../values.js";
import { emit, outermost, text } from "./common.js";

/** The platform's, and those that apps bring: Tencent X5, UC. */
const VIEWS = ["android.webkit.WebView", "com.tencent.smtt.sdk.WebView", "com.uc.webview.export.WebView"];
const COOKIES = [
  "android.webkit.CookieManager",
  "com.tencent.smtt.sdk.CookieManager",
  "com.uc.webview.export.CookieManager",
];

function uses(action: string, argument: number): Observer {
  return outermost(`web view ${action}`, {
    name: `web view ${action}`,
    before(call) {
      emit(call, { kind: "web_view", action, detail: text(call, argument) });
      return true;
    },
  });
}

const interfaces: Observer = outermost("web view interface", {
  name: "addJavascriptInterface",
  before(call) {
    const object = call.object(0);
    const name = object === null ? "null" : classNameOf(call.env, object);
    emit(call, { kind: "web_view", action: "interface", detail: `${text(call, 1, 200)} ${name}` });
    return true;
  },
});

const cookieSet: Observer = outermost("cookie", {
  name: "setCookie",
  before(call) {
    emit(call, { kind: "web_view", action: "cookie", detail: `${text(call, 0)} ${text(call, 1)}` });
    return true;
  },
});

/** What the app's WebViews are used for. */
export function webViews(): Behaviour[] {
  const one = (className: string, method: string, observer: Observer, implementations = false): Behaviour => ({
    id: `behaviour.webview.${className.split(".")[1] ?? ""}.${method}${implementations ? ".own" : ""}`,
    class: className,
    method,
    overloads: null,
    implementations,
    observer,
  });
  return [
    ...VIEWS.flatMap((view) => [
      one(view, "loadUrl", uses("load", 0)),
      one(view, "postUrl", uses("load", 0)),
      one(view, "loadData", uses("load", 0)),
      one(view, "loadDataWithBaseURL", uses("load", 0)),
      one(view, "evaluateJavascript", uses("script", 0)),
      one(view, "addJavascriptInterface", interfaces),
    ]),
    ...COOKIES.flatMap((cookies) => [
      one(cookies, "setCookie", cookieSet, true),
      one(cookies, "getCookie", uses("cookie", 0), true),
    ]),
  ];
}
