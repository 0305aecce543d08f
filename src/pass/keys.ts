/** Keys and certificates from files: PEM, DER or JWK in, one shape out, with the key id by which passes name them. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from "node:crypto";
import type { Instant } from "../core/units.ts";
import type { Algorithm, AnyHalf, PrivateHalf, PublicHalf } from "./algorithms.ts";

/** What a key may sign. `pass`: signed passes; the others: that kind of foreign certificate. */
export const purposes = ["pass", "test", "vaccination", "recovery"] as const;
export type Purpose = (typeof purposes)[number];

/** A public key that a lane knows and what it is believed for. One of an unaccepted type is known, and nothing it signed is believed. */
export interface TrustedKey extends AnyHalf {
  /** Key ids in lower-case hex under which passes may name it; empty for one that is tried under any id. */
  readonly kids: readonly string[];
  /** A bare public key has no certificate to take the id of an `HC1:` certificate from: it is tried under any id there. */
  readonly anyKid: boolean;
  readonly issuer: string | null;
  /** Letters or digits of the issuer's region; null where the list says nothing. */
  readonly region: string | null;
  /** Null: everything. */
  readonly purposes: readonly Purpose[] | null;
  /** Passes issued outside of this were not signed by its owner. Null: no limit stated. */
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
}

export interface SigningKey extends PrivateHalf {
  /** Lower-case hex, 16 digits. */
  readonly kid: string;
}

/** The file holds no key that can be used here; the text says what is wanted. */
export class KeyError extends Error {
  readonly code = "GL-3001";
  constructor(message: string) {
    super(`GL-3001: ${message}`);
    this.name = "KeyError";
  }
}

/** First 8 bytes of SHA-256 (hcert-spec, section 4.2), in hex. Over a certificate's DER, or a bare key's SPKI. */
export const keyIdOf = (der: Uint8Array): string => createHash("sha256").update(der).digest("hex").slice(0, 16);

/** A new key pair. */
export function createSigningKey(alg: Algorithm = "ES256"): SigningKey {
  return signingKeyOf(generate(alg));
}

function generate(alg: Algorithm): KeyObject {
  switch (alg) {
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    case "EdDSA":
      return generateKeyPairSync("ed25519").privateKey;
    case "PS256":
      return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    case "SM2":
      return generateKeyPairSync("ec", { namedCurve: "SM2" }).privateKey;
  }
}

function signingKeyOf(secret: KeyObject): SigningKey {
  const half = publicHalf(createPublicKey(secret));
  const scalar = half.alg === "SM2" ? sm2Scalar(secret) : null;
  return { ...half, secret, scalar, kid: keyIdOf(spki(half.object)) };
}

/** Reads a private key: PEM (PKCS#8, SEC 1, PKCS#1) or JWK. @throws KeyError */
export function readSigningKey(file: string | Uint8Array): SigningKey {
  const text = typeof file === "string" ? file : Buffer.from(file).toString("latin1");
  try {
    if (text.trimStart().startsWith("{")) {
      return signingKeyOf(createPrivateKey({ key: JSON.parse(text), format: "jwk" }));
    }
    return signingKeyOf(createPrivateKey(text));
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError("no private key could be read; give PEM (PKCS#8) or a JWK with its private part");
  }
}

/** The private key as PKCS#8 PEM, the form `readSigningKey` takes for every algorithm. */
export const privatePem = (key: SigningKey): string => key.secret.export({ type: "pkcs8", format: "pem" }).toString();
/** The public key as SPKI PEM. */
export const publicPem = (key: PublicHalf): string => key.object.export({ type: "spki", format: "pem" }).toString();

/** A trusted key for everything, under its own id. */
export function trustedKeyOf(key: AnyHalf, given: Partial<Omit<TrustedKey, keyof PublicHalf>> = {}): TrustedKey {
  return {
    alg: key.alg,
    object: key.object,
    point: key.point,
    kids: [keyIdOf(spki(key.object))],
    anyKid: false,
    issuer: null,
    region: null,
    purposes: null,
    notBefore: null,
    notAfter: null,
    ...given,
  };
}

/** Reads certificates or public keys: PEM blocks, one DER, a JWK or JWKS. @throws KeyError */
export function readTrustedKeys(file: Uint8Array): TrustedKey[] {
  const text = Buffer.from(file).toString("latin1");
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g);
  if (blocks !== null) return blocks.map((block) => readOne(block, block.includes("CERTIFICATE-----")));
  if (text.trimStart().startsWith("{")) return readJwks(text);
  const der = Buffer.from(file);
  const certificate = tried(() => new X509Certificate(der));
  return [certificate === null ? readOne(der, false) : fromCertificate(certificate)];
}

