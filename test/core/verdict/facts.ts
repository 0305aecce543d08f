/** Facts and rules for tests of the verdict: everything there is, and one ordinary case to vary. */
import type {
  BodyTemperature,
  CredentialOutcome,
  Direction,
  LaneMode,
  Mask,
  TemperatureClass,
  WallTime,
} from "../../../src/core/flow.ts";
import { celsius, instantFromIso, millis, monotonic } from "../../../src/core/units.ts";
import type { CredentialFacts } from "../../../src/core/verdict/by-credential.ts";
import { decide, type Facts } from "../../../src/core/verdict/decide.ts";
import { type SiteRulesInput, siteRules } from "../../../src/core/verdict/site-rules.ts";

export const noon: WallTime = { at: instantFromIso("2020-05-01T12:00:00+08:00"), trust: "synced", error: millis(5) };

export const credential = (outcome: CredentialOutcome, more: Partial<CredentialFacts> = {}): CredentialFacts => ({
  outcome,
  paperAgain: false,
  paperDaysLeft: null,
  medium: "electronic",
  notAPass: outcome === "not-a-pass" ? "other" : null,
  ...more,
});

export function body(kind: TemperatureClass, nearLimit = false): BodyTemperature {
  const estimate = kind === "normal" ? celsius(nearLimit ? 37.3 : 36.5) : kind === "fever" ? celsius(38.1) : null;
  return { class: kind, estimate, nearLimit, measurements: 1, at: monotonic(0) };
}

export const modes: readonly LaneMode[] = ["normal", "emergency", "lockdown", "out-of-service", "maintenance"];
export const masks: readonly Mask[] = ["worn", "refused", "unknown"];
export const directions: readonly Direction[] = ["entry", "exit"];

const ordinary: Facts = {
  credential: credential("green"),
  temperature: body("normal"),
  mask: "unknown",
  direction: "entry",
  mode: "normal",
  at: noon,
};

/** The verdict on an ordinary green at a mall, but for what is said otherwise. */
export function judge(facts: Partial<Facts> = {}, rules: Partial<SiteRulesInput> = {}) {
  return decide({ ...ordinary, ...facts }, siteRules({ kind: "mall", ...rules }));
}

export const codes = (verdict: ReturnType<typeof judge>): readonly string[] => verdict.reasons.map(({ code }) => code);
