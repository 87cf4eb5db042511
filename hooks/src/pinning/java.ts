/**
 * Checks of the server's certificate in Java: those of the platform, of OkHttp and its relocated
 * copies, of TrustKit, Cronet and of the app itself.
 *
 * The original check runs. Only where it refuses is its answer changed, and that is recorded: what
 * was not overridden was not pinned.
 */

import type { Behaviour } from "../engine.js";
import { arrayElement, readString, withLocals } from "../jni.js";
import { follow } from "../members.js";
import type { Call, Override } from "../observe.js";
import { eventRecord, post } from "../outbox.js";
import { classNameOf, objectText } from "../values.js";
import { greetedHost } from "../behaviour/tls.js";
import { listOf } from "./lists.js";

const TRUE = 1;

function record(call: Call, mechanism: string, host: string): void {
  const body = { kind: "pinning_bypassed", mechanism, host, pid: Process.id, tid: call.thread };
  post(eventRecord(call.time, call.thread, 0, call.method.name, body));
}

function textOf(call: Call, object: NativePointer, path: string): string {
  try {
    const value = follow(call.env, object, path);
    return value === null ? "" : objectText(call.env, value, 300);
  } catch {
    return ""; // this version of the class has no such member
  }
}

/** The host that the check was about: an argument, the connection's peer, or the certificate's name. */
function hostOf(call: Call): string {
  return withLocals(call.env, () => {
    const types = call.method.argumentTypes;
    for (const [index, type] of types.entries()) {
      const value = call.object(index);
      if (value === null) continue;
      if (/SSLSocket|SSLEngine|net\.Socket/.test(type)) {
        const peer = textOf(call, value, "getHandshakeSession().getPeerHost()");
        if (peer !== "") return peer;
      }
      // (chain, authType, host); a pinner's first argument is the host.
      if (type === "java.lang.String" && (index === 0 || index >= 2)) return readString(call.env, value, 255).text;
    }
    const chain = types[0]?.startsWith("[") === true ? call.object(0) : null;
    const first = chain === null ? null : arrayElement(call.env, chain, 0);
    const greeting = greetedHost(call.thread);
    if (greeting !== "") return greeting;
    const subject = first === null ? "" : textOf(call, first, "getSubjectX500Principal().getName()");
    return /(?:^|,)CN=([^,]+)/.exec(subject)?.[1] ?? "";
  });
}

/** A check that throws: it returns as if it had held. */
function throwing(mechanism: string): Override {
  return {
    amend(call) {
      if (call.exception === null) return null;
      const thrown = classNameOf(call.env, call.exception);
      if (!/Certificate|SSLPeerUnverified|SSLHandshake/.test(thrown)) return null;
      const chain = call.object(0);
      record(call, `${mechanism} ${call.method.className}`, hostOf(call));
      // Some give the chain that they verified.
      if (call.method.returnType === "void") return { result: undefined };
      return { result: chain === null ? NULL : listOf(call.env, chain) };
    },
  };
}

/** A check that answers yes or no. */
function answering(mechanism: string): Override {
  return {
    amend(call) {
      if (call.exception !== null || call.result !== 0) return null;
      record(call, `${mechanism} ${call.method.className}`, hostOf(call));
      return { result: TRUE };
    },
  };
}

/** The WebView's question whether to go on after a bad certificate. */
const webView: Override = {
  instead(call) {
    const handler = call.object(1);
    if (handler === null) return null;
    follow(call.env, handler, "proceed()");
    const error = call.object(2);
    record(call, "WebView onReceivedSslError", error === null ? "" : textOf(call, error, "getUrl()"));
    return { result: undefined };
  },
};

/** Cronet: without QUIC it speaks HTTP/2 through the proxy. */
const withoutQuic: Override = {
  instead(call) {
    if (call.args[0] === 0) return null;
    record(call, "cronet QUIC off", "");
    return { result: call.method.call(call.env, call.self, [0]) };
  },
};

/** Cronet: pins are not added; a builder gives itself. */
const withoutPins: Override = {
  instead(call) {
    record(call, "cronet pins", call.object(0) === null ? "" : hostOf(call));
    return { result: call.self };
  },
};

