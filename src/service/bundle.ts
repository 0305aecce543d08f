/** The support bundle: everything a far colleague needs to understand a lane, and nothing about a person or a secret. */
import { gzipSync } from "node:zlib";
import { laneFields } from "../config/describe.ts";
import { plain, valueAt, withValue } from "../config/walk.ts";
import type { CheckResult, TroubleRow, Version } from "../core/panel.ts";
import type { Series } from "./series.ts";

export interface BundleParts {
  readonly program: string;
  /** The completed file. */
  readonly file: Readonly<Record<string, unknown>>;
  readonly history: readonly Version[];
  readonly doctor: readonly CheckResult[];
  readonly troubles: readonly TroubleRow[];
  readonly counters: Readonly<Record<string, number | string>>;
  readonly series: Series;
  readonly log: readonly string[];
}

/** Fields that name a way in or a telephone; a far colleague needs neither. */
const withheld = (path: string, kind: string | undefined): boolean =>
  kind === "secret-path" || path.startsWith("site.phones.") || path === "replay.peers";

/** A gzipped JSON document. What the log holds is cut to 400 lines of 300 characters without long digit runs. */
export function bundle(parts: BundleParts): Buffer {
  let file: Record<string, unknown> = { ...parts.file };
  for (const { path, node } of laneFields())
    if (withheld(path, plain(node)["x-kind"]) && valueAt(file, path) != null)
      file = withValue(file, path, "(withheld)");
  const document = {
    what: "Greenlane support bundle, without personal data",
    ...parts,
    file,
    series: parts.series.columns(),
    log: parts.log.slice(-400).map(scrubbed),
  };
  return gzipSync(Buffer.from(`${JSON.stringify(document, null, 1)}\n`));
}

/**
 * A log line fit to leave the lane. The log holds nothing read from a code; should a library's message ever do so,
 * what looks like a number of a person, a telephone or a long token is taken out here a second time.
 */
export function scrubbed(line: string): string {
  return line
    .slice(0, 300)
    .replace(/\d{6,}[\dXx]?/g, (digits) => "#".repeat(Math.min(digits.length, 18)))
    .replace(/[A-Za-z0-9+/_-]{40,}/g, "(long text)")
    .replace(/\p{Cc}/gu, " ");
}
