/** The four signature algorithms of passes: COSE numbers, key types, signing and verifying. */
import { constants, type KeyObject, sign as nodeSign, verify as nodeVerify } from "node:crypto";
import { signSm2, verifySm2 } from "./sm2.ts";

export const algorithms = ["ES256", "EdDSA", "PS256", "SM2"] as const;
export type Algorithm = (typeof algorithms)[number];

/** RFC 9053 tables 1 and 2, RFC 8230; SM2 with SM3 has no registered number, so a private-use one (below −65536). */
const coseNumbers: Readonly<Record<Algorithm, number>> = { ES256: -7, EdDSA: -8, PS256: -37, SM2: -65_537 };

export const coseNumber = (algorithm: Algorithm): number => coseNumbers[algorithm];

/** The algorithm a COSE number stands for; null for one that is not accepted here. */
export const algorithmOf = (number: number | null): Algorithm | null =>
  algorithms.find((algorithm) => coseNumbers[algorithm] === number) ?? null;

/** A public key as the algorithms need it: OpenSSL's object, and for SM2 the uncompressed point in hex. */
export interface PublicHalf {
  readonly alg: Algorithm;
  readonly object: KeyObject;
  readonly point: string | null;
}
/** A public key of any type: `alg` is null where no accepted algorithm uses it. */
export type AnyHalf = Omit<PublicHalf, "alg"> & { readonly alg: Algorithm | null };
export interface PrivateHalf extends PublicHalf {
  readonly secret: KeyObject;
  /** SM2 only: the private scalar in hex. */
  readonly scalar: string | null;
}

const p1363 = { dsaEncoding: "ieee-p1363" } as const;
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } as const;

/** Whether `signature` over `data` is by `key`. The key decides the algorithm, never the message. Never throws. */
export function verifySignature(key: AnyHalf, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    switch (key.alg) {
      case "ES256":
        return signature.length === 64 && nodeVerify("sha256", data, { key: key.object, ...p1363 }, signature);
      case "EdDSA":
        return signature.length === 64 && nodeVerify(null, data, key.object, signature);
      case "PS256":
        return nodeVerify("sha256", data, { key: key.object, ...pss }, signature);
      case "SM2":
        return key.point !== null && verifySm2(data, signature, { object: key.object, point: key.point });
      default:
        return false;
    }
  } catch {
    return false;
  }
}

/** Signs in the form COSE carries: r‖s for ES256 and SM2. */
export function makeSignature(key: PrivateHalf, data: Uint8Array): Uint8Array {
  switch (key.alg) {
    case "ES256":
      return nodeSign("sha256", data, { key: key.secret, ...p1363 });
    case "EdDSA":
      return nodeSign(null, data, key.secret);
    case "PS256":
      return nodeSign("sha256", data, { key: key.secret, ...pss });
    case "SM2":
      return signSm2(data, key.scalar ?? "", key.point ?? "");
  }
}
