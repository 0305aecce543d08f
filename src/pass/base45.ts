/** Base45 as in RFC 9285: two bytes in three characters, a last single byte in two. */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const NONE = 255;

/** Value of each character code below 128; `NONE` for all that are not in the alphabet. */
const values = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value === -1 ? NONE : value;
});

const valueAt = (text: string, index: number): number => values[text.charCodeAt(index)] ?? NONE;

/** Encodes any bytes. */
export function encodeBase45(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const high = bytes[i] ?? 0;
    const low = bytes[i + 1];
    const value = low === undefined ? high : high * 256 + low;
    text += ALPHABET.charAt(value % 45) + ALPHABET.charAt(Math.floor(value / 45) % 45);
    if (low !== undefined) text += ALPHABET.charAt(Math.floor(value / 2025));
  }
  return text;
}

/**
 * Decodes, or gives null for anything that RFC 9285 section 4 tells to reject: a character outside the alphabet
 * (lower case included), a length of 3n + 1, a triple above 65535, a last pair above 255.
 */
export function decodeBase45(text: string): Uint8Array | null {
  const rest = text.length % 3;
  if (rest === 1) return null;
  const pairs = (text.length - rest) / 3;
  const bytes = new Uint8Array(pairs * 2 + (rest === 2 ? 1 : 0));
  for (let i = 0; i < pairs; i++) {
    const c = valueAt(text, i * 3);
    const d = valueAt(text, i * 3 + 1);
    const e = valueAt(text, i * 3 + 2);
    const value = c + d * 45 + e * 2025;
    if (c === NONE || d === NONE || e === NONE || value > 0xffff) return null;
    bytes[i * 2] = value >> 8;
    bytes[i * 2 + 1] = value & 0xff;
  }
  if (rest === 2) {
    const c = valueAt(text, pairs * 3);
    const d = valueAt(text, pairs * 3 + 1);
    const value = c + d * 45;
    if (c === NONE || d === NONE || value > 0xff) return null;
    bytes[pairs * 2] = value;
  }
  return bytes;
}
