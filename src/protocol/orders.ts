/**
 * What stands inside a signed order and a signed desired configuration, and how both are signed and verified: a
 * flattened JWS (RFC 7515) with EdDSA (RFC 8037), `kid` and `typ` protected. Whether a genuine order may act (target,
 * time, counter, clock) is decided by the lane, in report/.
 */
import { createHash } from "node:crypto";
import { type CryptoKey, FlattenedSign, flattenedVerify, importJWK, type JWK } from "jose";
import Type, { type Static, type TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { parseSigned } from "./parse.ts";
import { Cid, type RefusalReason, type Signed } from "./payloads.ts";
import { lanePattern, type OrderKind, orderKinds } from "./topics.ts";

/** Longest life of an order, in seconds: `exp - iat` may not be more. */
export const orderLife: Readonly<Record<OrderKind, number>> = {
  release: 5,
  lockdown: 60,
  unlock: 60,
  restart: 30,
  selftest: 30,
};
/** Longest lockdown (RULES, fail-safe table), in seconds. */
export const longestLockdown = 30 * 60;

const Seconds = Type.Integer({ minimum: 0, maximum: 2 ** 40, description: "Seconds since 1970" });
const Target = Type.String({ pattern: lanePattern, description: "Exactly one lane, district/site/lane" });
const Who = Type.String({ pattern: "^[\\x20-\\x7e]{1,64}$", description: "The operator" });

export const OrderClaims = Type.Object(
  {
    cid: Cid,
    kind: Type.Enum([...orderKinds]),
    target: Target,
    iat: Seconds,
    exp: Seconds,
    ctr: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: "Per key and lane; only grows" }),
    who: Who,
    scope: Type.Enum(["lane", "district"], { description: "`district`: one of many at once; needs two keys" }),
    until: Type.Optional(Seconds),
    challenge: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9_-]{22}$" })),
  },
  { additionalProperties: false, description: "The signed payload of an order" },
);
export type OrderClaims = Static<typeof OrderClaims>;

const Scalar = Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()]);
export const DesiredClaims = Type.Object(
  {
    version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: "Only grows" }),
    target: Target,
    iat: Seconds,
    who: Who,
    lockdown: Type.Union([Type.Object({ until: Seconds }, { additionalProperties: false }), Type.Null()], {
      description: "A lockdown in force, so that a lane that boots during it comes up locked",
    }),
    documents: Type.Record(
      Type.String({ pattern: "^[a-z0-9-]{1,32}$" }),
      Type.Object(
        { version: Type.Integer({ minimum: 0 }), digest: Type.String({ pattern: "^[0-9a-f]{64}$" }) },
        { additionalProperties: false },
      ),
      {
        additionalProperties: false,
        maxProperties: 16,
        description: "Trust lists, filters and day keys: fetched over HTTPS, named here",
      },
    ),
    values: Type.Record(Type.String({ pattern: "^[a-zA-Z][a-zA-Z0-9.]{0,63}$" }), Scalar, {
      additionalProperties: false,
      maxProperties: 64,
      description: "Settings by their path",
    }),
  },
  { additionalProperties: false, description: "The signed payload of the desired configuration" },
);
export type DesiredClaims = Static<typeof DesiredClaims>;

/** A public key that the lane believes, and for what. */
export interface OrderKey {
  readonly kid: string;
  /** OKP, Ed25519, public part. */
  readonly jwk: JWK;
  /** `operator` signs orders; `configuration` signs the desired configuration and seconds a district-wide order. */
  readonly role: "operator" | "configuration";
}
export interface SigningKey {
  readonly kid: string;
  /** OKP, Ed25519, with `d`. */
  readonly jwk: JWK;
}

type Kind = "order" | "config";
const typ: Readonly<Record<Kind, string>> = { order: "greenlane-order", config: "greenlane-config" };

