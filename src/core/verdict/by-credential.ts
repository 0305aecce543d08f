/** P1, P3, P11, P12, P17, P-replay: what the code alone leads to on entry. */
import type { Advice, Credential, ReasonCode, VerdictKind } from "../flow.ts";
import type { SiteRules } from "./site-rules.ts";

/** One thing that speaks against a plain grant. */
export interface Finding {
  readonly code: ReasonCode;
  readonly kind: Exclude<VerdictKind, "grant">;
  /** Beyond the reason's own. */
  readonly advice: readonly Advice[];
}

export type CredentialFacts = Pick<Credential, "outcome" | "paperAgain" | "paperDaysLeft" | "medium" | "notAPass">;

/** In the last two days of a printed code the screen says how long is left (P11). */
export const REPRINT_SOON_DAYS = 2;

/** What the code leads to; null for a green, the only outcome that can be granted (P3). */
export function byCredential(credential: CredentialFacts, rules: SiteRules): Finding | null {
  const { outcome } = credential;
  switch (outcome) {
    case "green":
      return credential.paperAgain ? { code: "paper-again", kind: "attend", advice: [] } : null;
    case "red":
    case "yellow":
      return { code: outcome, kind: staffTakeOver(rules) ? "attend" : "deny", advice: [] };
    case "no-credential":
    case "not-a-pass":
    case "malformed":
    case "unknown":
    case "expired":
    case "expired-paper":
    case "not-yet-valid":
    case "needs-conversion":
      return { code: outcome, kind: "deny", advice: [] };
    case "pending":
    case "platform-slow":
    case "platform-down":
    case "trust-stale":
    case "no-trusted-time":
    case "unverifiable":
      return { code: outcome, kind: rules.onUnknown, advice: [] };
    case "bad-signature":
    case "revoked":
    case "replayed":
      return { code: outcome, kind: "attend", advice: [] };
  }
}

/** People live in a compound and are ill in a hospital: staff take over instead of sending them away. */
const staffTakeOver = (rules: SiteRules): boolean => rules.kind === "compound" || rules.kind === "hospital";

/** Whether the code lets its holder pass as far as the code is concerned, soon to be reprinted (P11). */
export function reprintSoon(credential: CredentialFacts): boolean {
  const { outcome, medium, paperDaysLeft } = credential;
  return outcome === "green" && medium === "paper" && paperDaysLeft !== null && paperDaysLeft <= REPRINT_SOON_DAYS;
}
