/** The signed trust list: which keys sign passes and certificates, for whom, for what, from when until when. */
import { createPublicKey, X509Certificate } from "node:crypto";
import { type Instant, instantFromIso } from "../core/units.ts";
import type { SigningKey } from "./keys.ts";
import { fromCertificate, keyIdOf, type Purpose, publicHalf, purposes, type TrustedKey, trustedKeyOf } from "./keys.ts";
import { DocumentError, openDocument, signDocument } from "./signed-document.ts";

export const TRUST_LIST_TYPE = "greenlane-trust-list";
/** Above it nothing is parsed: 10,000 keys with certificates stay below. */
export const MAX_TRUST_LIST_BYTES = 16 * 1024 * 1024;
const MAX_KEYS = 20_000;

/** One key as it stands in the list. Exactly one of `spki` and `certificate` (DER, base64) is given. */
export interface TrustEntry {
  readonly spki?: string;
  readonly certificate?: string;
  readonly issuer: string | null;
  /** First digits of the issuer's region in GB/T 2260 (Shandong 37), or null for everywhere. */
  readonly region: string | null;
  readonly purposes: readonly Purpose[] | null;
  /** ISO 8601. A key may be announced before it signs: passes issued earlier than this were not signed by its owner. */
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  /** Takes effect at once: the key is no longer known, whatever it signed and when. */
  readonly revoked: boolean;
}

export interface TrustList {
  /** Only grows; an older list never replaces a newer one. */
  readonly version: number;
  /** ISO 8601; the list's age is counted from here. */
  readonly issuedAt: string;
  readonly keys: readonly TrustEntry[];
}

/** A list read and built, ready to be swapped in. */
export interface BuiltTrustList {
  readonly version: number;
  readonly issuedAt: Instant;
  readonly keys: readonly TrustedKey[];
}

export const signTrustList = (list: TrustList, root: SigningKey): string => signDocument(TRUST_LIST_TYPE, list, root);

/** Checks signature and content and builds every key. @throws DocumentError where any part of it is not as it should be: a list is taken whole or not at all. */
export function openTrustList(text: string, roots: readonly TrustedKey[] | null): BuiltTrustList {
  if (text.length > MAX_TRUST_LIST_BYTES) throw new DocumentError("the trust list is larger than 16 MiB");
  return buildTrustList(openDocument(TRUST_LIST_TYPE, text, roots));
}

/** The same for a list without a signature, as a person hands it to a tool. @throws DocumentError */
export function buildTrustList(content: unknown): BuiltTrustList {
  const { version, issuedAt, keys } = (content ?? {}) as Partial<Record<keyof TrustList, unknown>>;
  if (!Number.isSafeInteger(version) || !Array.isArray(keys) || keys.length > MAX_KEYS)
    throw new DocumentError("the trust list needs a whole version and a list of keys");
  return {
    version: version as number,
    issuedAt: time(issuedAt, "issuedAt"),
    keys: keys.flatMap((entry, index) => buildEntry(entry, `keys[${index}]`)),
  };
}

function buildEntry(value: unknown, path: string): TrustedKey[] {
  const entry = (value ?? {}) as Partial<Record<keyof TrustEntry, unknown>>;
  const key = keyOf(entry, path);
  if (entry.revoked === true) return [];
  const given = listOf(entry.purposes, path);
  return [
    {
      ...key,
      issuer: shortText(entry.issuer, path) ?? key.issuer,
      region: shortText(entry.region, path),
      purposes: given ?? key.purposes,
      notBefore: orNull(entry.notBefore, `${path}.notBefore`),
      notAfter: orNull(entry.notAfter, `${path}.notAfter`),
    },
  ];
}

function keyOf(entry: Partial<Record<keyof TrustEntry, unknown>>, path: string): TrustedKey {
  try {
    if (typeof entry.certificate === "string")
      return fromCertificate(new X509Certificate(Buffer.from(entry.certificate, "base64")));
    const der = Buffer.from(String(entry.spki), "base64");
    const half = publicHalf(createPublicKey({ key: der, format: "der", type: "spki" }));
    return trustedKeyOf(half, { kids: [keyIdOf(der)] });
  } catch {
    throw new DocumentError(`${path} holds neither a usable public key (spki) nor a certificate, both DER in base64`);
  }
}

function listOf(value: unknown, path: string): readonly Purpose[] | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value) && value.every((each) => purposes.includes(each))) return value as Purpose[];
  throw new DocumentError(`${path}.purposes may hold ${purposes.join(", ")}`);
}

function shortText(value: unknown, path: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" && value.length <= 64) return value;
  throw new DocumentError(`${path}.issuer and .region are texts of at most 64 characters`);
}

const orNull = (value: unknown, path: string): Instant | null =>
  value === null || value === undefined ? null : time(value, path);

function time(value: unknown, path: string): Instant {
  try {
    return instantFromIso(String(value));
  } catch {
    throw new DocumentError(`${path} is no ISO 8601 time with a zone`);
  }
}
