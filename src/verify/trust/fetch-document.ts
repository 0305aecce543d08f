import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { Millis } from "../../core/units.ts";

/** PEM texts of mutual TLS; left out for plain HTTP on the loopback. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface FetchRequest {
  readonly url: string;
  readonly etag: string | null;
  readonly maxBytes: number;
  readonly timeout: Millis;
  readonly tls: TlsMaterial;
  /** Ends the exchange early, as unreachable. */
  readonly signal: AbortSignal;
}

export type Fetched =
  | { readonly kind: "new"; readonly text: string; readonly etag: string | null }
  | { readonly kind: "unchanged" }
  /** A closed word for the log: never anything the server said. */
  | { readonly kind: "failed"; readonly why: "unreachable" | "status" | "too-large" | "timeout" };

export type FetchDocument = (request: FetchRequest) => Promise<Fetched>;

/** One GET without following redirects. Never rejects; the whole exchange ends within `timeout`. */
export const fetchDocument: FetchDocument = ({ url, etag, maxBytes, timeout, tls, signal }) =>
  new Promise((resolve) => {
    const done = (result: Fetched): void => {
      clearTimeout(timer);
      resolve(result);
      call.destroy();
    };
    const options: RequestOptions = {
      headers: { accept: "application/json", ...(etag === null ? {} : { "if-none-match": etag }) },
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      agent: false,
      signal,
    };
    const call = (url.startsWith("https:") ? httpsRequest : httpRequest)(url, options, (answer) => {
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
