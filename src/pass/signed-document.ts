/**
 * Signed JSON documents that a lane fetches (trust list, revocation filter): a flattened JWS (RFC 7515, section 7.2.2)
 * whose protected header names algorithm, key id and type, so that a document of one kind never passes for another.
 */
import { algorithms, makeSignature, verifySignature } from "./algorithms.ts";
import type { SigningKey, TrustedKey } from "./keys.ts";

/** What of a document failed; the text names no content. */
export class DocumentError extends Error {
  readonly code = "GL-3003";
  constructor(message: string) {
    super(`GL-3003: ${message}`);
    this.name = "DocumentError";
  }
}

interface Flattened {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64url");
const parsed = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString("utf8"));

/** Signs `content` as a document of `type`. */
export function signDocument(type: string, content: unknown, key: SigningKey): string {
  const header = base64url(JSON.stringify({ alg: key.alg, kid: key.kid, typ: type }));
  const payload = base64url(JSON.stringify(content));
  const signature = base64url(makeSignature(key, Buffer.from(`${header}.${payload}`, "ascii")));
  return `${JSON.stringify({ protected: header, payload, signature } satisfies Flattened)}\n`;
}

/** The content of a document of `type` signed by one of `roots`; `null` roots: whoever signed it. @throws DocumentError */
export function openDocument(type: string, text: string, roots: readonly TrustedKey[] | null): unknown {
  const document = flattened(text);
  let header: unknown;
  let content: unknown;
  try {
    header = parsed(document.protected);
    if (roots !== null) insistOnSignature(document, header, roots);
    insistOnType(header, type);
    content = parsed(document.payload);
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    throw new DocumentError("the document's header or content is no JSON");
  }
  return content;
}

/** Whether a text looks like a signed document at all. */
export function isDocument(text: string): boolean {
  try {
    flattened(text);
    return true;
  } catch {
    return false;
  }
}

function flattened(text: string): Flattened {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DocumentError("the document is no JSON");
  }
  const fields = value as Partial<Record<keyof Flattened, unknown>> | null;
  const { protected: header, payload, signature } = fields ?? {};
  if (typeof header !== "string" || typeof payload !== "string" || typeof signature !== "string")
    throw new DocumentError("the document is no flattened JWS (protected, payload, signature)");
  return { protected: header, payload, signature };
}

function insistOnSignature(document: Flattened, header: unknown, roots: readonly TrustedKey[]): void {
  const { alg, kid, crit } = header as Record<string, unknown>;
  if (crit !== undefined) throw new DocumentError("the document asks for an extension that is not known here");
  const signed = Buffer.from(`${document.protected}.${document.payload}`, "ascii");
  const signature = Buffer.from(document.signature, "base64url");
  const candidates = roots.filter((key) => key.alg === alg && algorithms.some((known) => known === alg));
  const named = candidates.filter((key) => typeof kid === "string" && key.kids.includes(kid));
  if (named.length === 0) throw new DocumentError("the document is signed by a key that is no root here");
  if (!named.some((key) => verifySignature(key, signed, signature)))
    throw new DocumentError("the document's signature does not match its root key");
}

function insistOnType(header: unknown, type: string): void {
  const { typ } = header as Record<string, unknown>;
  if (typ !== type) throw new DocumentError(`the document is of another kind; expected ${type}`);
}
