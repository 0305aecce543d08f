/**
 * Grouping of tries: one person five times in ten minutes is one case with a try count, and refused passes are reported
 * from the third within ten minutes. A pure reducer; bounded; forgets by itself. Lives in memory only.
 */
import type { Credential } from "./flow.ts";
import { type CasePlace, isRefused, isReported } from "./reporting.ts";
import { type Millis, type Monotonic, minutes, since } from "./units.ts";

/** Tries within this belong together. */
export const GROUPING: Millis = minutes(10);
/** Refused passes are reported from this one on. */
export const REFUSED_FROM = 3;
/** Open cases kept at once; the oldest gives way. */
export const MOST_CASES = 256;

interface OpenCase {
  readonly key: string;
  readonly case: string;
  readonly tries: number;
  readonly begunAt: Monotonic;
}

export interface Cases {
  readonly open: readonly OpenCase[];
  /** When passes were refused within the last ten minutes, whosever. */
  readonly refusedAt: readonly Monotonic[];
}

export const noCases: Cases = { open: [], refusedAt: [] };

export interface Filed {
  readonly cases: Cases;
  /** Where the event belongs; null where nothing is reported. */
  readonly place: CasePlace | null;
}

/**
 * Files one decided credential. A green, or anything else that isn't reported, leaves no trace here.
 * @param freshId id for a case that begins now; random, so that it says nothing about the person.
 */
export function file(cases: Cases, credential: Credential, at: Monotonic, freshId: string): Filed {
  const kept = forget(cases, at);
  if (isReported(credential)) return place(kept, keyOf(credential), at, freshId);
  if (!isRefused(credential)) return { cases: kept, place: null };
  const refusedAt = [...kept.refusedAt, at].slice(-REFUSED_FROM);
  const filed = place({ ...kept, refusedAt }, keyOf(credential), at, freshId);
  return refusedAt.length >= REFUSED_FROM ? filed : { ...filed, place: null };
}

/** Drops what is older than ten minutes; call it now and then, so that nothing waits for the next person. */
export function forget(cases: Cases, at: Monotonic): Cases {
  return {
    open: cases.open.filter((one) => since(one.begunAt, at) < GROUPING),
    refusedAt: cases.refusedAt.filter((then) => since(then, at) < GROUPING),
  };
}

function place(cases: Cases, key: string | null, at: Monotonic, freshId: string): Filed {
  const known = key === null ? undefined : cases.open.find((one) => one.key === key);
  const now: OpenCase = known
    ? { ...known, tries: known.tries + 1 }
    : { key: key ?? freshId, case: freshId, tries: 1, begunAt: at };
  const others = cases.open.filter((one) => one !== known);
  const open = [...others, now].slice(-MOST_CASES);
  return { cases: { ...cases, open }, place: { case: now.case, tries: now.tries } };
}

/** Colour is part of it: a code that turned from yellow to red is another matter for the district. */
function keyOf({ outcome, subject, passId }: Credential): string | null {
  const person = subject ?? passId;
  return person === null ? null : `${outcome} ${person}`;
}
