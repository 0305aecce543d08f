/**
 * `LaneEvent` → what may be stored and sent. Here the plain subject and the pass id end: the subject is encrypted to
 * the district's key, the pass id becomes a pseudonym of the day, and neither is in the result in any other form.
 */
import { createHmac } from "node:crypto";
import { CompactEncrypt, type CryptoKey, compactDecrypt, importJWK, type JWK } from "jose";
import type { LaneEvent } from "../core/events.ts";
import type { ClockTrust } from "../core/flow.ts";
import type { Monotonic } from "../core/units.ts";
import type { Envelope, EventBody } from "./envelope.ts";
import { uuidV7 } from "./uuid.ts";
import { envelopeVersion } from "./version.ts";

/** Where and when an event is put away. */
export interface Place {
  readonly src: string;
  readonly boot: string;
  readonly clock: ClockTrust;
  readonly mono: Monotonic;
}

/** The district's public key, imported once. @throws where the JWK is no P-256 key. */
export async function districtKey(jwk: JWK): Promise<{ readonly key: CryptoKey; readonly kid: string }> {
  const key = await importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y } as JWK, "ECDH-ES");
  if (key instanceof Uint8Array || jwk.crv !== "P-256")
    throw new TypeError("the district's key must be an EC key on P-256");
  return { key, kid: jwk.kid ?? "district" };
}

/** JWE of a subject reference (RFC 7516, compact; ECDH-ES direct, A256GCM): a fresh ephemeral key each time. */
export function sealSubject(subject: string, to: { readonly key: CryptoKey; readonly kid: string }): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(subject))
    .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", kid: to.kid })
    .encrypt(to.key);
}

/** The reverse, with the district's private key. @throws where the key does not fit or the text was changed. */
export async function openSubject(jwe: string, privateKey: JWK): Promise<string> {
  const key = await importJWK(privateKey, "ECDH-ES");
  const { plaintext } = await compactDecrypt(jwe, key, {
    keyManagementAlgorithms: ["ECDH-ES"],
    contentEncryptionAlgorithms: ["A256GCM"],
  });
  return new TextDecoder().decode(plaintext);
}

/** Groups the tries of one pass within a day: HMAC-SHA256 with the key of the day, cut to 128 bits. */
export const pseudonym = (passId: string, dayKey: Uint8Array): string =>
  createHmac("sha256", dayKey).update(passId, "utf8").digest("hex").slice(0, 32);

export interface SealKeys {
  readonly district: { readonly key: CryptoKey; readonly kid: string };
  /** Null while the lane has no key for the day: the event goes without a pseudonym, never with the pass id. */
  readonly day: Uint8Array | null;
}

/** The event as it is stored; sequence and epoch are given by the outbox. */
export async function seal(event: LaneEvent, place: Place, keys: SealKeys): Promise<EventBody> {
  const subject = event.subject === null ? null : await sealSubject(event.subject, keys.district);
  const group = event.pseudonymOf === null || keys.day === null ? null : pseudonym(event.pseudonymOf, keys.day);
  return {
    v: envelopeVersion,
    id: uuidV7(event.at),
    src: place.src,
    type: event.type,
    category: event.category,
    level: event.level,
    boot: place.boot,
    at: new Date(event.at).toISOString(),
    clock: place.clock,
    mono: Math.max(0, Math.floor(place.mono)),
    routing: [...event.routing],
    case: event.case,
    tries: event.tries,
    reasons: [...event.reasons],
    ...(subject === null ? {} : { subject }),
    ...(group === null ? {} : { pseudonym: group }),
    ...(event.temperature === null ? {} : { temperature: event.temperature }),
    ...(event.who === null ? {} : { who: event.who.slice(0, 64) }),
    ...(Object.keys(event.detail).length === 0 ? {} : { detail: bounded(event.detail) }),
  };
}

function bounded(detail: LaneEvent["detail"]): Record<string, string | number | boolean> {
  const entries = Object.entries(detail).slice(0, 20);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 120) : value]),
  );
}

/** An event is an alert if the centre must act on it, and then nothing may shed it (MESSAGES, topics). */
export const isAlert = (event: Pick<LaneEvent, "category" | "level" | "type">): boolean =>
  event.type === "shed" ||
  (event.level !== "none" &&
    (event.category === "health" || event.category === "security" || event.category === "safety"));

/** Later than this after it happened, an event is sent as `late`. */
export const lateAfterMs = 30_000;

/** The stored body with its place, as it goes out at `now` of boot `boot`. */
export function toEnvelope(
  body: EventBody,
  place: { readonly epoch: string; readonly seq: number },
  sending: { readonly boot: string; readonly mono: Monotonic },
): Envelope {
  const late = body.boot !== sending.boot || sending.mono - body.mono > lateAfterMs;
  return { ...body, epoch: place.epoch, seq: place.seq, late };
}
