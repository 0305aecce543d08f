/** P0: nobody is ever held inside. */
import type { Direction } from "../flow.ts";
import type { Finding } from "./by-credential.ts";
import { reasonFacts } from "./reasons.ts";

/**
 * What remains of the findings in this direction. On the way out only what P5 and P8 ask for counts (measured, shown,
 * reported), and it is `attend`, never `deny`: the barrier yields and staff dissuade.
 */
export function byDirection(findings: readonly Finding[], direction: Direction): readonly Finding[] {
  if (direction === "entry") return findings;
  return findings.filter(({ code }) => reasonFacts[code].onExit).map((finding) => ({ ...finding, kind: "attend" }));
}