function readOne(block: string | Buffer, certificate: boolean): TrustedKey {
  try {
    if (certificate) return fromCertificate(new X509Certificate(block));
    const object =
      typeof block === "string" ? createPublicKey(block) : createPublicKey({ key: block, format: "der", type: "spki" });
    return trustedKeyOf(anyHalf(object), { anyKid: true });
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError("no certificate or public key could be read; give PEM or DER");
  }
}

/** One JWK, or a set of them (RFC 7517, section 5). */
function readJwks(text: string): TrustedKey[] {
  const parsed: unknown = tried(() => JSON.parse(text));
  const keys = typeof parsed === "object" && parsed !== null && "keys" in parsed ? parsed.keys : [parsed];
  if (!Array.isArray(keys) || keys.length === 0) throw new KeyError("the JSON is no public key (JWK or JWKS)");
  return keys.map((jwk) => {
    const object = tried(() => createPublicKey({ key: jwk, format: "jwk" }));
    if (object === null) throw new KeyError("the JSON is no public key (JWK or JWKS)");
    return trustedKeyOf(publicHalf(object), { anyKid: true });
  });
}

/** A certificate's key, under the certificate's id and the key's own. */
export function fromCertificate(certificate: X509Certificate): TrustedKey {
  const half = anyHalf(certificate.publicKey);
  return trustedKeyOf(half, {
    kids: [keyIdOf(certificate.raw), keyIdOf(spki(half.object))],
    issuer: /^C=(.*)$/m.exec(certificate.subject)?.[1] ?? null,
    purposes: purposesOf(certificate),
  });
}

/** Extended key usages of certificate signers (hcert-spec, section 4.1), with the older arc some states use. */
const usage = /^1\.3\.6\.1\.4\.1\.(?:0\.)?1847\.2021\.1\.([123])$/;
const usages: Readonly<Record<string, Purpose>> = { "1": "test", "2": "vaccination", "3": "recovery" };

/** RFC 5280, section 4.2.1.12: the certificate does not restrict its key. */
const ANY_USAGE = "2.5.29.37.0";

/**
 * Null where the certificate names no extended key usage: then it may sign everything. One that names others alone
 * (IS 3: travel documents) may sign nothing here.
 */
function purposesOf({ keyUsage }: X509Certificate): readonly Purpose[] | null {
  if (keyUsage === undefined || keyUsage.length === 0 || keyUsage.includes(ANY_USAGE)) return null;
  return keyUsage.flatMap((oid) => usages[usage.exec(oid)?.[1] ?? ""] ?? []);
}

/** @throws KeyError for a type of key that no accepted algorithm uses. */
export function publicHalf(object: KeyObject): PublicHalf {
  const { alg, ...half } = anyHalf(object);
  if (alg === null)
    throw new KeyError("this type of key is not accepted; use P-256, Ed25519, SM2 or RSA of 2048 bits or more");
  return { ...half, alg };
}

/** SubjectPublicKeyInfo of an SM2 key names its curve so (GM/T 0006: 1.2.156.10197.1.301); Node gives such keys no type. */
const SM2_CURVE = Buffer.from("06082a811ccf5501822d", "hex");

function anyHalf(object: KeyObject): AnyHalf {
  const der = spki(object);
  if (der.includes(SM2_CURVE)) {
    // A pair just made counts as one of ECDSA's on SM2's curve; read from its DER it is an SM2 key.
    const read = createPublicKey({ key: der, format: "der", type: "spki" });
    return { alg: "SM2", object: read, point: der.subarray(-65).toString("hex") };
  }
  return { alg: algorithmFor(object), object, point: null };
}

function algorithmFor({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): Algorithm | null {
  if (type === "ed25519") return "EdDSA";
  if (type === "ec" && details?.namedCurve === "prime256v1") return "ES256";
  if (type?.startsWith("rsa") && (details?.modulusLength ?? 0) >= 2048) return "PS256";
  return null;
}

const spki = (object: KeyObject): Buffer => object.export({ type: "spki", format: "der" });

/** SEC 1: in PKCS#8 of an EC key the scalar is the octet string behind `02 01 01 04 20`. */
function sm2Scalar(secret: KeyObject): string {
  const der = secret.export({ type: "pkcs8", format: "der" });
  const at = der.indexOf(Buffer.from("0201010420", "hex"));
  if (at === -1) throw new KeyError("the SM2 key's private part is not in the usual place of PKCS#8");
  return der.subarray(at + 5, at + 37).toString("hex");
}

function tried<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
