/** The filter and its deltas as signed documents. */
import { endianness } from "node:os";
import { type Instant, instantFromIso } from "../../core/units.ts";
import type { SigningKey, TrustedKey } from "../../pass/keys.ts";
import { DocumentError, openDocument, signDocument } from "../../pass/signed-document.ts";
import { add, emptyFilter, type Filter, type Mark, markOf, remove } from "./filter.ts";

export const REVOCATION_TYPE = "greenlane-revocation";
/** A table of 8 million passes is 40 MB in the document. */
export const MAX_REVOCATION_BYTES = 48 * 1024 * 1024;

export interface RevocationInUse {
  readonly version: number;
  readonly issuedAt: Instant;
  readonly filter: Filter;
  readonly followsHeld: boolean;
}

/** As it is signed: a whole table, or what changed since `base`. */
interface Whole {
  readonly version: number;
  readonly issuedAt: string;
  readonly buckets: number;
  readonly table: string;
}
interface Delta {
  readonly version: number;
  readonly issuedAt: string;
  readonly base: number;
  /** Pairs of bucket and fingerprint, flat. */
  readonly add: readonly number[];
  readonly remove: readonly number[];
}

/** Signs a filter of all `passIds`, with room for a quarter as many again to come as deltas. */
export function signRevocation(passIds: readonly string[], version: number, issuedAt: string, key: SigningKey): string {
  const filter = emptyFilter(Math.ceil(passIds.length * 1.25));
  for (const id of passIds) add(filter, markOf(id, filter.buckets));
  const table = Buffer.from(littleEndian(new Uint8Array(filter.table.buffer))).toString("base64");
  const whole: Whole = { version, issuedAt, buckets: filter.buckets, table };
  return signDocument(REVOCATION_TYPE, whole, key);
}

export interface Changes {
  readonly base: number;
  readonly version: number;
  readonly issuedAt: string;
  readonly buckets: number;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** Signs what changed since version `base`, for tables with so many buckets. */
export function signRevocationDelta(changes: Changes, key: SigningKey): string {
  const flat = (ids: readonly string[]): number[] =>
    ids.flatMap((id) => {
      const { bucket, fingerprint } = markOf(id, changes.buckets);
      return [bucket, fingerprint];
    });
  const { version, issuedAt, base } = changes;
  const delta: Delta = { version, issuedAt, base, add: flat(changes.add), remove: flat(changes.remove) };
  return signDocument(REVOCATION_TYPE, delta, key);
}

/** Builds the filter a document brings; a delta is applied to a copy of `held`. @throws DocumentError */
export function openRevocation(
  text: string,
  roots: readonly TrustedKey[],
  held: RevocationInUse | null,
): RevocationInUse {
  if (text.length > MAX_REVOCATION_BYTES) throw new DocumentError("the revocation filter is larger than 48 MiB");
  const content = (openDocument(REVOCATION_TYPE, text, roots) ?? {}) as Partial<Record<keyof (Whole & Delta), unknown>>;
  const version = whole(content.version, Number.MAX_SAFE_INTEGER);
  const issuedAt = timeOf(content.issuedAt);
  if (typeof content.table === "string") return { version, issuedAt, filter: tableOf(content), followsHeld: false };
  if (held === null || content.base !== held.version)
    throw new DocumentError("the delta follows another version than the one held; the whole filter is needed");
  const filter: Filter = { buckets: held.filter.buckets, table: held.filter.table.slice() };
  for (const mark of marks(content.remove, filter)) remove(filter, mark);
  for (const mark of marks(content.add, filter)) addOrRefuse(filter, mark);
  return { version, issuedAt, filter, followsHeld: true };
}

function addOrRefuse(filter: Filter, mark: Mark): void {
  try {
    add(filter, mark);
  } catch {
    throw new DocumentError("the delta does not fit into the table; the whole filter is needed");
  }
}

function tableOf(content: Partial<Record<keyof Whole, unknown>>): Filter {
  const buckets = whole(content.buckets, 2 ** 24);
  const bytes = Buffer.from(String(content.table), "base64");
  if (buckets < 16 || bytes.length !== buckets * 8)
    throw new DocumentError("the revocation table's size does not match its number of buckets");
  return { buckets, table: new Uint16Array(littleEndian(bytes).buffer) };
}

function marks(value: unknown, { buckets }: Filter): Mark[] {
  if (!Array.isArray(value) || value.length % 2 !== 0 || value.length > 2_000_000)
    throw new DocumentError("a delta holds pairs of bucket and fingerprint");
  const found: Mark[] = [];
  for (let i = 0; i < value.length; i += 2) {
    const fingerprint = whole(value[i + 1], 0xffff);
    if (fingerprint === 0) throw new DocumentError("a fingerprint is never 0");
    found.push({ bucket: whole(value[i], buckets - 1), fingerprint });
  }
  return found;
}

function whole(value: unknown, most: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > most)
    throw new DocumentError("a number in the revocation filter is out of range");
  return value as number;
}

function timeOf(value: unknown): Instant {
  try {
    return instantFromIso(String(value));
  } catch {
    throw new DocumentError("issuedAt is no ISO 8601 time with a zone");
  }
}

/** A copy with its pairs of bytes in the machine's order, or back: every board known is little-endian already. */
function littleEndian(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  if (endianness() === "BE") Buffer.from(copy.buffer).swap16();
  return copy;
}
