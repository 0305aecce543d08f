import { randomBytes } from "node:crypto";
import { SIGNED_PASS_PREFIX } from "../core/code/signed-pass.ts";
import { days, type Instant, instant, later, seconds } from "../core/units.ts";
import { coseNumber, makeSignature } from "./algorithms.ts";
import { encodeBase45 } from "./base45.ts";
import { type PassClaims, type PassMedium, writeClaims } from "./claims.ts";
import { writeSign1 } from "./cose.ts";
import { deflate } from "./inflate.ts";
import type { SigningKey } from "./keys.ts";

/** Signs a pass and gives the text for its code: `HP1:` + Base45(zlib(COSE_Sign1(CWT))). */
export function issuePass(claims: PassClaims, key: SigningKey): string {
  const kid = Buffer.from(key.kid, "hex");
  const cose = writeSign1({ alg: coseNumber(key.alg), kid }, writeClaims(claims), (data) => makeSignature(key, data));
  return SIGNED_PASS_PREFIX + encodeBase45(deflate(cose));
}

/** Life of an electronic pass: it is renewed every 30 s and lives 60 s, so that a screenshot dies (P21). */
export const ELECTRONIC_LIFE = seconds(60);
/** P11: a printed pass holds 14 × 24 h from printing. */
export const PAPER_LIFE = days(14);

/** The claims of a pass issued at `at` with the usual life and a random pass id; whatever is `given` wins. */
export function newClaims(
  given: Pick<PassClaims, "issuer" | "subject" | "status"> & Partial<PassClaims>,
  at: Instant,
): PassClaims {
  const medium: PassMedium = given.medium ?? "electronic";
  const issuedAt = instant(Math.floor((given.issuedAt ?? at) / 1000) * 1000);
  return {
    expiresAt: later(issuedAt, medium === "paper" ? PAPER_LIFE : ELECTRONIC_LIFE),
    passId: randomBytes(16).toString("hex"),
    forWhom: "self",
    ...given,
    medium,
    issuedAt,
  };
}
