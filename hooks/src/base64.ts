/** Base64 (RFC 4648) of our own records: the script's runtime brings none. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Two characters for each twelve bits. */
const PAIRS = Array.from({ length: 4096 }, (_, bits) => ALPHABET.charAt(bits >> 6) + ALPHABET.charAt(bits & 63));

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  const whole = bytes.length - (bytes.length % 3);
  for (let i = 0; i < whole; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    parts.push(PAIRS[bits >> 12] ?? "", PAIRS[bits & 4095] ?? "");
  }
  const [one, two] = [bytes[whole], bytes[whole + 1]];
  if (one !== undefined) {
    const bits = (one << 16) | ((two ?? 0) << 8);
    parts.push(PAIRS[bits >> 12] ?? "", two === undefined ? "==" : `${ALPHABET.charAt((bits >> 6) & 63)}=`);
  }
  return parts.join("");
}
