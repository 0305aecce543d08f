/**
 * A cuckoo filter (Fan, Andersen, Kaminsky, Mitzenmacher: "Cuckoo Filter: Practically Better Than Bloom", 2014) with
 * buckets of four 16-bit fingerprints: entries can be taken out again, which deltas need.
 */
import { createHash } from "node:crypto";

const SLOTS = 4;
const EMPTY = 0;
/** Displacements before the table counts as full; at 95 % load far fewer are needed. */
const MOST_MOVES = 500;

/** Bucket and fingerprint of a pass id; all that a filter or a delta ever holds of it. */
export interface Mark {
  readonly bucket: number;
  readonly fingerprint: number;
}

export interface Filter {
  readonly buckets: number;
  readonly table: Uint16Array;
}

/** Room for `count` entries at no more than 90 % load. */
export function emptyFilter(count: number): Filter {
  const buckets = Math.max(16, Math.ceil(count / (SLOTS * 0.9)));
  return { buckets, table: new Uint16Array(buckets * SLOTS) };
}

export function markOf(passId: string, buckets: number): Mark {
  const digest = createHash("sha256").update("revoked\n").update(passId).digest();
  return { bucket: digest.readUInt32BE(0) % buckets, fingerprint: digest.readUInt16BE(4) || 1 };
}

/** The other bucket of a fingerprint; the same function leads back, for any number of buckets: f − (f − b) = b. */
function other({ bucket, fingerprint }: Mark, buckets: number): number {
  const turned = ((Math.imul(fingerprint, 0x5bd1e995) >>> 0) % buckets) - bucket;
  return turned < 0 ? turned + buckets : turned;
}

function slotWith(filter: Filter, bucket: number, fingerprint: number): number {
  const from = bucket * SLOTS;
  for (let slot = from; slot < from + SLOTS; slot++) if (filter.table[slot] === fingerprint) return slot;
  return -1;
}

/**
 * False: certainly not in the filter. True: in it, or one of the others with the same mark; the chance of that is at
 * most 8 / 65,536 = 0.012 % (two buckets of four, 16 bits).
 */
export function has(filter: Filter, mark: Mark): boolean {
  if (slotWith(filter, mark.bucket, mark.fingerprint) !== -1) return true;
  return slotWith(filter, other(mark, filter.buckets), mark.fingerprint) !== -1;
}

/** @throws RangeError where the table is full; the issuer then makes a larger one. */
export function add(filter: Filter, mark: Mark): void {
  let { bucket, fingerprint } = mark;
  for (const place of [bucket, other(mark, filter.buckets)]) {
    const slot = slotWith(filter, place, EMPTY);
    if (slot !== -1) {
      filter.table[slot] = fingerprint;
      return;
    }
  }
  for (let move = 0; move < MOST_MOVES; move++) {
    const victim = bucket * SLOTS + ((move * 7 + fingerprint) & (SLOTS - 1));
    const pushed = filter.table[victim] ?? EMPTY;
    filter.table[victim] = fingerprint;
    fingerprint = pushed;
    bucket = other({ bucket, fingerprint }, filter.buckets);
    const slot = slotWith(filter, bucket, EMPTY);
    if (slot !== -1) {
      filter.table[slot] = fingerprint;
      return;
    }
  }
  throw new RangeError("the revocation filter is full");
}

/** Takes one entry with this mark out; false where there is none. Only marks that were added may be taken out. */
export function remove(filter: Filter, mark: Mark): boolean {
  for (const place of [mark.bucket, other(mark, filter.buckets)]) {
    const slot = slotWith(filter, place, mark.fingerprint);
    if (slot !== -1) {
      filter.table[slot] = EMPTY;
      return true;
    }
  }
  return false;
}
