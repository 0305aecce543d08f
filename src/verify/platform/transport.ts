import type { Millis } from "../../core/units.ts";

/** One exchange with a platform: a JSON body to a path, a JSON value back. */
export interface PlatformTransport {
  /**
   * Resolves with the parsed answer of a 2xx, else rejects with `PlatformFault`, at the latest after `timeout`.
   */
  post(path: string, body: Readonly<Record<string, string>>, timeout: Millis): Promise<unknown>;
  close(): void;
}

/** Why there is no answer: a closed word, never the platform's own text. */
export class PlatformFault extends Error {
  readonly code = "GL-3011";
  readonly why: "unreachable" | "timeout" | "status" | "not-json" | "too-large";
  /** The request reached nobody or nobody could serve it: asking once more is harmless and may help. */
  readonly retry: boolean;
  constructor(why: PlatformFault["why"], retry: boolean) {
    super(`GL-3011: no answer from the platform (${why})`);
    this.name = "PlatformFault";
    this.why = why;
    this.retry = retry;
  }
}
