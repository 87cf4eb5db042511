/** Files of the phone, read piece by piece and with a bound. */

const PIECE_BYTES = 1_000_000;
const MOST_BYTES = 512_000_000;

/** Give a file's pieces to `use`; whether all of it could be read. */
export function readFile(path: string, use: (piece: ArrayBuffer) => void): boolean {
  let file: File;
  try {
    file = new File(path, "rb");
  } catch {
    return false;
  }
  try {
    let left = MOST_BYTES;
    for (;;) {
      const piece = file.readBytes(PIECE_BYTES);
      if (piece.byteLength === 0) return true;
      left -= piece.byteLength;
      if (left < 0) return false;
      use(piece);
    }
  } catch {
    return false;
  } finally {
    file.close();
  }
}
