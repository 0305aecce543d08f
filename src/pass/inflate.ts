import { deflateSync, inflateSync } from "node:zlib";

/** Far above any certificate seen (about 3 kB), far below what hurts: a bomb is cut off here. */
export const MAX_INFLATED = 16_384;

/**
 * Inflates one whole zlib stream (RFC 1950), or gives null: not zlib, broken, cut short, followed by further bytes,
 * with a preset dictionary, or larger than `MAX_INFLATED`.
 */
export function inflate(bytes: Uint8Array): Uint8Array | null {
  if (!isZlib(bytes)) return null;
  try {
    // With `info` the engine is returned too, and tells how much of the input belonged to the stream.
    const { buffer, engine } = inflateSync(bytes, { maxOutputLength: MAX_INFLATED, info: true }) as unknown as Inflated;
    return engine.bytesWritten === bytes.length ? buffer : null;
  } catch {
    return null;
  }
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** The header of RFC 1950 section 2.2, checked first since it costs nothing and building an engine does. */
function isZlib(bytes: Uint8Array): boolean {
  const [cmf = 0, flags = 0] = bytes;
  return (cmf & 0x0f) === 8 && (cmf * 256 + flags) % 31 === 0 && (flags & 0x20) === 0;
}

/** Deflates into one zlib stream. */
export const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 9 });