/** OkHttp names its refusal, in every copy of it: who made it is the pinner, whatever it is called now. */
function pinnersByShape(found: (className: string, method: string) => void): Behaviour {
  return {
    id: "behaviour.pinning.shape",
    class: "javax.net.ssl.SSLPeerUnverifiedException",
    method: "$init",
    overloads: null,
    observer: {
      name: "certificate pinning failure",
      before(call) {
        const message = call.object(0);
        const isPinner =
          message !== null && readString(call.env, message, 100).text.startsWith("Certificate pinning failure");
        return isPinner ? true : null;
      },
      // The exception knows its stack once it is made.
      after(call) {
        const [frame] = callersOf(call);
        if (frame !== undefined) found(frame.className, frame.method);
      },
    },
  };
}

interface Frame {
  className: string;
  method: string;
}

/** The frames below the exception's own constructors. */
function callersOf(call: Call): Frame[] {
  return withLocals(call.env, () => {
    const trace = follow(call.env, call.self, "getStackTrace()");
    if (trace === null) return [];
    const frames: Frame[] = [];
    for (let index = 0; index < 8 && frames.length === 0; index++) {
      const element = arrayElement(call.env, trace, index);
      if (element === null) break;
      const className = textOf(call, element, "getClassName()");
      const method = textOf(call, element, "getMethodName()");
      if (method !== "<init>") frames.push({ className, method });
    }
    return frames;
  });
}

function one(id: string, className: string, method: string, override: Override, implementations = false): Behaviour {
  return { id: `behaviour.pinning.${id}`, class: className, method, overloads: null, implementations, override };
}

/** The platform's, and those of the WebViews that apps bring: Tencent X5, UC. */
const CLIENTS = [
  "android.webkit.WebViewClient",
  "com.tencent.smtt.sdk.WebViewClient",
  "com.uc.webview.export.WebViewClient",
];

/** The override for a pinner that was found by what it throws. */
export function pinner(className: string, method: string): Behaviour {
  return one(`found.${className}.${method}`, className, method, throwing("okhttp CertificatePinner"));
}

/** Every check of certificates in Java that is known; `found` hears of pinners under other names. */
export function javaPinning(found: (className: string, method: string) => void): Behaviour[] {
  const manager = "checkServerTrusted";
  const platform = throwing("platform");
  const pins = throwing("okhttp CertificatePinner");
  const cronet = ["org.chromium.net.CronetEngine$Builder", "org.chromium.net.impl.CronetEngineBuilderImpl"];
  return [
    one("manager.own", "javax.net.ssl.X509TrustManager", manager, throwing("trust manager"), true),
    one("host.own", "javax.net.ssl.HostnameVerifier", "verify", answering("host verifier"), true),
    one("manager.jdk", "sun.security.ssl.X509TrustManagerImpl", manager, platform),
    one("manager.conscrypt", "com.android.org.conscrypt.TrustManagerImpl", manager, platform),
    one("manager.conscrypt.own", "org.conscrypt.TrustManagerImpl", manager, platform),
    one("manager.conscrypt.verify", "com.android.org.conscrypt.TrustManagerImpl", "checkTrustedRecursive", platform),
    one("config.root", "android.security.net.config.RootTrustManager", manager, platform),
    one("config.manager", "android.security.net.config.NetworkSecurityTrustManager", manager, platform),
    one("config.pins", "android.security.net.config.NetworkSecurityTrustManager", "checkPins", throwing("network security config")),
    ...["check", "check$okhttp"].map((method) => one(`okhttp.${method}`, "*.CertificatePinner", method, pins)),
    one("okhttp.host", "*.OkHostnameVerifier", "verify", answering("host verifier")),
    pinnersByShape(found),
    ...CLIENTS.map((client) => one(`webview.${client}`, client, "onReceivedSslError", webView, true)),
    ...cronet.flatMap((builder) => [
      one(`cronet.quic.${builder}`, builder, "enableQuic", withoutQuic),
      one(`cronet.pins.${builder}`, builder, "addPublicKeyPins", withoutPins),
    ]),
  ];
}
