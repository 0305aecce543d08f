/**
 * Strict CBOR (RFC 8949) on top of cborg. A first pass over the bytes checks what a decoder with values can't say
 * cheaply: depth, trailing bytes, break codes in odd places, map keys that could hide a duplicate.
 */
import { isUtf8 } from "node:buffer";
import { decode, encode } from "cborg";

export type CborValue = unknown;
/** `any`: whatever is well-formed, as foreign issuers write it. `own`: as we write it, shortest forms and definite lengths. */
export type CborDialect = "any" | "own";

const MAX_DEPTH = 16;

/** Decodes exactly one item; maps become `Map`. Null for anything else: not well-formed, duplicate keys, too deep, bytes left over. */
export function decodeCbor(bytes: Uint8Array, dialect: CborDialect): { readonly value: CborValue } | null {
  if (walk(bytes, 0, 0) !== bytes.length) return null;
  try {
    return {
      value: decode(bytes, {
        useMaps: true,
        rejectDuplicateMapKeys: true,
        strict: dialect === "own",
        allowIndefinite: dialect === "any",
        tags: passThrough,
      }),
    };
  } catch {
    return null;
  }
}

/** Encodes in shortest form. */
export const encodeCbor = (value: CborValue): Uint8Array => encode(value);

/** A tagged item, kept as such so that a reader can insist on the tag. */
export class Tagged {
  readonly tag: number;
  readonly value: CborValue;
  constructor(tag: number, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

/** Tags that issuers use: date-time (0, 1), COSE_Sign1 (18), CWT (61), dates (100, 1004). Any other makes the item unreadable. */
const passThrough = Object.fromEntries(
  [0, 1, 18, 61, 100, 1004].map((tag) => [tag, (content: () => unknown) => new Tagged(tag, content())]),
);

const BREAK = -2;
const BAD = -1;

/** Position after the item at `at`, `BREAK` after a break code, `BAD` where it is not well-formed (RFC 8949, appendix C). */
function walk(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at];
  if (first === undefined || depth > MAX_DEPTH) return BAD;
  const major = first >> 5;
  const minor = first & 31;
  if (first === 0xff) return BREAK;
  if (minor === 31) return walkIndefinite(bytes, at + 1, major, depth);
  const argument = readArgument(bytes, at + 1, minor);
  if (argument === null) return BAD;
  const { value, next } = argument;
  switch (major) {
    case 0:
    case 1:
      return next;
    case 2:
      return value <= bytes.length - next ? next + value : BAD;
    case 3:
      return value <= bytes.length - next && isUtf8(bytes.subarray(next, next + value)) ? next + value : BAD;
    case 4:
      return walkMany(bytes, next, value, depth, false);
    case 5:
      return walkMany(bytes, next, value * 2, depth, true);
    case 6:
      return positive(walk(bytes, next, depth + 1));
    default:
      // A simple value below 32 in the two-byte form is not well-formed.
      return minor === 24 && value < 32 ? BAD : next;
  }
}

const positive = (position: number): number => (position === BREAK ? BAD : position);

/** Keys are integers or texts: of anything else two equal ones could not be told by value. */
const isKey = (byte: number | undefined): boolean => {
  const major = (byte ?? 0xff) >> 5;
  return major === 0 || major === 1 || major === 3;
};

function walkMany(bytes: Uint8Array, from: number, items: number, depth: number, map: boolean): number {
  if (items > bytes.length - from) return BAD;
  let at = from;
  for (let i = 0; i < items; i++) {
    if (map && i % 2 === 0 && !isKey(bytes[at])) return BAD;
    at = positive(walk(bytes, at, depth + 1));
    if (at === BAD) return BAD;
  }
  return at;
}

function walkIndefinite(bytes: Uint8Array, from: number, major: number, depth: number): number {
  // Strings in chunks are well-formed, and nobody who issues passes writes them.
  if (major !== 4 && major !== 5) return BAD;
  let at = from;
  for (let i = 0; ; i++) {
    const first = bytes[at];
    if (first === undefined) return BAD;
    // A break may end a map after a whole pair only.
    if (first === 0xff) return major === 5 && i % 2 === 1 ? BAD : at + 1;
    if (major === 5 && i % 2 === 0 && !isKey(first)) return BAD;
    at = positive(walk(bytes, at, depth + 1));
    if (at === BAD) return BAD;
  }
}

function readArgument(bytes: Uint8Array, at: number, minor: number): { value: number; next: number } | null {
  if (minor < 24) return { value: minor, next: at };
  if (minor > 27) return null;
  const size = 1 << (minor - 24);
  if (at + size > bytes.length) return null;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return { value, next: at + size };
}
