/** Bytes of a code to text. Hostile input: whoever shows, logs or passes it on escapes it. */
import type { Decoded } from "./zxing.ts";

/**
 * UTF-8 where the bytes are that; what the code itself declares (ECI) or its kana imply; else GB18030, the set of
 * mainland code makers before UTF-8; else the decoder's own guess. Never throws.
 */
export function textOf(decoded: Pick<Decoded, "bytes" | "text" | "hasCharacterSet">): string {
  const utf8 = decodeAs("utf-8", decoded.bytes);
  if (utf8 !== null) return utf8;
  if (decoded.hasCharacterSet || /[\u3040-\u30ff]/.test(decoded.text)) return decoded.text;
  if (areHalfWidthKana(decoded.bytes) && /[\uff66-\uff9f]/.test(decoded.text)) return decoded.text;
  return decodeAs("gb18030", decoded.bytes) ?? decoded.text;
}

/**
 * Half-width kana of Shift_JIS are bytes that GB2312's commonest characters use, too. They are told apart by the
 * voicing marks (DE, DF): in kana they stand after a sound that can be voiced, in GB2312 they stand anywhere.
 */
function areHalfWidthKana(bytes: Uint8Array): boolean {
  let marks = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const before = bytes[i - 1] ?? 0;
    if (byte < 0x80) continue;
    if (byte < 0xa1 || byte > 0xdf) return false;
    const labial = before >= 0xca && before <= 0xce;
    if (byte === 0xdf && !labial) return false;
    if (byte === 0xde && !labial && !(before >= 0xb6 && before <= 0xc4) && before !== 0xb3) return false;
    if (byte >= 0xde) marks++;
  }
  return marks > 0;
}

function decodeAs(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
