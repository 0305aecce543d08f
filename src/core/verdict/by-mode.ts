/** The lane's modes stand above all verdicts (RULES, fail-safe table); none of them reaches the way out (P0). */
import type { LaneMode } from "../flow.ts";
import type { Finding } from "./by-credential.ts";

/** What the mode leads to on entry; null where the lane works as usual or everybody walks through. */
export function byMode(mode: LaneMode): Finding | null {
  switch (mode) {
    case "normal":
    case "emergency":
      return null;
    case "lockdown":
      return { code: "lockdown", kind: "deny", advice: [] };
    case "out-of-service":
    case "maintenance":
      // P21: a lane that can't read calls the guard to look.
      return { code: "out-of-service", kind: "attend", advice: [] };
  }
}
