/** Keys for tests, made anew each time: none is ever written down. */
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { OrderKey, SigningKey } from "../../src/protocol/orders.ts";

/** A district's key pair for subjects (P-256). */
export async function districtKeys(): Promise<{ publicKey: JWK; privateKey: JWK }> {
  const pair = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
  return {
    publicKey: { ...(await exportJWK(pair.publicKey)), kid: "district-1" },
    privateKey: await exportJWK(pair.privateKey),
  };
}

/** A key pair for orders (Ed25519). */
export async function orderKeys(
  kid: string,
  role: OrderKey["role"] = "operator",
): Promise<{ signing: SigningKey; believed: OrderKey }> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  return {
    signing: { kid, jwk: await exportJWK(pair.privateKey) },
    believed: { kid, jwk: await exportJWK(pair.publicKey), role },
  };
}
