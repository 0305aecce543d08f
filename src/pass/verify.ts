/**
 * Checks a signed pass or a foreign certificate, layer by layer. Each check is evaluated whenever its input exists and
 * is null otherwise, so that a report tells all that is wrong and not only what was met first.
 */
import { FOREIGN_CERTIFICATE_PREFIX, isForeignCertificate } from "../core/code/foreign-certificate.ts";
import { isSignedPass, SIGNED_PASS_PREFIX } from "../core/code/signed-pass.ts";
import { type Instant, type Millis, seconds } from "../core/units.ts";
import { algorithmOf, verifySignature } from "./algorithms.ts";
import { decodeBase45 } from "./base45.ts";
import { decodeCbor } from "./cbor.ts";
import { type Certificate, contentReadable, readCertificate } from "./certificate.ts";
import { type PassClaims, readClaims } from "./claims.ts";
import { type CoseSign1, readSign1 } from "./cose.ts";
import { inflate } from "./inflate.ts";
import { ELECTRONIC_LIFE, PAPER_LIFE } from "./issue.ts";
import type { KeyRing } from "./key-ring.ts";
import type { TrustedKey } from "./keys.ts";

/** True, false, or null where the check's input does not exist. */
export type Check = boolean | null;
export interface Checks {
  readonly prefix: Check;
  readonly base45: Check;
  readonly inflate: Check;
  readonly cbor: Check;
  readonly structure: Check;
  readonly signature: Check;
  readonly keyUsage: Check;
  readonly validity: Check;
}

/** How an instant lies to the life of what was read. */
export type Phase = "not-yet" | "within" | "over";

/** A text taken apart, before any key or clock is asked. */
export interface Opened {
  readonly format: "HP1" | "HC1" | null;
  readonly checks: Pick<Checks, "prefix" | "base45" | "inflate" | "cbor" | "structure">;
  readonly cose: CoseSign1 | null;
  /** The claims of an `HP1:` pass; never to be believed before the signature is. */
  readonly claims: PassClaims | null;
  /** The content of an `HC1:` certificate; likewise. */
  readonly certificate: Certificate | null;
}

export interface PassReport {
  readonly opened: Opened;
  readonly checks: Checks;
  /** Whether the list knows the key id at all: only a known key that fails is a bad signature. */
  readonly keyKnown: boolean;
  /** The key that signed it; null where none did. */
  readonly signer: TrustedKey | null;
  readonly phase: Phase | null;
}

/** Signed times may be off by so much (RULES, clock). */
export const LEEWAY: Millis = seconds(10);

const broken = { base45: null, inflate: null, cbor: null, structure: null } as const;
const nothing = { cose: null, claims: null, certificate: null } as const;

/** Takes a text apart: prefix, Base45, zlib, CBOR, COSE, CWT. Total and linear; trusts nothing. */
export function openPass(text: string): Opened {
  const format = isSignedPass(text) ? "HP1" : isForeignCertificate(text) ? "HC1" : null;
  if (format === null) return { format, checks: { prefix: false, ...broken }, ...nothing };
  const prefix = format === "HP1" ? SIGNED_PASS_PREFIX : FOREIGN_CERTIFICATE_PREFIX;
  const compressed = decodeBase45(text.slice(prefix.length));
  if (compressed === null) return { format, checks: { prefix: true, ...broken, base45: false }, ...nothing };
  const bytes = inflate(compressed);
  const sofar = { prefix: true, base45: true, inflate: bytes !== null } as const;
  if (bytes === null) return { format, checks: { ...sofar, cbor: null, structure: null }, ...nothing };
  return { format, ...openCose(bytes, format, sofar) };
}

function openCose(
  bytes: Uint8Array,
  format: "HP1" | "HC1",
  sofar: Pick<Checks, "prefix" | "base45" | "inflate">,
): Omit<Opened, "format"> {
  const dialect = format === "HP1" ? "own" : "any";
  const outer = decodeCbor(bytes, dialect);
  if (outer === null) return { checks: { ...sofar, cbor: false, structure: null }, ...nothing };
  const cose = readSign1(outer.value, dialect);
  if (cose === null) return { checks: { ...sofar, cbor: true, structure: false }, ...nothing };
  const payload = decodeCbor(cose.payload, dialect);
  if (payload === null || (format === "HC1" && !contentReadable(payload.value)))
    return { checks: { ...sofar, cbor: false, structure: null }, ...nothing, cose };
  const claims = format === "HP1" ? readClaims(payload.value) : null;
  const certificate = format === "HC1" ? readCertificate(payload.value) : null;
  const structure = claims !== null || (certificate?.wellBuilt ?? false);
  return { checks: { ...sofar, cbor: true, structure }, cose, claims, certificate };
}

