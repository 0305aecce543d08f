/** Who may let a person through against a verdict (RULES, "Who may release, and what a guard can clear"). */
import type { ReasonCode } from "../flow.ts";
import { reasonFacts } from "./reasons.ts";

/** Reasons that a guard chooses from for an escorted release: closed, so that nothing typed leaves the lane. */
export const escortReasons = [
  "to-isolation",
  "resident-home",
  "medical-emergency",
  "on-instruction",
  "wrong-status",
] as const;
export type EscortReason = (typeof escortReasons)[number];

export interface Clearance {
  readonly manualCheck: boolean;
  readonly escortedRelease: boolean;
  /** The first reason that stands in the way of a manual check, or null. */
  readonly blockedBy: ReasonCode | null;
}

/**
 * What a guard may do for a person with these reasons. A manual check must clear every one of them; an escorted
 * release is for red and yellow alone and never goes against a closed or broken lane. Without a reason there is nothing
 * to clear, and both are false.
 */
export function clearanceOf(reasons: readonly ReasonCode[]): Clearance {
  const blockedBy = reasons.find((code) => reasonFacts[code].clears !== "manual-check") ?? null;
  const closed = reasons.some((code) => code === "lockdown" || code === "out-of-service");
  return {
    manualCheck: reasons.length > 0 && blockedBy === null,
    escortedRelease: !closed && reasons.some((code) => reasonFacts[code].clears === "escort"),
    blockedBy,
  };
}
