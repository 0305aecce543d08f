import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import type { Millis } from "../../core/units.ts";

/** PEM texts of mutual TLS; left out for plain HTTP on the loopback. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/**
 * The lane's own certificate, and servers of its own authority or of any public one: what is fetched is signed itself, so
 * it may as well lie on a public server. Made when first asked for and then kept, since reading the public authorities
 * takes tens of milliseconds of the lane's thread. @throws in use where one of the texts is no PEM.
 */
export function anyAuthority(
  { ca, certificate, key }: TlsMaterial,
  known: readonly string[] = rootCertificates,
): () => SecureContext {
  let made: SecureContext | null = null;
  return () => {
    made ??= createSecureContext({
      // Naming any replaces all that Node knows.
      ...(ca === undefined ? {} : { ca: [...known, ca] }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
    });
    return made;
  };
}

export interface FetchRequest {
  readonly url: string;
  readonly etag: string | null;
  readonly maxBytes: number;
  readonly timeout: Millis;
  /** Asked for over HTTPS alone. */
  readonly tls: () => SecureContext;
  /** Ends the exchange early, as unreachable. */
  readonly signal: AbortSignal;
}

export type Fetched =
  | { readonly kind: "new"; readonly text: string; readonly etag: string | null }
  | { readonly kind: "unchanged" }
  /** A closed word for the log: never anything the server said. */
  | { readonly kind: "failed"; readonly why: "unreachable" | "status" | "too-large" | "timeout" };

export type FetchDocument = (request: FetchRequest) => Promise<Fetched>;

/** One GET without following redirects. Rejects only where `tls` can't be made; the whole exchange ends within `timeout`. */
export const fetchDocument: FetchDocument = ({ url, etag, maxBytes, timeout, tls, signal }) =>
  new Promise((resolve) => {
    const done = (result: Fetched): void => {
      clearTimeout(timer);
      resolve(result);
      call.destroy();
    };
    const secure = url.startsWith("https:");
    const options: RequestOptions = {
      headers: { accept: "application/json", ...(etag === null ? {} : { "if-none-match": etag }) },
      ...(secure ? { secureContext: tls() } : {}),
      agent: false,
      signal,
    };
    const call = (secure ? httpsRequest : httpRequest)(url, options, (answer) => {
      if (answer.statusCode === 304) return done({ kind: "unchanged" });
      if (answer.statusCode !== 200) return done({ kind: "failed", why: "status" });
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) done({ kind: "failed", why: "too-large" });
        else chunks.push(chunk);
      });
      answer.on("end", () => {
        // An answer that is cut off ends too; only a complete one counts.
        if (!answer.complete) done({ kind: "failed", why: "unreachable" });
        else done({ kind: "new", text: Buffer.concat(chunks).toString("utf8"), etag: answer.headers.etag ?? null });
      });
      answer.on("error", () => done({ kind: "failed", why: "unreachable" }));
    });
    const timer = setTimeout(() => done({ kind: "failed", why: "timeout" }), timeout);
    call.on("error", () => done({ kind: "failed", why: "unreachable" }));
    call.end();
  });