/** Keys that may have signed it, by the key id alone. */
export function candidates(opened: Opened, ring: KeyRing): readonly TrustedKey[] {
  const kid = opened.cose?.kid ?? null;
  return kid === null ? [] : ring.find(kid, opened.format === "HC1");
}

/** Those among the candidates whose own algorithm is the one the header names; the others can't have signed it. */
export function signersToTry(opened: Opened, keys: readonly TrustedKey[]): readonly TrustedKey[] {
  const { cose, format } = opened;
  // Certificates with the algorithm in the open exist (CO20); it binds nothing, since a key has one algorithm anyway.
  const alg = algorithmOf(format === "HC1" ? (cose?.alg ?? cose?.looseAlg ?? null) : (cose?.alg ?? null));
  return keys.filter((key) => key.alg !== null && key.alg === alg);
}

/**
 * Puts the report together once it is known which of the candidates signed (null: none). `others` are judged for
 * their usage where no key has the id: a person who names a certificate is told whether that one may sign such a thing.
 */
export function conclude(
  opened: Opened,
  known: readonly TrustedKey[],
  signer: TrustedKey | null,
  at: Instant | null,
  others: readonly TrustedKey[] = [],
): PassReport {
  const phase = at === null ? null : phaseOf(opened, at);
  const judged = signer !== null ? [signer] : known.length > 0 ? known : others;
  return {
    opened,
    keyKnown: known.length > 0,
    signer,
    phase,
    checks: {
      ...opened.checks,
      signature: opened.cose === null || known.length === 0 ? null : signer !== null,
      keyUsage: usageOf(opened, judged),
      validity: phase === null ? null : phase === "within",
    },
  };
}

/** The whole check on the calling thread. `at` null: the time is not known, nothing is said about validity. */
export function verifyPass(text: string, ring: KeyRing, at: Instant | null): PassReport {
  const opened = openPass(text);
  const known = candidates(opened, ring);
  const others = opened.format === "HC1" ? ring.keys : [];
  return conclude(opened, known, findSigner(opened, known), at, others);
}

/** The first candidate whose key verifies the signature. */
export function findSigner(opened: Opened, known: readonly TrustedKey[]): TrustedKey | null {
  const { cose } = opened;
  if (cose === null) return null;
  return signersToTry(opened, known).find((key) => verifySignature(key, cose.signed, cose.signature)) ?? null;
}

/** Whether one of the keys is for this kind of statement, which was issued while that key was in use. */
function usageOf({ claims, certificate }: Opened, keys: readonly TrustedKey[]): Check {
  const wanted = claims === null ? certificate?.kinds : (["pass"] as const);
  if (wanted === undefined || keys.length === 0) return null;
  const issuedAt = claims?.issuedAt ?? certificate?.issuedAt ?? null;
  return keys.some((key) => {
    const inTime =
      issuedAt === null ||
      ((key.notBefore === null || issuedAt >= key.notBefore - LEEWAY) &&
        (key.notAfter === null || issuedAt < key.notAfter + LEEWAY));
    return inTime && (key.purposes === null || wanted.every((purpose) => key.purposes?.includes(purpose)));
  });
}

function phaseOf({ claims, certificate }: Opened, at: Instant): Phase | null {
  const issuedAt = claims?.issuedAt ?? certificate?.issuedAt ?? null;
  const end = claims === null ? (certificate?.expiresAt ?? null) : endOfLife(claims);
  if (issuedAt === null && end === null) return null;
  if (issuedAt !== null && at < issuedAt - LEEWAY) return "not-yet";
  // The day of reprinting is counted exactly (P11); ten seconds in a fortnight help nobody.
  const leeway = claims?.medium === "paper" ? 0 : LEEWAY;
  return end === null || at < end + leeway ? "within" : "over";
}

/** Paper: 14 × 24 h from printing, whatever `exp` says (P11). Electronic: `exp`, and never above 60 s, or screenshots would live. */
export function endOfLife(claims: PassClaims): number {
  if (claims.medium === "paper") return claims.issuedAt + PAPER_LIFE;
  return Math.min(claims.expiresAt, claims.issuedAt + ELECTRONIC_LIFE);
}
