/** Pieces in one stretch of memory, which changes hands between threads instead of being copied. */
export interface EndToEnd {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each piece ends; it begins where the one before it ends. */
  readonly ends: readonly number[];
}

export function endToEnd(pieces: readonly Uint8Array[]): EndToEnd {
  const ends: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    size += piece.byteLength;
    ends.push(size);
  }
  const bytes = new Uint8Array(size);
  for (const [at, piece] of pieces.entries()) bytes.set(piece, ends[at - 1] ?? 0);
  return { bytes, ends };
}

/** The piece at `at`, not copied. */
export const pieceOf = ({ bytes, ends }: EndToEnd, at: number): Uint8Array =>
  bytes.subarray(at === 0 ? 0 : ends[at - 1], ends[at]);
