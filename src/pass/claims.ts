/** What a signed pass says: CWT claims (RFC 8392) and one private claim for what a registry has no name for. */
import type { Instant } from "../core/units.ts";
import { encodeCbor } from "./cbor.ts";
import { fromNumericDate } from "./numeric-date.ts";

export const passStatuses = ["green", "yellow", "red", "pending"] as const;
export type PassStatus = (typeof passStatuses)[number];
export const passMedia = ["electronic", "paper"] as const;
export type PassMedium = (typeof passMedia)[number];
export const passHolders = ["self", "family"] as const;
export type PassHolder = (typeof passHolders)[number];

export interface PassClaims {
  /** At most 64 characters. */
  readonly issuer: string;
  /** Whole seconds. For paper: the moment of printing. */
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** Hex of 4 to 32 bytes; random, new with each electronic refresh, the same for all copies of a paper pass. */
  readonly passId: string;
  /** Opaque reference to the person, at most 64 characters. */
  readonly subject: string;
  readonly status: PassStatus;
  readonly medium: PassMedium;
  readonly forWhom: PassHolder;
}

/** RFC 8392, table 1. */
const ISS = 1;
const SUB = 2;
const EXP = 4;
const IAT = 6;
const CTI = 7;
/** Private use (RFC 8392, section 9.1): `{1: status, 2: medium, 3: for whom}`, each the position in its list above. */
const PASS = -65_600;

export function writeClaims(claims: PassClaims): Uint8Array {
  const pass = new Map<number, number>([
    [1, passStatuses.indexOf(claims.status)],
    [2, passMedia.indexOf(claims.medium)],
    [3, passHolders.indexOf(claims.forWhom)],
  ]);
  return encodeCbor(
    new Map<number, unknown>([
      [ISS, claims.issuer],
      [SUB, claims.subject],
      [EXP, Math.floor(claims.expiresAt / 1000)],
      [IAT, Math.floor(claims.issuedAt / 1000)],
      [CTI, Uint8Array.from(Buffer.from(claims.passId, "hex"))],
      [PASS, pass],
    ]),
  );
}

/** Reads decoded claims; null where one is missing, of another type, out of range, or not among the known values. */
export function readClaims(item: unknown): PassClaims | null {
  if (!(item instanceof Map)) return null;
  const pass: unknown = item.get(PASS);
  if (!(pass instanceof Map)) return null;
  const issuer = shortText(item.get(ISS));
  const subject = shortText(item.get(SUB));
  const issuedAt = fromNumericDate(item.get(IAT));
  const expiresAt = fromNumericDate(item.get(EXP));
  const id: unknown = item.get(CTI);
  const status = pick(passStatuses, pass.get(1));
  const medium = pick(passMedia, pass.get(2));
  const forWhom = pick(passHolders, pass.get(3));
  if (issuer === null || subject === null || issuedAt === null || expiresAt === null) return null;
  if (!(id instanceof Uint8Array && id.length >= 4 && id.length <= 32)) return null;
  if (status === null || medium === null || forWhom === null) return null;
  return { issuer, subject, issuedAt, expiresAt, passId: Buffer.from(id).toString("hex"), status, medium, forWhom };
}

const shortText = (value: unknown): string | null =>
  typeof value === "string" && value.length > 0 && value.length <= 64 ? value : null;

const pick = <T>(list: readonly T[], index: unknown): T | null =>
  typeof index === "number" ? (list[index] ?? null) : null;
