import { compactDecrypt, importJWK, type JWK } from "jose";

/** The operator's key: in the memory of this page, not extractable, gone with it and with the operator's session. */
export class SubjectKey {
  #key: CryptoKey | null = null;

  get there(): boolean {
    return this.#key !== null;
  }

  /** Takes a private key on P-256 from a JWK file. @throws where it is none. */
  async load(file: File): Promise<void> {
    if (file.size > 4_096) throw new TypeError("no key");
    const jwk = JSON.parse(await file.text()) as JWK;
    if (jwk.kty !== "EC" || jwk.crv !== "P-256" || typeof jwk.d !== "string") throw new TypeError("no key");
    const key = await importJWK({ ...jwk, ext: false, key_ops: ["deriveBits"] }, "ECDH-ES", { extractable: false });
    if (key instanceof Uint8Array) throw new TypeError("no key");
    this.#key = key;
  }

  forget(): void {
    this.#key = null;
  }

  /** Opens JWEs (ECDH-ES, A256GCM); equal ones are told once. @throws where the key doesn't fit. */
  async open(sealed: readonly string[]): Promise<string[]> {
    if (this.#key === null) throw new TypeError("no key");
    const opened = new Set<string>();
    for (const jwe of sealed) {
      const { plaintext } = await compactDecrypt(jwe, this.#key, {
        keyManagementAlgorithms: ["ECDH-ES"],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      opened.add(new TextDecoder().decode(plaintext));
    }
    return [...opened];
  }
}
