import type { reasonCodes } from "../../src/core/flow.ts";
import { monotonic } from "../../src/core/units.ts";
import { clearanceOf } from "../../src/core/verdict/clearance.ts";
import type { AttendedPerson } from "../../src/core/views.ts";

export type Code = (typeof reasonCodes)[number];

/** Somebody who has waited 18 s for these reasons, with what the rules let a guard do. */
export function waiting(reasons: readonly Code[], changes: Partial<AttendedPerson> = {}): AttendedPerson {
  const { manualCheck, escortedRelease } = clearanceOf(reasons);
  const now = performance.now();
  return {
    id: 7,
    since: monotonic(now - 18_000),
    nextCall: monotonic(now + 2000),
    reasons,
    temperature: null,
    colourHint: null,
    complaint: "LQ03-4033-5-7",
    report: "none",
    calls: 1,
    may: { manualCheck, escortedRelease },
    ...changes,
  };
}
