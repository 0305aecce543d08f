/** The decision: facts and rules in, verdict out. Pure; the clause families stand beside this file as `by-….ts`. */
import type { Advice, BodyTemperature, Direction, LaneMode, Mask, Verdict, VerdictKind, WallTime } from "../flow.ts";
import { byCredential, type CredentialFacts, type Finding, reprintSoon } from "./by-credential.ts";
import { byDirection } from "./by-direction.ts";
import { byMask } from "./by-mask.ts";
import { byMode } from "./by-mode.ts";
import { reportFor } from "./by-report.ts";
import { byTemperature, clinicAdvice } from "./by-temperature.ts";
import { periodOf } from "./period.ts";
import { inHeadlineOrder, reason, reasonFacts } from "./reasons.ts";
import type { SiteRules } from "./site-rules.ts";

export interface Facts {
  readonly credential: CredentialFacts;
  /** Null where nothing was measured: a green is then never granted on entry. */
  readonly temperature: BodyTemperature | null;
  readonly mask: Mask;
  readonly direction: Direction;
  readonly mode: LaneMode;
  readonly at: WallTime;
}

/**
 * Decides about one person. Promises, over all facts and rules: on entry and in force, `grant` only on a verified green
 * with a normal temperature (P3, P5); on exit `grant` or `attend`, never `deny` (P0); a `deny` or `attend` has a reason;
 * at most one report.
 */
export function decide(facts: Facts, rules: SiteRules): Verdict {
  if (facts.mode === "emergency") return free;
  const closed = byDirection(present([byMode(facts.mode)]), facts.direction);
  const period = periodOf(facts.at, rules);
  if (period === "after") return verdictOf(closed, [], false);
  if (period === "before") return verdictOf(closed, ["from-start-day"], false);
  const { credential, temperature, mask, direction } = facts;
  const findings = byDirection(
    present([
      byMode(facts.mode),
      byCredential(credential, rules),
      byTemperature(temperature, credential.outcome, direction, rules),
      byMask(mask),
    ]),
    direction,
  );
  const beside = [...clinicAdvice(temperature, credential.outcome), ...(reprintSoon(credential) ? soon : [])];
  return verdictOf(findings, beside, true);
}

const free: Verdict = { kind: "grant", reasons: [], advice: [], report: null };
const soon: readonly Advice[] = ["reprint-soon"];

const present = (findings: readonly (Finding | null)[]): readonly Finding[] =>
  findings.filter((finding) => finding !== null);

const strictness: Readonly<Record<VerdictKind, number>> = { grant: 0, attend: 1, deny: 2 };

/** The stricter of two verdicts: deny before attend before grant (RULES, "the stricter verdict wins"). */
export const stricter = (a: VerdictKind, b: VerdictKind): VerdictKind => (strictness[a] >= strictness[b] ? a : b);

function verdictOf(findings: readonly Finding[], beside: readonly Advice[], reports: boolean): Verdict {
  const codes = inHeadlineOrder(findings.map(({ code }) => code));
  const kind = findings.reduce<VerdictKind>((strictest, finding) => stricter(strictest, finding.kind), "grant");
  const advice = codes.flatMap((code) => [
    ...reasonFacts[code].advice,
    ...findings.filter((finding) => finding.code === code).flatMap((finding) => finding.advice),
  ]);
  return {
    kind,
    reasons: codes.map(reason),
    advice: [...new Set([...advice, ...beside])],
    report: reports ? reportFor(codes) : null,
  };
}
