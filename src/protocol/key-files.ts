/** The key files of a lane that are no certificates: what subjects are sealed to, whose orders count, and two secrets. */
import { createPublicKey } from "node:crypto";
import type { JWK } from "jose";
import type { OrderKey } from "./orders.ts";

/** The file holds something else than it should; the text says what is wanted. */
export class KeyFileFault extends Error {
  override readonly name = "KeyFileFault";
}

/** The district's public key (JWK, EC on P-256). @throws KeyFileFault */
export function readDistrictKey(text: string): JWK {
  return publicJwk(json(text), "EC", "P-256", "the district's public key: one JWK with kty EC and crv P-256");
}

/** Keys of orders: a list of `{"kid", "jwk", "role"}`, or one of them as `greenlane order keygen` prints it. @throws KeyFileFault */
export function readOrderKeys(text: string): readonly OrderKey[] {
  const parsed = json(text);
  const keys = (Array.isArray(parsed) ? parsed : [parsed]).map(orderKey);
  if (keys.length === 0) throw new KeyFileFault("the list holds no key");
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new KeyFileFault("two keys have the same kid");
  return keys;
}

function orderKey(value: unknown): OrderKey {
  const wanted = 'a list of keys of orders: {"kid": …, "jwk": {"kty": "OKP", "crv": "Ed25519", …}, "role": …}';
  const { kid, jwk, role } = (value ?? {}) as { kid?: unknown; jwk?: unknown; role?: unknown };
  if (typeof kid !== "string" || !/^[\x21-\x7e]{1,64}$/.test(kid)) throw new KeyFileFault(`this is not ${wanted}`);
  if (role !== "operator" && role !== "configuration")
    throw new KeyFileFault(`the role of ${kid} is neither operator nor configuration`);
  return { kid, jwk: publicJwk(jwk, "OKP", "Ed25519", wanted), role };
}

/** Only what is public of a JWK that OpenSSL takes for a key of this curve. */
function publicJwk(value: unknown, kty: string, crv: string, wanted: string): JWK {
  const jwk = (typeof value === "object" && value !== null ? value : {}) as JWK;
  if ("d" in jwk)
    throw new KeyFileFault("this is the private half: it stays with the district; ask for the public one");
  if (jwk.kty !== kty || jwk.crv !== crv) throw new KeyFileFault(`this is not ${wanted}`);
  const { x, y, kid } = jwk;
  const bare = { kty, crv, x, ...(y === undefined ? {} : { y }) };
  try {
    createPublicKey({ key: bare as JWK, format: "jwk" });
  } catch {
    throw new KeyFileFault(`the key is damaged; this is not ${wanted}`);
  }
  return { ...bare, ...(typeof kid === "string" ? { kid } : {}) } as JWK;
}

/** Keys of the day: `{"2020-05-06": "<32 bytes, base64url>"}`, days of the site's clock. @throws KeyFileFault */
export function readDayKeys(text: string): ReadonlyMap<string, Uint8Array> {
  const parsed = json(text);
  const days = Object.entries(typeof parsed === "object" && parsed !== null ? parsed : {});
  if (days.length === 0) throw new KeyFileFault('this is not a list of keys of the day: {"2020-05-06": "…"}');
  return new Map(
    days.map(([day, key]) => {
      if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new KeyFileFault(`a day is written as 2020-05-06`);
      return [day, secret(key, `the key of ${day}`)];
    }),
  );
}

/** The secret that the lanes of a site share: one line of base64, as `openssl rand -base64 32` prints it. @throws KeyFileFault */
export const readSiteKey = (text: string): Uint8Array =>
  secret(text.trim(), "the site key: one line as openssl rand -base64 32 prints it");

/** 32 bytes or more, in base64 of either alphabet. What it was is never repeated. */
function secret(value: unknown, wanted: string): Uint8Array {
  const text = typeof value === "string" && /^[\w+/-]+={0,2}$/.test(value) ? value : "";
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length < 32) throw new KeyFileFault(`this is not ${wanted}`);
  return bytes;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyFileFault("the file is no JSON");
  }
}
