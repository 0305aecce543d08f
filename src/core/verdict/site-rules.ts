/** The rules in force at one site. A value of this type has passed `siteRules`, so no site can have added a condition (P4). */
import type { SiteKind } from "../flow.ts";
import { siteKinds } from "../flow.ts";
import { type Celsius, celsius, type Instant } from "../units.ts";

/** P5: "above 37.3 °C is dissuaded" (Weicheng, 体温高于37.3℃). */
export const FEVER_LIMIT = celsius(37.3);
/** P6: "37.3 °C or more" puts on a mask and sees a clinic (体温大于或等于37.3℃). */
export const CLINIC_ADVICE_FROM = celsius(37.3);

export interface FeverRule {
  readonly limit: Celsius;
  /** `above`: strictly greater than the limit (P5). */
  readonly comparison: "above" | "at-or-above";
  /** A green holder from here on is granted with the clinic's advice (P6). */
  readonly adviceFrom: Celsius;
}

/** Where in time the rules stand (P2). */
export type Period = "before" | "during" | "after";

interface RuleFields {
  readonly kind: SiteKind;
  /** A guard is there whenever the lane is open. */
  readonly staffed: boolean;
  /** What happens when a code can't be checked (P17). */
  readonly onUnknown: "attend" | "deny";
  readonly effectiveFrom: Instant | null;
  readonly effectiveUntil: Instant | null;
  /** Used while no clock can be trusted (RULES, clock). */
  readonly lastKnownPeriod: Period;
  readonly fever: FeverRule;
}

declare const checked: unique symbol;
export type SiteRules = RuleFields & { readonly [checked]: true };

/** What a site may say; the rest are the notices' defaults. There is no field that could add a condition. */
export type SiteRulesInput = Pick<RuleFields, "kind"> &
  Partial<Omit<RuleFields, "fever">> & { fever?: Partial<FeverRule> };

/** Thrown for rules that the notices forbid. `clause` says which. */
export class RulesError extends Error {
  readonly code: "GL-1016" | "GL-1017";
  readonly clause: "P1" | "P2" | "P4" | "P6" | "P17";
  constructor(code: RulesError["code"], clause: RulesError["clause"], message: string) {
    super(`${code}: ${message} (${clause})`);
    this.name = "RulesError";
    this.code = code;
    this.clause = clause;
  }
}

const fields = ["kind", "staffed", "onUnknown", "effectiveFrom", "effectiveUntil", "lastKnownPeriod", "fever"];
const feverFields = ["limit", "comparison", "adviceFrom"];

function refuseUnknownFields(given: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw new RulesError("GL-1017", "P4", `${where}${name} is no rule of the notices; a site can't add one`);
  }
}

/**
 * Completes and checks the rules of a site.
 * @throws RulesError `GL-1017` for anything that would be an added condition for green holders (P4), `GL-1016` for
 *   values that contradict each other.
 */
export function siteRules(input: SiteRulesInput): SiteRules {
  refuseUnknownFields(input, fields, "");
  refuseUnknownFields(input.fever ?? {}, feverFields, "fever.");
  const fever: FeverRule = { limit: FEVER_LIMIT, comparison: "above", adviceFrom: CLINIC_ADVICE_FROM, ...input.fever };
  const rules: RuleFields = {
    staffed: true,
    onUnknown: "attend",
    effectiveFrom: null,
    effectiveUntil: null,
    lastKnownPeriod: "during",
    ...input,
    fever,
  };
  if (!siteKinds.includes(rules.kind)) throw new RulesError("GL-1016", "P1", "site.kind is none of the places of P1");
  if (fever.limit < FEVER_LIMIT)
    throw new RulesError(
      "GL-1017",
      "P4",
      `a fever limit of ${fever.limit} °C is below ${FEVER_LIMIT} °C: an added condition`,
    );
  if (fever.comparison !== "above" && tenths(fever.limit) <= tenths(FEVER_LIMIT))
    throw new RulesError("GL-1017", "P4", 'turning away at exactly 37.3 °C is an added condition; write "above"');
  if (fever.adviceFrom < CLINIC_ADVICE_FROM || fever.adviceFrom > fever.limit)
    throw new RulesError(
      "GL-1016",
      "P6",
      `clinic advice from ${fever.adviceFrom} °C is not between 37.3 °C and the limit`,
    );
  if (!rules.staffed && rules.onUnknown === "deny")
    throw new RulesError(
      "GL-1016",
      "P17",
      'an unstaffed site may not turn away whom the machine can\'t check; write "attend"',
    );
  if (rules.effectiveFrom !== null && rules.effectiveUntil !== null && rules.effectiveFrom >= rules.effectiveUntil)
    throw new RulesError("GL-1016", "P2", "effectiveUntil is not after effectiveFrom");
  return rules as SiteRules;
}

/** The same rules, remembering the period that a trusted clock last showed (RULES, clock). */
export const remembering = (rules: SiteRules, lastKnownPeriod: Period): SiteRules => ({ ...rules, lastKnownPeriod });

/** Tenths of a degree as a whole number, so that 37.3 compares as people mean it. */
export const tenths = (value: Celsius): number => Math.round(value * 10);
