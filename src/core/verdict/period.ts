/** P2: the rules start on a day and hour, and end on one. */
import type { WallTime } from "../flow.ts";
import { millis } from "../units.ts";
import type { Period, SiteRules } from "./site-rules.ts";

/** Holdover is trusted while its estimated error is at most this (RULES, clock). */
export const TRUSTED_ERROR = millis(10_000);

/** Whether a judgement about time may rest on this clock (ARCHITECTURE, decision 10). */
export function trusted(at: WallTime): boolean {
  return at.trust !== "unsynced" && at.error <= TRUSTED_ERROR;
}

/** The period the rules are in. Without trusted time: the last one known. The first instant belongs to `during`, the last to `after`. */
export function periodOf(at: WallTime, rules: SiteRules): Period {
  if (!trusted(at)) return rules.lastKnownPeriod;
  if (rules.effectiveFrom !== null && at.at < rules.effectiveFrom) return "before";
  if (rules.effectiveUntil !== null && at.at >= rules.effectiveUntil) return "after";
  return "during";
}
