/** Texts of C, whatever an app put into them. */

const strnlen = new NativeFunction(Module.getGlobalExportByName("strnlen"), "size_t", ["pointer", "size_t"]);

/** At most `limit` bytes of a C string, whatever an app put into it; throws where it cannot be read. */
export function cText(address: NativePointer, limit: number): string {
  const length = Number(strnlen(address, limit));
  try {
    return address.readUtf8String(length) ?? "";
  } catch {
    const bytes = new Uint8Array(address.readByteArray(length) ?? new ArrayBuffer(0));
    return String.fromCharCode(...bytes); // no UTF-8: as Latin-1, so that nothing is lost
  }
}
