/** What a QR code of version 40 holds at most in byte mode (ISO/IEC 18004, table 7). */
export const MAX_CODE_BYTES = 2953;

/** The bytes as UTF-8 where they are valid UTF-8, else as GB18030, in which Chinese generators write. Never throws. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
