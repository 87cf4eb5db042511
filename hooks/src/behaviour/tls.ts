/**
 * TLS connections by their `client_random`, which the proxy sees as well: it ties a flow to the
 * process, thread and stack that opened it, whatever ports lie between.
 *
 * BoringSSL and OpenSSL by their exported functions (Conscrypt on a phone, libraries of the app);
 * the JDK's own TLS by its ClientHello.
 */

import { toBase64 } from "../base64.js";
import { cText } from "../c-text.js";
import { now } from "../clock.js";
import type { Behaviour } from "../engine.js";
import { callForInt, callForObject, classOf, fieldObject, methodId, readString } from "../jni.js";
import { stackNumber, type NativeWatch } from "../natives.js";
import type { Call } from "../observe.js";
import { eventRecord, post } from "../outbox.js";
import { wholeArray } from "./buffers.js";
import { bounds, emit } from "./common.js";
import { localPort } from "./sockets.js";

const RANDOM_BYTES = 32;
const TLSEXT_NAMETYPE_HOST_NAME = 0;
const MOST_KNOWN = 4096;

interface Library {
  getClientRandom(ssl: NativePointer, out: NativePointer, size: number): number;
  getServerName(ssl: NativePointer, type: number): NativePointer;
  getFd(ssl: NativePointer): number;
}

const libraries = new Map<string, Library | null>();

function libraryOf(address: NativePointer): Library | null {
  const module = Process.findModuleByAddress(address);
  if (module === null) return null;
  let library = libraries.get(module.path);
  if (library === undefined) {
    const random = module.findExportByName("SSL_get_client_random");
    const name = module.findExportByName("SSL_get_servername");
    const fd = module.findExportByName("SSL_get_fd");
    library =
      random === null || name === null || fd === null
        ? null
        : {
            getClientRandom: new NativeFunction(random, "int", ["pointer", "pointer", "size_t"]),
            getServerName: new NativeFunction(name, "pointer", ["pointer", "int"]),
            getFd: new NativeFunction(fd, "int", ["pointer"]),
          };
    libraries.set(module.path, library);
  }
  return library;
}

/** Connections that were told of, by their random. */
const told = new Set<string>();
/** The server that each thread last greeted: what it checks next is that server's certificate. */
const greeted = new Map<number, string>();
const MOST_THREADS = 1000;

function greet(thread: number, host: string): void {
  if (host === "") return;
  if (greeted.size >= MOST_THREADS) greeted.clear();
  greeted.set(thread, host);
}

/** The server whose certificate this thread is about to check; empty: it is not known. */
export function greetedHost(thread: number): string {
  return greeted.get(thread) ?? "";
}

/** The handshake in native code, after each step until the random is known. */
export function nativeTls(): NativeWatch[] {
  const watch: NativeWatch<{ ssl: NativePointer; library: Library }> = {
    ids: ["behaviour.tls.native"],
    library: "",
    symbol: "SSL_do_handshake",
    every: true,
    enter(invocation, args) {
      const library = libraryOf(invocation.context.pc);
      return library === null ? null : { ssl: args[0] ?? NULL, library };
    },
    leave(invocation, { ssl, library }) {
      const out = Memory.alloc(RANDOM_BYTES);
      if (library.getClientRandom(ssl, out, RANDOM_BYTES) !== RANDOM_BYTES) return;
      const random = new Uint8Array(out.readByteArray(RANDOM_BYTES) ?? new ArrayBuffer(0));
      const text = toBase64(random);
      if (random.every((byte) => byte === 0) || told.has(text)) return; // before its ClientHello
      if (told.size >= MOST_KNOWN) told.clear();
      told.add(text);
      const fd = library.getFd(ssl);
      const name = library.getServerName(ssl, TLSEXT_NAMETYPE_HOST_NAME);
      const host = name.isNull() ? "" : cText(name, 255);
      greet(invocation.threadId, host);
      const body = {
        kind: "connected",
        socket: `tls-${ssl.toString()}`,
        transport: "tcp",
        address: "",
        port: 0,
        local_port: fd < 0 ? 0 : localPort(fd),
        host,
        client_random: text,
        pid: Process.id,
        tid: invocation.threadId,
      };
      const stack = stackNumber(invocation.context, bounds.stack);
      post(eventRecord(now(), invocation.threadId, stack, "SSL_do_handshake", body));
    },
  };
  return [watch];
}

const HELLO = "sun.security.ssl.ClientHello$ClientHelloMessage";

function intOf(env: NativePointer, object: NativePointer, method: string): number {
  return callForInt(env, object, methodId(env, classOf(env, object), method, "()I")) ?? 0;
}

function hello(call: Call): void {
  const { env } = call;
  const cookie = fieldObject(env, call.self, "clientRandom", "Lsun/security/ssl/RandomCookie;");
  const bytes = cookie === null ? null : fieldObject(env, cookie, "randomBytes", "[B");
  const handshake = call.object(0);
  if (bytes === null || handshake === null) return;
  const context = fieldObject(env, handshake, "conContext", "Lsun/security/ssl/TransportContext;");
  const transport = context === null ? null : fieldObject(env, context, "transport", "Lsun/security/ssl/SSLTransport;");
  if (transport === null) return;
  const hostId = methodId(env, classOf(env, transport), "getPeerHost", "()Ljava/lang/String;");
  const host = callForObject(env, transport, hostId);
  const socket = fieldObject(env, transport, "self", "Ljava/net/Socket;"); // of a socket, not an engine
  const name = host === null ? "" : readString(env, host, 255).text;
  greet(call.thread, name);
  emit(call, {
    kind: "connected",
    socket: "tls",
    transport: "tcp",
    address: "",
    port: intOf(env, transport, "getPeerPort"),
    local_port: socket === null ? 0 : intOf(env, socket, "getLocalPort"),
    host: name,
    client_random: toBase64(new Uint8Array(wholeArray(env, bytes))),
  });
}

/** The ClientHello of the JDK's TLS, which a phone does not have. */
export function jdkTls(): Behaviour[] {
  return [
    {
      id: "behaviour.tls.jdk",
      class: HELLO,
      method: "$init",
      overloads: null,
      observer: {
        name: "ClientHello",
        // Servers read one as well: theirs comes with the bytes of a record.
        before: (call) => (call.method.argumentTypes.some((type) => type === "java.nio.ByteBuffer") ? null : true),
        after: (call) => {
          if (call.exception === null) hello(call);
        },
      },
    },
  ];
}
