/** What a guard may do, each with the rule that allows or forbids it (RULES, "Who may release"). */
import type { LaneMode, ReasonCode } from "../core/flow.ts";
import type { Decision, LaneInput } from "../core/passage/lane-events.ts";
import { clearanceOf, escortReasons } from "../core/verdict/clearance.ts";
import type { GuardAction, GuardAnswer } from "../core/views.ts";
import type { Desk } from "./desk.ts";
import type { People } from "./people.ts";
import type { Reports } from "./reports.ts";

export interface GuardHost {
  readonly desk: Desk;
  readonly reports: Reports;
  readonly people: People;
  readonly supervisor: boolean;
  readonly mode: LaneMode;
  readonly burning: boolean;
  /** Somebody stands at the entrance of whom nothing was read. */
  readonly standing: boolean;
  /** The verdict on the screen, where it is no grant: a check without a named person is about this one. */
  readonly denied: Decision | null;
  readonly turnstileFree: boolean;
  send(event: LaneInput): void;
  reset(): GuardAnswer;
}

const no = (why: string): GuardAnswer => ({ ok: false, why });
const yes: GuardAnswer = { ok: true };

export function guardAction(action: GuardAction, guard: string | null, host: GuardHost): GuardAnswer {
  if (action.kind === "call-help") {
    host.reports.plain("unanswered-call", { who: guard, detail: { asked: true } });
    return yes;
  }
  if (guard === null) return no("sign-in");
  switch (action.kind) {
    case "manual-check":
      return manualCheck(action.person, guard, host);
    case "escorted-release":
      return escorted(action.person, action.reason, guard, host);
    case "mask-refused":
      host.send({ type: "mask", mask: action.refused ? "refused" : "unknown" });
      return yes;
    case "assistance":
      host.send({ type: "assistance" });
      return yes;
    case "family":
      if (!Number.isInteger(action.people) || action.people < 2 || action.people > 6) return no("two-to-six-people");
      return lookedAt(reasonsOf(host.denied), action.people, guard, host);
    case "dismiss":
      host.desk.remove(action.person);
      return yes;
    case "end-lockdown":
      if (!host.supervisor) return no("supervisor");
      host.reports.plain("unlock", { who: guard });
      host.send({ type: "unlock" });
      return yes;
    case "reset-emergency":
      return host.mode === "emergency" ? host.reset() : no("no-emergency");
  }
}

/** P16, P20, P21: a guard looks and lets in; red, yellow and everything that forgery could be are beyond it. */
function manualCheck(person: number | null, guard: string, host: GuardHost): GuardAnswer {
  const waiting = person === null ? null : host.desk.find(person);
  if (person !== null && waiting === null) return no("gone");
  const answer = lookedAt(waiting?.reasons ?? reasonsOf(host.denied), 1, guard, host);
  if (answer.ok && person !== null) host.desk.remove(person);
  return answer;
}

const reasonsOf = (decision: Decision | null): readonly ReasonCode[] =>
  decision?.verdict.reasons.map(({ code }) => code) ?? [];

/** Lets in whom a guard has looked at, where looking can clear what the machine found. A family is looked at one by one. */
function lookedAt(reasons: readonly ReasonCode[], people: number, guard: string, host: GuardHost): GuardAnswer {
  // An out-of-service lane, or one without a reader, has no verdict to clear: the guard looks by hand (P21).
  const nothingRead = reasons.length === 0 && host.standing;
  if (!nothingRead) {
    const { manualCheck: allowed, blockedBy } = clearanceOf(reasons);
    if (!allowed) return no(blockedBy ?? "nobody");
  }
  const answer = release(guard, "guard", people, host);
  if (answer.ok) for (let one = 0; one < people; one += 1) host.people.add("manual-check");
  return answer;
}

function escorted(person: number, reason: string, guard: string, host: GuardHost): GuardAnswer {
  const waiting = host.desk.find(person);
  if (waiting === null) return no("gone");
  if (!waiting.may.escortedRelease) return no("not-red-or-yellow");
  const known = escortReasons.find((each) => each === reason);
  if (known === undefined) return no("reason");
  const answer = release(guard, "escorted", 1, host);
  if (!answer.ok) return answer;
  host.reports.plain("escorted-release", { who: guard, detail: { reason: known } });
  host.desk.remove(person);
  return answer;
}

function release(guard: string, cause: "guard" | "escorted", people: number, host: GuardHost): GuardAnswer {
  if (host.mode !== "normal" && host.mode !== "out-of-service") return no(host.mode);
  if (!host.turnstileFree) return no("turnstile-busy");
  if (cause === "guard") host.reports.plain("guard-release", { who: guard, detail: { people } });
  host.send({ type: "guard.release", cause, people, wide: people > 1 });
  return { ok: true };
}
