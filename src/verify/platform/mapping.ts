/** Mapping tables: what each value of a platform's answer means here. Data, since vendors number the colours differently. */
import type { PlatformOutcome } from "../parts.ts";

export interface MappingTable {
  readonly name: string;
  readonly source: string;
  /** How to ask: path below the platform's address, and the field of the JSON body that carries the code. */
  readonly ask: { readonly path: string; readonly field: string; readonly fixed: Readonly<Record<string, string>> };
  /** How to ask whether a pass is revoked; null where the platform can't tell. */
  readonly revoked: {
    readonly path: string;
    readonly field: string;
    readonly at: string;
    readonly yes: readonly string[];
    readonly no: readonly string[];
  } | null;
  /** Where in the answer (names joined by dots) and what each value there means; the first field with a known value decides. */
  readonly fields: readonly { readonly at: string; readonly rows: Readonly<Record<string, PlatformOutcome>> }[];
  /** Where the opaque reference to the person is; null where there is none. */
  readonly subject: string | null;
}

/** The table is not usable; the text says where. */
export class MappingError extends Error {
  readonly code = "GL-3010";
  constructor(message: string) {
    super(`GL-3010: ${message}`);
    this.name = "MappingError";
  }
}

const outcomes: readonly PlatformOutcome[] = [
  "green",
  "yellow",
  "red",
  "pending",
  "expired",
  "unknown",
  "malformed",
  "revoked",
  "needs-conversion",
  "platform-slow",
  "platform-down",
  "unverifiable",
];

/** Checks a table read from JSON. @throws MappingError */
export function readMapping(value: unknown): MappingTable {
  const table = (value ?? {}) as Partial<Record<keyof MappingTable, unknown>>;
  if (typeof table.name !== "string" || typeof table.source !== "string")
    throw new MappingError("a mapping table needs a name and a source");
  const where = `platforms/${table.name}`;
  if (!Array.isArray(table.fields) || table.fields.length === 0) throw new MappingError(`${where}: fields is missing`);
  for (const { at, rows } of table.fields as { at: unknown; rows: unknown }[]) {
    if (typeof at !== "string" || typeof rows !== "object" || rows === null)
      throw new MappingError(`${where}: each of fields has at and rows`);
    for (const [row, outcome] of Object.entries(rows))
      if (!outcomes.includes(outcome as PlatformOutcome))
        throw new MappingError(`${where}: ${at} = ${row} has no known outcome; use one of ${outcomes.join(", ")}`);
  }
  const { path, field } = (table.ask ?? {}) as { path?: unknown; field?: unknown };
  if (typeof path !== "string" || typeof field !== "string") throw new MappingError(`${where}: ask has path and field`);
  return value as MappingTable;
}

/** The value at `a.b.c`; undefined where any part is missing. Own properties only: an answer names no prototype. */
export function valueAt(answer: unknown, at: string): unknown {
  return at
    .split(".")
    .reduce<unknown>(
      (sofar, name) =>
        typeof sofar === "object" && sofar !== null && Object.hasOwn(sofar, name)
          ? (sofar as Record<string, unknown>)[name]
          : undefined,
      answer,
    );
}

const asRow = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : null;

/** What an answer means. Whatever the table has no row for is `unverifiable`. */
export function outcomeOf(table: MappingTable, answer: unknown): PlatformOutcome {
  for (const { at, rows } of table.fields) {
    const row = asRow(valueAt(answer, at));
    if (row !== null && Object.hasOwn(rows, row)) return rows[row] ?? "unverifiable";
  }
  return "unverifiable";
}

/** The opaque reference of a red or yellow answer, capped. */
export function subjectOf(table: MappingTable, answer: unknown): string | null {
  const value = table.subject === null ? undefined : valueAt(answer, table.subject);
  return typeof value === "string" && value.length > 0 && value.length <= 64 ? value : null;
}

/** What the platform says about a revoked pass. */
export function revokedOf(table: MappingTable, answer: unknown): "revoked" | "good" | "no-answer" {
  const row = table.revoked === null ? null : asRow(valueAt(answer, table.revoked.at));
  if (row === null) return "no-answer";
  if (table.revoked?.yes.includes(row)) return "revoked";
  return table.revoked?.no.includes(row) ? "good" : "no-answer";
}
