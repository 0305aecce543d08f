/** Plain functions that the machine's guards call: what is complete, what is needed, what a group's verdict is. */
import type { CredentialOutcome, Direction, Verdict } from "../flow.ts";
import { stricter } from "../verdict/decide.ts";
import { inHeadlineOrder, reason } from "../verdict/reasons.ts";
import type { Person } from "./lane-events.ts";

/**
 * Whether a verdict on this outcome waits for the forehead. Outcomes that the person mends alone (refresh, convert,
 * reprint …) are answered at once. Everything that staff will handle waits like a green does: the street must not
 * tell a red from a fever by its delay (RULES, "the street sees no diagnosis"), and a guard's check needs the figure.
 * On the way out everybody is measured, whatever they hold up (P5); the barrier doesn't wait for it (P0).
 */
export function waitsForTemperature(outcome: CredentialOutcome, direction: Direction): boolean {
  if (direction === "exit") return true;
  switch (outcome) {
    case "green":
    case "red":
    case "yellow":
    case "revoked":
    case "bad-signature":
    case "replayed":
    case "pending":
    case "platform-slow":
    case "platform-down":
    case "trust-stale":
    case "no-trusted-time":
    case "unverifiable":
      return true;
    case "no-credential":
    case "not-a-pass":
    case "malformed":
    case "unknown":
    case "expired":
    case "expired-paper":
    case "not-yet-valid":
    case "needs-conversion":
      return false;
  }
}

/** Index of the person whose forehead is next; -1 when nobody waits for one. */
export function nextForehead(people: readonly Person[], direction: Direction): number {
  return people.findIndex(
    ({ temperature, credential }) => temperature === null && waitsForTemperature(credential.outcome, direction),
  );
}

/** Everybody of the presentation has what a verdict needs. On exit a forehead alone is enough (P0). */
export function complete(
  people: readonly Person[],
  expected: number,
  direction: Direction,
  foreheadAlone: boolean,
): boolean {
  if (direction === "exit" && expected === 0) return foreheadAlone;
  return people.length > 0 && people.length >= expected && nextForehead(people, direction) === -1;
}

/**
 * The verdict of a group: everybody is granted or nobody is. The strictest wins; the reasons are everybody's, in
 * headline order, without repetition.
 * @throws Error `GL-1003` for a group of nobody.
 */
export function groupVerdict(each: readonly Verdict[]): Verdict {
  const [first] = each;
  if (first === undefined) throw new Error("GL-1003: a group of nobody has no verdict; judge at least one person");
  const strictest = each.reduce((worst, next) => (stricter(worst.kind, next.kind) === worst.kind ? worst : next));
  const reasons = inHeadlineOrder(each.flatMap((verdict) => verdict.reasons.map(({ code }) => code))).map(reason);
  return { ...strictest, reasons, advice: [...new Set(each.flatMap((verdict) => verdict.advice))] };
}
