/** Sets of sequence numbers as sorted, disjoint, inclusive ranges: what a receipt says, and how holes are found. */

export type Range = readonly [from: number, to: number];
/** Sorted, disjoint and not adjacent. */
export type Ranges = readonly Range[];

/** Sorts and joins; ranges that are empty (`to` before `from`) vanish. */
export function normalise(ranges: readonly Range[]): Ranges {
  const sorted = ranges.filter(([from, to]) => to >= from).sort((a, b) => a[0] - b[0]);
  const joined: Range[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && range[0] <= last[1] + 1)
      joined[joined.length - 1] = [last[0], Math.max(last[1], range[1])];
    else joined.push(range);
  }
  return joined;
}

/** Linear in the number of ranges at most; constant where `range` continues the last one, which is the usual case. */
export function add(ranges: Ranges, range: Range): Ranges {
  const last = ranges.at(-1);
  if (last !== undefined && range[0] >= last[0] && range[0] <= last[1] + 1)
    return range[1] <= last[1] ? ranges : [...ranges.slice(0, -1), [last[0], range[1]]];
  return normalise([...ranges, range]);
}

export const union = (a: Ranges, b: Ranges): Ranges => normalise([...a, ...b]);

export function contains(ranges: Ranges, seq: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (seq < range[0]) high = middle - 1;
    else if (seq > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** What of `from … to` is in none of the ranges: the holes. */
export function missing(ranges: Ranges, from: number, to: number): Ranges {
  const holes: Range[] = [];
  let next = from;
  for (const [start, end] of ranges) {
    if (start > to) break;
    if (end < next) continue;
    if (start > next) holes.push([next, start - 1]);
    next = Math.max(next, end + 1);
  }
  if (next <= to) holes.push([next, to]);
  return holes;
}

/** How many numbers the ranges hold. */
export const size = (ranges: Ranges): number => ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** The numbers one by one. Only for ranges known to be small. */
export function* each(ranges: Ranges): Generator<number> {
  for (const [from, to] of ranges) for (let seq = from; seq <= to; seq += 1) yield seq;
}

/** Most ranges that one receipt or tombstone carries, so that it stays under the size cap. */
export const mostRanges = 100;

/**
 * What a receipt says of the numbers the centre has: everything up to `upTo` (0: nothing), and the ranges beyond.
 * Ranges past the cap are left out: the lane sends those again, the centre drops them as duplicates.
 */
export function toReceipt(have: Ranges): { upTo: number; have: [number, number][] } {
  const [first, ...others] = have;
  const start = first !== undefined && first[0] <= 1 ? first[1] : 0;
  const beyond = start > 0 ? others : have;
  return { upTo: start, have: beyond.slice(0, mostRanges).map(([from, to]) => [from, to]) };
}

/** The reverse of `toReceipt`. */
export const fromReceipt = (receipt: { readonly upTo: number; readonly have: readonly Range[] }): Ranges =>
  normalise([[1, receipt.upTo], ...receipt.have]);
