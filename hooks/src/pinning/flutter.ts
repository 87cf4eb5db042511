/**
 * Flutter brings its own BoringSSL and trusts no user's certificate: `ssl_verify_peer_cert` in
 * libflutter.so is found by its machine code, since nothing exports it. It gives 0 when it trusts.
 *
 * Byte patterns: published by NVISO with disable-flutter-tls-verification (2022-2026), one for each
 * layout that compilers made of the function.
 */

import { eventRecord, fault, post } from "../outbox.js";
import { now } from "../clock.js";

const LIBRARY = "libflutter.so";
const PATTERNS: { [architecture: string]: string[] } = {
  arm64: [
    "F? 0F 1C F8 F? 5? 01 A9 F? 5? 02 A9 F? ?? 03 A9 ?? ?? ?? ?? 68 1A 40 F9",
    "F? 43 01 D1 FE 67 01 A9 F8 5F 02 A9 F6 57 03 A9 F4 4F 04 A9 13 00 40 F9 F4 03 00 AA 68 1A 40 F9",
    "FF 43 01 D1 FE 67 01 A9 ?? ?? 06 94 ?? 7? 06 94 68 1A 40 F9 15 15 41 F9 B5 00 00 B4 B6 4A 40 F9",
  ],
  arm: ["2D E9 F? 4? D0 F8 00 80 81 46 D8 F8 18 00 D0 F8"],
  x64: [
    "55 41 57 41 56 41 55 41 54 53 50 49 89 F? 4? 8B ?? 4? 8B 4? 30 4C 8B ?? ?? 0? 00 00 4D 85 ?? 74 1? 4D 8B",
    "55 41 57 41 56 41 55 41 54 53 48 83 EC 18 49 89 FF 48 8B 1F 48 8B 43 30 4C 8B A0 28 02 00 00 4D 85 E4 74",
    "55 41 57 41 56 41 55 41 54 53 48 83 EC 18 49 89 FE 4C 8B 27 49 8B 44 24 30 48 8B 98 D0 01 00 00 48 85 DB",
  ],
};
const THUMB = 1;

function override(address: NativePointer): void {
  Interceptor.attach(address, {
    onLeave(result) {
      if (result.toUInt32() === 0) return;
      result.replace(NULL);
      const thread = this.threadId;
      const body = { kind: "pinning_bypassed", mechanism: "flutter", host: "", pid: Process.id, tid: thread };
      post(eventRecord(now(), thread, 0, "ssl_verify_peer_cert", body));
    },
  });
}

/** Find the check in a library that was just loaded. */
function search(module: Module): void {
  for (const range of module.enumerateRanges("r-x")) {
    for (const pattern of PATTERNS[Process.arch] ?? []) {
      const [match] = Memory.scanSync(range.base, range.size, pattern);
      if (match === undefined) continue;
      override(Process.arch === "arm" ? match.address.or(THUMB) : match.address);
      return;
    }
  }
  // Its hosts stay refused, and so in coverage; this says why.
  fault("pinning of Flutter", `no known shape of the check in ${module.name}`);
}

/** Watch for Flutter's library. */
export function watchFlutter(): void {
  Process.attachModuleObserver({
    onAdded(module) {
      if (module.name === LIBRARY) search(module);
    },
  });
}
