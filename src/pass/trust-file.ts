import { KeyError, readTrustedKeys, type TrustedKey } from "./keys.ts";
import { DocumentError, isDocument } from "./signed-document.ts";
import { buildTrustList, openTrustList } from "./trust-list.ts";

/**
 * The keys of a file that a person trusts by naming it: a certificate or public key (PEM, DER, JWK), several PEM
 * blocks, or a trust list, signed or plain. The signature of a list is checked only where `roots` are given.
 * @throws KeyError, DocumentError where it is none of these.
 */
export function readTrustFile(file: Uint8Array, roots: readonly TrustedKey[] | null = null): readonly TrustedKey[] {
  const text = Buffer.from(file).toString("utf8");
  if (isDocument(text)) return openTrustList(text, roots).keys;
  if (looksLikeList(text)) {
    if (roots !== null) throw new DocumentError("the trust list is not signed");
    return buildTrustList(JSON.parse(text)).keys;
  }
  try {
    return readTrustedKeys(file);
  } catch (error) {
    if (error instanceof KeyError || error instanceof DocumentError) throw error;
    throw new KeyError("the file is no certificate, public key or trust list");
  }
}

function looksLikeList(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "keys" in value && "version" in value;
  } catch {
    return false;
  }
}
