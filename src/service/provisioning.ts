/**
 * Setting up many lanes from a phone: the district signs a token (flattened JWS, EdDSA) with the part of the
 * configuration that a new lane needs, the phone shows it as a QR code, the lane's own reader reads it. A token counts
 * once, for ten minutes at most; a lane without trusted time accepts it only with the challenge from its own screen.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type CryptoKey, FlattenedSign, flattenedVerify, importJWK, type JSONWebKeySet, type KeyObject } from "jose";
import type { Finding } from "../config/findings.ts";
import { inspectConfig, merge } from "../config/load.ts";
import type { WallTime } from "../core/flow.ts";
import { minutes } from "../core/units.ts";
import { readPrivate, writePrivate } from "./private-file.ts";

export const TOKEN_LIFE = minutes(10);
/** A QR code of version 40 holds 2,953 bytes; a screen shows fewer well. */
const LARGEST = 2000;
const LEEWAY_SECONDS = 10;
const REMEMBERED = 1000;

interface Claims {
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly challenge: string | null;
  /** The part of the file that the token brings. */
  readonly config: Record<string, unknown>;
}

export type Provisioned =
  | { readonly ok: true; readonly file: Record<string, unknown>; readonly by: string }
  | { readonly ok: false; readonly code: string; readonly why: string; readonly findings: readonly Finding[] };

/** Makes the text of the QR code. @throws RangeError where it would be too large to be shown. */
export async function makeToken(
  config: Record<string, unknown>,
  challenge: string | null,
  key: CryptoKey | KeyObject,
  kid: string,
  now: Date,
): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000);
  const claims: Claims = {
    jti: randomBytes(12).toString("base64url"),
    iat,
    exp: iat + TOKEN_LIFE / 1000,
    challenge,
    config,
  };
  const jws = await new FlattenedSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "EdDSA", kid, typ: "greenlane-provisioning" })
    .sign(key);
  const text = `GLP1.${jws.protected}.${jws.payload}.${jws.signature}`;
  if (text.length > LARGEST)
    throw new RangeError(
      `GL-1050: the token has ${text.length} characters, at most ${LARGEST} fit on a screen; leave out what the site profile already says`,
    );
  return text;
}

export class Provisioning {
  readonly #keys: JSONWebKeySet;
  readonly #path: string;
  #challenge = newChallenge();

  /** `keys` are the public keys of whoever may set lanes up; `directory` remembers which tokens were used. */
  constructor(keys: JSONWebKeySet, directory: string) {
    this.#keys = keys;
    this.#path = join(directory, "provisioned.json");
  }

  /** What the lane's screen shows for a token that is made for it alone. Changes with each use. */
  challenge(): string {
    return this.#challenge;
  }

  /** Checks a token and merges it over `current`. Remembers it on disk before anything is answered. */
  async accept(text: string, current: Record<string, unknown>, now: WallTime): Promise<Provisioned> {
    if (text.length > LARGEST) return refuse("GL-1051", "this code is no provisioning token");
    const claims = await this.#verified(text);
    if (claims === null)
      return refuse("GL-1052", "the token is not signed by the district's provisioning key; make a new one there");
    const seconds = now.at / 1000;
    const challenged = claims.challenge !== null && claims.challenge === this.#challenge;
    if (claims.challenge !== null && !challenged)
      return refuse(
        "GL-1053",
        "the token was made for another lane, or this lane was restarted since: enter the challenge on the screen anew",
      );
    if (now.trust === "unsynced" && !challenged)
      return refuse("GL-1054", `this lane has no trusted time: make the token with the challenge ${this.#challenge}`);
    const late =
      now.trust !== "unsynced" && (seconds > claims.exp + LEEWAY_SECONDS || seconds < claims.iat - LEEWAY_SECONDS);
    if (late || claims.exp - claims.iat > TOKEN_LIFE / 1000)
      return refuse("GL-1055", "the token has expired: it is good for ten minutes; make a new one");
    const used = readPrivate<readonly string[]>(this.#path) ?? [];
    if (used.includes(claims.jti))
      return refuse("GL-1056", "this token was used already; make a new one for each lane");
    writePrivate(this.#path, [...used, claims.jti].slice(-REMEMBERED));
    this.#challenge = newChallenge();
    const file = merge(current, claims.config) as Record<string, unknown>;
    const inspected = inspectConfig(file);
    if (!inspected.ok)
      return {
        ok: false,
        code: "GL-1057",
        why: "the token's configuration can't be used",
        findings: inspected.findings,
      };
    return { ok: true, file, by: "provisioning" };
  }

  async #verified(text: string): Promise<Claims | null> {
    const [mark, header, payload, signature, rest] = text.split(".");
    if (
      mark !== "GLP1" ||
      header === undefined ||
      payload === undefined ||
      signature === undefined ||
      rest !== undefined
    )
      return null;
    try {
      const jws = { protected: header, payload, signature };
      const { payload: bytes, protectedHeader } = await flattenedVerify(
        jws,
        async (head: { kid?: string } | undefined) => {
          const jwk = this.#keys.keys.find((key) => key.kid === head?.kid);
          if (jwk === undefined) throw new Error("unknown key");
          return importJWK(jwk, "EdDSA");
        },
        { algorithms: ["EdDSA"] },
      );
      if (protectedHeader?.typ !== "greenlane-provisioning") return null;
      const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes), (key, value) =>
        key === "__proto__" ? undefined : value,
      );
      return isClaims(claims) ? claims : null;
    } catch {
      return null;
    }
  }
}

function isClaims(value: unknown): value is Claims {
  if (typeof value !== "object" || value === null) return false;
  const { jti, iat, exp, challenge, config } = value as Record<string, unknown>;
  return (
    typeof jti === "string" &&
    jti.length >= 12 &&
    jti.length <= 40 &&
    typeof iat === "number" &&
    typeof exp === "number" &&
    (challenge === null || typeof challenge === "string") &&
    typeof config === "object" &&
    config !== null &&
    !Array.isArray(config)
  );
}

const newChallenge = (): string =>
  [...randomBytes(6)].map((byte) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte & 31]).join("");
const refuse = (code: string, why: string): Provisioned => ({ ok: false, code, why, findings: [] });
