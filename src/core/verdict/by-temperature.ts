/** P5 and P6: what the temperature leads to on entry. `low` and `unavailable` never count as normal. */
import type { Advice, BodyTemperature, CredentialOutcome, Direction } from "../flow.ts";
import type { Finding } from "./by-credential.ts";
import type { SiteRules } from "./site-rules.ts";

/**
 * What the forehead leads to; null where nothing speaks against a grant. A missing temperature counts as `unavailable`
 * for whoever would otherwise walk through unmeasured: a green, and everybody on the way out. For any other code on
 * entry it changes nothing, since people whose code isn't good are answered before they are measured.
 */
export function byTemperature(
  temperature: BodyTemperature | null,
  outcome: CredentialOutcome,
  direction: Direction,
  rules: SiteRules,
): Finding | null {
  if (temperature === null)
    return outcome === "green" || direction === "exit" ? { code: "unavailable", kind: "attend", advice: [] } : null;
  switch (temperature.class) {
    case "normal":
      return null;
    case "fever":
      return feverAt(outcome, rules);
    case "low":
    case "unavailable":
      return { code: temperature.class, kind: "attend", advice: [] };
  }
}

function feverAt(outcome: CredentialOutcome, rules: SiteRules): Finding {
  // P6 speaks to green and yellow holders; a red holder is taken to isolation, not sent to a clinic.
  const general: readonly Advice[] = outcome === "red" ? [] : ["wear-mask", "clinic"];
  switch (rules.kind) {
    case "hospital":
      return { code: "fever", kind: "attend", advice: ["wear-mask", "fever-clinic"] };
    case "station":
    case "school":
      return { code: "fever", kind: "deny", advice: [...general, "waiting-place"] };
    default:
      return { code: "fever", kind: "deny", advice: general };
  }
}

/** P6: at exactly the limit, or within the stated uncertainty below it, the holder is granted with the clinic's advice. */
export function clinicAdvice(temperature: BodyTemperature | null, outcome: CredentialOutcome): readonly Advice[] {
  const near = temperature !== null && temperature.class === "normal" && temperature.nearLimit;
  return near && (outcome === "green" || outcome === "yellow") ? ["wear-mask", "clinic"] : [];
}