async function sign(kind: Kind, claims: OrderClaims | DesiredClaims, keys: readonly SigningKey[]): Promise<Signed> {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  const signed = await Promise.all(
    keys.map(async ({ kid, jwk }) =>
      new FlattenedSign(payload)
        .setProtectedHeader({ alg: "EdDSA", kid, typ: typ[kind] })
        .sign(await importJWK(jwk, "EdDSA")),
    ),
  );
  const [first, second] = signed;
  if (first === undefined) throw new TypeError("an order needs a key to sign it");
  const part = (jws: typeof first) => ({ protected: jws.protected ?? "", signature: jws.signature });
  if (second === undefined) return { payload: first.payload, ...part(first) };
  return { payload: first.payload, signatures: [part(first), part(second)] };
}

/** Signs an order with one key, or with two for a district-wide one. @throws where a key is no Ed25519 private key. */
export const signOrder = (claims: OrderClaims, keys: readonly [SigningKey] | readonly [SigningKey, SigningKey]) =>
  sign("order", claims, keys);
/** Signs a desired configuration. @throws where the key is no Ed25519 private key. */
export const signDesired = (claims: DesiredClaims, key: SigningKey) => sign("config", claims, [key]);

export type Verified<T> =
  | { readonly ok: true; readonly claims: T; readonly signers: readonly OrderKey[]; readonly digest: string }
  | { readonly ok: false; readonly reason: RefusalReason; readonly cid: string | null };

/** Verifies signatures of orders and configurations against a fixed set of keys. Keys are imported once. */
export class SignatureCheck {
  readonly #keys: ReadonlyMap<string, OrderKey>;
  readonly #imported = new Map<string, Promise<CryptoKey | Uint8Array>>();
  readonly #order: Validator = Compile(OrderClaims);
  readonly #desired: Validator = Compile(DesiredClaims);

  constructor(keys: readonly OrderKey[]) {
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
  }

  /** Never throws; what is wrong is the reason. `cid` is unproven unless `ok`. */
  order(bytes: Uint8Array): Promise<Verified<OrderClaims>> {
    return this.#verify<OrderClaims>("order", bytes, this.#order);
  }

  desired(bytes: Uint8Array): Promise<Verified<DesiredClaims>> {
    return this.#verify<DesiredClaims>("config", bytes, this.#desired);
  }

  async #verify<T>(kind: Kind, bytes: Uint8Array, validator: Validator): Promise<Verified<T>> {
    const parsed = parseSigned(bytes);
    if (!parsed.ok)
      return { ok: false, reason: parsed.refusal.code === "GL-4102" ? "too-big" : "malformed", cid: null };
    const { value } = parsed;
    const claims = readClaims(value.payload);
    const cid = cidOf(claims);
    const signatures = "signatures" in value ? value.signatures : [value];
    const signers: OrderKey[] = [];
    for (const { protected: header, signature } of signatures) {
      const verdict = await this.#signer(kind, value.payload, header, signature);
      if (typeof verdict === "string") return { ok: false, reason: verdict, cid };
      signers.push(verdict);
    }
    if (new Set(signers.map((key) => key.kid)).size !== signers.length)
      return { ok: false, reason: "second-key-missing", cid };
    if (!validator.Check(claims)) return { ok: false, reason: "malformed", cid };
    const digest = createHash("sha256").update(Buffer.from(value.payload, "base64url")).digest("hex");
    return { ok: true, claims: claims as T, signers, digest };
  }

  async #signer(kind: Kind, payload: string, header: string, signature: string): Promise<OrderKey | RefusalReason> {
    const said = readClaims(header);
    const kid = isRecord(said) && typeof said.kid === "string" ? said.kid : null;
    const known = kid === null ? undefined : this.#keys.get(kid);
    if (known === undefined) return "unknown-key";
    try {
      const imported = this.#imported.get(known.kid) ?? importJWK(known.jwk, "EdDSA");
      this.#imported.set(known.kid, imported);
      const { protectedHeader } = await flattenedVerify({ payload, protected: header, signature }, await imported, {
        algorithms: ["EdDSA"],
      });
      return protectedHeader?.typ === typ[kind] ? known : "bad-signature";
    } catch {
      return "bad-signature";
    }
  }
}

function readClaims(base64url: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(base64url, "base64url")));
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const cidCheck = Compile<TSchema>(Cid);
const cidOf = (claims: unknown): string | null =>
  isRecord(claims) && cidCheck.Check(claims.cid) ? (claims.cid as string) : null;
