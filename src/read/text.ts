/** Bytes of a code to text. Hostile input: whoever shows, logs or passes it on escapes it. */
import type { Decoded } from "./zxing.ts";

/**
 * UTF-8 where the bytes are that; what the code itself declares (ECI) or its kana imply; else GB18030, the set of
 * mainland code makers before UTF-8; else the decoder's own guess. Never throws.
 */
export function textOf(decoded: Pick<Decoded, "bytes" | "text" | "hasCharacterSet">): string {
  const utf8 = decodeAs("utf-8", decoded.bytes);
  if (utf8 !== null) return utf8;
  if (decoded.hasCharacterSet || /[぀-ヿ]/.test(decoded.text)) return decoded.text;
  return decodeAs("gb18030", decoded.bytes) ?? decoded.text;
}

function decodeAs(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
