/**
 * Connections of the app where it asks the C library for them, whatever library is above: address,
 * local port, process, thread and stack. UDP by the first datagram to an address; QUIC by its
 * first byte (RFC 9000 section 17.2: long header).
 */

import { now } from "../clock.js";
import { stackNumber, type NativeWatch } from "../natives.js";
import { eventRecord, post } from "../outbox.js";
import { bounds } from "./common.js";

const AF_INET = 2;
const AF_INET6 = 10;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SOCK_DGRAM = 2;
const EINPROGRESS = 115;
const QUIC_PORTS = new Set([443, 8443]);
const MOST_PEERS = 4096;

/** The loopback ports where instruments listen, told of wherever the app tries them. */
export type PortTried = (port: number, thread: number, stack: number) => void;

interface Peer {
  address: string;
  port: number;
}

/** sockaddr_in or sockaddr_in6; null: another family. */
export function peerOf(address: NativePointer): Peer | null {
  if (address.isNull()) return null;
  const family = address.readU16();
  const port = (address.add(2).readU8() << 8) | address.add(3).readU8();
  if (family === AF_INET) {
    const bytes = new Uint8Array(address.add(4).readByteArray(4) ?? new ArrayBuffer(0));
    return { address: bytes.join("."), port };
  }
  if (family !== AF_INET6) return null;
  const bytes = new Uint8Array(address.add(8).readByteArray(16) ?? new ArrayBuffer(0));
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) {
    return { address: bytes.slice(12).join("."), port }; // IPv4 in IPv6
  }
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16));
  return { address: groups.join(":"), port };
}

function exported(name: string, takes: NativeFunctionArgumentType[]): (...args: (NativePointer | number)[]) => number {
  return new NativeFunction(Module.getGlobalExportByName(name), "int", takes);
}

const getsockopt = exported("getsockopt", ["int", "int", "int", "pointer", "pointer"]);
const getsockname = exported("getsockname", ["int", "pointer", "pointer"]);

function isDatagram(fd: number): boolean {
  const value = Memory.alloc(8);
  value.add(4).writeU32(4);
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, value, value.add(4)) === 0 && value.readS32() === SOCK_DGRAM;
}

/** The port of our own end; 0: none yet. */
export function localPort(fd: number): number {
  const address = Memory.alloc(136);
  address.add(128).writeU32(128);
  if (getsockname(fd, address, address.add(128)) !== 0) return 0;
  return peerOf(address)?.port ?? 0;
}

let opened = 0;
/** Datagram sockets and peers that were told of: "fd address port". */
const told = new Set<string>();

function report(fd: number, peer: Peer, transport: string, thread: number, stack: number): void {
  const body = {
    kind: "connected",
    socket: `${fd}-${++opened}`,
    transport,
    address: peer.address,
    port: peer.port,
    local_port: localPort(fd),
    pid: Process.id,
    tid: thread,
  };
  post(eventRecord(now(), thread, stack, "connect", body));
}

function datagram(fd: number, peer: Peer, first: number | null, thread: number, context: CpuContext): void {
  const key = `${fd} ${peer.address} ${peer.port}`;
  if (told.has(key)) return;
  if (told.size >= MOST_PEERS) told.clear();
  told.add(key);
  const isQuic = QUIC_PORTS.has(peer.port) && first !== null && (first & 0xc0) === 0xc0;
  report(fd, peer, isQuic ? "quic" : "udp", thread, stackNumber(context, bounds.stack));
}

interface Connecting {
  fd: number;
  peer: Peer;
  stack: number;
}

/** Watches over connections; `tried` hears of every port on the loopback that is connected to. */
export function sockets(tried: PortTried): NativeWatch[] {
  const connect: NativeWatch<Connecting> = {
    ids: ["behaviour.socket.connect"],
    library: "",
    symbol: "connect",
    enter(invocation, args) {
      const fd = (args[0] ?? NULL).toInt32();
      const peer = peerOf(args[1] ?? NULL);
      // A datagram socket is told of when it sends: name servers are "connected" without that.
      if (peer === null || isDatagram(fd)) return null;
      const stack = stackNumber(invocation.context, bounds.stack);
      if (/^127\.|^0:0:0:0:0:0:0:1$/.test(peer.address)) tried(peer.port, invocation.threadId, stack);
      return { fd, peer, stack };
    },
    leave(invocation, { fd, peer, stack }, result, errno) {
      if (result.toInt32() !== 0 && errno !== EINPROGRESS) return;
      report(fd, peer, "tcp", invocation.threadId, stack);
    },
  };
  const closed: NativeWatch = {
    ids: ["behaviour.socket.close"],
    library: "",
    symbol: "close",
    enter(_invocation, args) {
      if (told.size === 0) return null;
      const prefix = `${(args[0] ?? NULL).toInt32()} `;
      for (const key of told) if (key.startsWith(prefix)) told.delete(key);
      return null;
    },
  };
  const sendto: NativeWatch = {
    ids: ["behaviour.socket.sendto"],
    library: "",
    symbol: "sendto",
    enter(invocation, args) {
      const peer = peerOf(args[4] ?? NULL);
      const fd = (args[0] ?? NULL).toInt32();
      if (peer === null || !isDatagram(fd)) return null;
      const size = (args[2] ?? NULL).toUInt32();
      datagram(fd, peer, size > 0 ? (args[1] ?? NULL).readU8() : null, invocation.threadId, invocation.context);
      return null;
    },
  };
  const sendmsg: NativeWatch = {
    ids: ["behaviour.socket.sendmsg"],
    library: "",
    symbol: "sendmsg",
    enter(invocation, args) {
      const message = args[1] ?? NULL; // struct msghdr: name, its length, vector, its length
      const fd = (args[0] ?? NULL).toInt32();
      const peer = message.isNull() ? null : peerOf(message.readPointer());
      if (peer === null || !isDatagram(fd)) return null;
      const vector = message.add(2 * Process.pointerSize).readPointer();
      const first = vector.isNull() ? NULL : vector.readPointer();
      datagram(fd, peer, first.isNull() ? null : first.readU8(), invocation.threadId, invocation.context);
      return null;
    },
  };
  return [connect, closed, sendto, sendmsg];
}
