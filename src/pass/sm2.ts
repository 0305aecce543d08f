/**
 * SM2 signatures with SM3 (GB/T 32918.2, GM/T 0003.2). Verifying is OpenSSL's: `createVerify` hands it the digest of
 * what it was fed, so Z with the user id that everybody uses is fed first. (`crypto.verify` lets OpenSSL make Z with an
 * empty id and so fails the standard's own vector.) Signing, the issuer's side, is sm-crypto-v2's.
 */
import { createHash, createVerify, type KeyObject } from "node:crypto";
import { sm2 } from "sm-crypto-v2";

/** GM/T 0009-2012, section 7. */
export const DEFAULT_USER_ID = "1234567812345678";

/** a, b and the base point of the recommended curve (GB/T 32918.5, section 2), as Z takes them in. */
const CURVE = Buffer.from(
  "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc" +
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93" +
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" +
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
  "hex",
);

/** A public key as OpenSSL's object and as its uncompressed point in hex, with the leading 04. */
export interface Sm2Key {
  readonly object: KeyObject;
  readonly point: string;
}

/** Digest of user id, curve and public point (GB/T 32918.2, section 5.5). */
function identity({ point }: Sm2Key, userId: string): Buffer {
  const id = Buffer.from(userId, "utf8");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(id.length * 8);
  return createHash("sm3").update(length).update(id).update(CURVE).update(point.slice(2), "hex").digest();
}

/** @param signature r‖s, 64 bytes. Throws where OpenSSL has no SM2 or the key is none of its. */
export function verifySm2(data: Uint8Array, signature: Uint8Array, key: Sm2Key, userId = DEFAULT_USER_ID): boolean {
  if (signature.length !== 64) return false;
  return createVerify("sm3").update(identity(key, userId)).update(data).verify(key.object, asDer(signature));
}

/** r‖s as the sequence of two integers that OpenSSL reads (SEC 1, C.8). */
function asDer(signature: Uint8Array): Buffer {
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Uint8Array.of(0x30, body.length), body]);
}

/** In shortest form, with a zero in front where the highest bit would make it negative. */
function integer(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const digits = bytes.subarray(from);
  const sign = (digits[0] ?? 0) >= 128 ? [0] : [];
  return Buffer.concat([Uint8Array.of(0x02, sign.length + digits.length, ...sign), digits]);
}

/** Signs with a fresh random number. @param scalar private key in hex. */
export function signSm2(data: Uint8Array, scalar: string, point: string): Uint8Array {
  return Buffer.from(sm2.doSignature(data, scalar, { hash: true, publicKey: point, userId: DEFAULT_USER_ID }), "hex");
}
