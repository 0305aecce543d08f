/** COSE_Sign1 (RFC 9052, section 4.2) with or without tags 18 and 61, read and written. */
import { type CborDialect, type CborValue, decodeCbor, encodeCbor, Tagged } from "./cbor.ts";

/** Header labels of RFC 9052, table 3. */
const HEADER_ALG = 1;
const HEADER_CRIT = 2;
const HEADER_KID = 4;
const TAG_SIGN1 = 18;
const TAG_CWT = 61;

export interface CoseSign1 {
  /** The algorithm's COSE number, from the protected header alone: an unprotected one is anybody's word. */
  readonly alg: number | null;
  /** The algorithm of the unprotected header. */
  readonly looseAlg: number | null;
  /** Lower-case hex; protected wins over unprotected (hcert-spec, section 3.3.2). */
  readonly kid: string | null;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature is over: `Sig_structure` with context `Signature1` and no external data. */
  readonly signed: Uint8Array;
}

/** Reads an item that `decodeCbor` gave. Null where it is no COSE_Sign1 or asks for an extension (`crit`) that nobody here knows. */
export function readSign1(item: CborValue, dialect: CborDialect): CoseSign1 | null {
  const parts = untag(item);
  if (!Array.isArray(parts) || parts.length !== 4) return null;
  const [protectedBytes, unprotected, payload, signature] = parts as readonly CborValue[];
  if (!(protectedBytes instanceof Uint8Array && unprotected instanceof Map)) return null;
  if (!(payload instanceof Uint8Array && signature instanceof Uint8Array)) return null;
  const header = readHeader(protectedBytes, dialect);
  if (header === null || header.has(HEADER_CRIT)) return null;
  const kid = header.get(HEADER_KID) ?? unprotected.get(HEADER_KID);
  return {
    alg: numberOf(header.get(HEADER_ALG)),
    looseAlg: numberOf(unprotected.get(HEADER_ALG)),
    kid: kid instanceof Uint8Array && kid.length > 0 && kid.length <= 64 ? Buffer.from(kid).toString("hex") : null,
    payload,
    signature,
    signed: signedBytes(protectedBytes, payload),
  };
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** Strips tag 61 and tag 18, in this order and each at most once (RFC 8392, section 6). */
function untag(item: CborValue): CborValue {
  const inner = item instanceof Tagged && item.tag === TAG_CWT ? item.value : item;
  return inner instanceof Tagged && inner.tag === TAG_SIGN1 ? inner.value : inner;
}

function readHeader(bytes: Uint8Array, dialect: CborDialect): Map<unknown, unknown> | null {
  if (bytes.length === 0) return new Map();
  const header = decodeCbor(bytes, dialect)?.value;
  return header instanceof Map ? header : null;
}

const signature1 = encodeCbor("Signature1");

/** Put together by hand: the two long strings are copied once. */
function signedBytes(protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(0x84),
    signature1,
    stringHead(protectedBytes.length),
    protectedBytes,
    Uint8Array.of(0x40),
    stringHead(payload.length),
    payload,
  ]);
}

/** Head of a byte string in shortest form. */
function stringHead(length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(0x40 + length);
  if (length < 256) return Uint8Array.of(0x58, length);
  return Uint8Array.of(0x59, length >> 8, length & 0xff);
}

/** Writes a tagged COSE_Sign1 with algorithm and key id protected; `sign` signs the `Sig_structure`. */
export function writeSign1(
  header: { readonly alg: number; readonly kid: Uint8Array },
  payload: Uint8Array,
  sign: (signed: Uint8Array) => Uint8Array,
): Uint8Array {
  const protectedBytes = encodeCbor(
    new Map<number, unknown>([
      [HEADER_ALG, header.alg],
      [HEADER_KID, header.kid],
    ]),
  );
  const signature = sign(signedBytes(protectedBytes, payload));
  const body = encodeCbor([protectedBytes, new Map(), payload, signature]);
  return Buffer.concat([Uint8Array.of(0xc0 + TAG_SIGN1), body]);
}
