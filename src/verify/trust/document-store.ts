/**
 * A signed document that is fetched again and again, kept on disk and swapped whole: the trust list and the revocation
 * filter are both kept this way.
 */
import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { type Instant, type Millis, millis, seconds } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { type FetchDocument, type FetchRequest, fetchDocument } from "./fetch-document.ts";

export interface Dated {
  readonly version: number;
  readonly issuedAt: Instant;
  /** It says only what changed since the one held: both are kept on disk. */
  readonly followsHeld: boolean;
}

export interface DocumentSettings {
  /** Null: only what is on disk. */
  readonly url: string | null;
  /** Where the signed text is kept; null: nowhere. */
  readonly file: string | null;
  readonly tls: FetchRequest["tls"];
  readonly refresh: Millis;
  readonly maxBytes: number;
}

export interface DocumentParts<T extends Dated> {
  readonly name: string;
  readonly settings: DocumentSettings;
  /** Checks the signature and builds the whole document. Throws or rejects where any part is not as it should be. */
  readonly open: (text: string, held: T | null) => T | Promise<T>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 … 1, for the jitter between lanes. */
  readonly random?: () => number;
  readonly fetch?: FetchDocument;
}

export interface DocumentStore<T extends Dated> {
  /** Resolves once what is on disk is in use; never waits for the server, that is asked from then on in the background. */
  start(): Promise<void>;
  /** Ends a fetch under way; nothing is taken or kept afterwards. */
  stop(): Promise<void>;
  /** Fetches once, now, or joins the fetch under way. True where the document held is confirmed or newer than before. */
  refresh(): Promise<boolean>;
  held(): T | null;
  /** Time since the signer's own date; null without a document. */
  age(): Millis | null;
}

/** Then the whole document is asked for again, so that the file on disk stays short. */
const LONGEST_CHAIN = 100;
const FETCH_TIMEOUT = seconds(30);
/** Pause after the first failure; it doubles with each further one up to the refresh interval. */
const RETRY = seconds(5);

/** As it is kept on disk, a document a line; parsed and written anew only where it is laid out. */
const oneLine = (text: string): string => (text.includes("\n") ? JSON.stringify(JSON.parse(text)) : text);

export function createDocumentStore<T extends Dated>(parts: DocumentParts<T>): DocumentStore<T> {
  const { name, settings, clock, logger, random = Math.random, fetch = fetchDocument } = parts;
  let held: T | null = null;
  /** The signed texts that `held` was built from, one a line: a whole document and the changes since. */
  let chain: readonly string[] = [];
  let etag: string | null = null;
  let cancel: (() => void) | null = null;
  const ending = new AbortController();

  /** Builds first, swaps after; an older version than the one held is refused. */
  const take = async (text: string): Promise<boolean> => {
    try {
      const next = await parts.open(text, held);
      if (held !== null && next.version < held.version) {
        logger.warn(`GL-3004: ${name}: an older version was offered and refused`, { held: held.version });
        return false;
      }
      held = next;
      const line = `${oneLine(text.trim())}\n`;
      chain = next.followsHeld ? [...chain, line] : [line];
      logger.info(`${name} in use`, { version: next.version });
      return true;
    } catch (error) {
      logger.warn(`GL-3005: ${name} was refused; the one before stays`, {
        why: error instanceof Error && "code" in error ? String(error.code) : "unexpected",
      });
      return false;
    }
  };

  const load = async (): Promise<void> => {
    if (settings.file === null) return;
    const text = await readFile(settings.file, "utf8").catch(() => "");
    for (const line of text.split("\n")) if (line !== "") await take(line);
  };

  const fetchOnce = async (): Promise<boolean> => {
    if (settings.url === null) return false;
    const { url, tls, maxBytes } = settings;
    const answer = await fetch({ url, etag, maxBytes, timeout: FETCH_TIMEOUT, tls, signal: ending.signal });
    if (ending.signal.aborted) return false;
    if (answer.kind === "unchanged") return held !== null;
    if (answer.kind === "failed") {
      logger.warn(`GL-3006: ${name} could not be fetched`, { why: answer.why });
      return false;
    }
    const taken = await take(answer.text);
    // Without a tag the server sends the whole document: the way back from a change that did not fit.
    etag = taken && chain.length < LONGEST_CHAIN ? answer.etag : null;
    if (taken && settings.file !== null) await keep(settings.file);
    return taken;
  };

  /** A disk that takes no writes keeps nothing from being used, and no lane from starting. */
  const keep = async (file: string): Promise<void> => {
    try {
      await writeFileAtomic(file, chain.join(""), { mode: 0o600 });
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? "unknown";
      logger.warn(`GL-3007: ${name} could not be kept on disk; check its free space`, { why });
    }
  };

  /** One at a time: a change is only right for the document it was opened with. */
  let running: Promise<boolean> | null = null;
  const refresh = (): Promise<boolean> => {
    running ??= fetchOnce().finally(() => {
      running = null;
    });
    return running;
  };

  const attempt = async (failures: number): Promise<void> => {
    const done = await refresh().catch(() => {
      logger.warn(`GL-3006: ${name} could not be fetched`, { why: "unexpected" });
      return false;
    });
    schedule(done ? 0 : failures + 1);
  };

  const schedule = (failures: number): void => {
    if (ending.signal.aborted || settings.url === null) return;
    cancel = clock.after(pauseAfter(failures, settings.refresh, random()), () => void attempt(failures));
  };

  return {
    async start() {
      await load();
      void attempt(0);
    },
    async stop() {
      ending.abort();
      cancel?.();
      await running?.catch(() => {});
    },
    refresh,
    held: () => held,
    age: () => (held === null ? null : millis(Math.max(0, clock.wall().at - held.issuedAt))),
  };
}

/**
 * A quarter of jitter, so that a street of lanes does not ask in one second; a whole one while failing, since lanes that
 * lost one server or one supply failed together.
 */
function pauseAfter(failures: number, refresh: Millis, random: number): Millis {
  const regular = refresh * (0.875 + random / 4);
  if (failures === 0) return millis(regular);
  return millis(Math.min(regular, RETRY * 2 ** Math.min(failures - 1, 16) * (0.5 + random)));
}
