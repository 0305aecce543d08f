import type { EventCategory, EventLevel, EventType } from "../../core/events.ts";
import type { Addressee } from "../../core/flow.ts";
import { type Instant, later, type Millis, minutes } from "../../core/units.ts";

/** What a case is about: an event of a lane, or what the control room itself notices about one. */
export type CaseKind = EventType | "lane-offline" | "gap" | "numbers-reused";
/** 1 urgent, 2 high, 3 medium, 4 device: shape, digit, word and colour on the page. */
export type Priority = 1 | 2 | 3 | 4;
export type CaseState = "new" | "acknowledged" | "shelved" | "resolved";

export interface Mark {
  readonly by: string;
  readonly at: Instant;
}

export interface Case {
  /** `C-MMDD-NNNN`, counted per day of the district. */
  readonly id: string;
  /** Events with the same key fall into the same open case. */
  readonly key: string;
  readonly kind: CaseKind;
  readonly category: EventCategory;
  readonly level: EventLevel;
  readonly priority: Priority;
  /** `district/site/lane` of the latest event. */
  readonly src: string;
  readonly state: CaseState;
  /** How often the person tried, or how often the condition was told. */
  readonly tries: number;
  readonly openedAt: Instant;
  readonly lastAt: Instant;
  /** When the centre's staff were first (or again) told of it: what escalation and floods are measured from. */
  readonly annunciatedAt: Instant;
  readonly routing: readonly Addressee[];
  /** Trouble code (`GL-2031`) or reasons, from closed lists. */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
  readonly reasons: readonly string[];
  readonly acknowledged: Mark | null;
  readonly shelved: (Mark & { readonly until: Instant; readonly reason: string }) | null;
  readonly resolved: Mark | null;
  /** When the condition went away by itself (return to normal). */
  readonly normalAt: Instant | null;
  /** Set when nobody acknowledged in time and the second addressees were told. */
  readonly escalatedAt: Instant | null;
  /** A sealed subject is with one of its events. */
  readonly hasSubject: boolean;
  /** Counts changes; an action on an older one is refused and tried again. */
  readonly rev: number;
}

/** Why an action was refused, for the operator. Stable codes, closed list. */
export type Refusal =
  | "already-resolved"
  | "red-cannot-be-shelved"
  | "shelf-too-long"
  | "reason-missing"
  | "not-shelved"
  | "already-acknowledged";
export type Outcome = { readonly ok: true; readonly case: Case } | { readonly ok: false; readonly refusal: Refusal };

/** The longest shelf: one shift. */
export const longestShelf: Millis = minutes(8 * 60);
export const longestReason = 200;

const refuse = (refusal: Refusal): Outcome => ({ ok: false, refusal });
const changed = (before: Case, change: Partial<Case>): Outcome => ({
  ok: true,
  case: { ...before, ...change, rev: before.rev + 1 },
});

/** An operator has recognised it. Escalation ends here. */
export function acknowledge(before: Case, by: string, at: Instant): Outcome {
  if (before.state === "resolved") return refuse("already-resolved");
  if (before.state === "acknowledged") return refuse("already-acknowledged");
  return changed(before, { state: "acknowledged", acknowledged: { by, at }, shelved: null });
}

/** Put aside until `until` at most; priority 1 never. */
export function shelve(before: Case, by: string, at: Instant, until: Instant, reason: string): Outcome {
  if (before.state === "resolved") return refuse("already-resolved");
  if (before.priority === 1) return refuse("red-cannot-be-shelved");
  const text = reason.trim();
  if (text === "") return refuse("reason-missing");
  if (until <= at || until > later(at, longestShelf)) return refuse("shelf-too-long");
  return changed(before, { state: "shelved", shelved: { by, at, until, reason: text.slice(0, longestReason) } });
}

/** Back to the list, to be heard again: by an operator, or by itself when the time is up. */
export function unshelve(before: Case, at: Instant): Outcome {
  if (before.state !== "shelved") return refuse("not-shelved");
  return changed(before, { state: "new", shelved: null, acknowledged: null, escalatedAt: null, annunciatedAt: at });
}

export function resolve(before: Case, by: string, at: Instant): Outcome {
  if (before.state === "resolved") return refuse("already-resolved");
  return changed(before, { state: "resolved", resolved: { by, at }, shelved: null });
}

/** The second addressees have been told. */
export function escalate(before: Case, at: Instant): Case {
  return { ...before, escalatedAt: at, rev: before.rev + 1 };
}

/** When something will have to happen without anybody asking: a red that nobody recognised, a shelf that ends. */
export function dueAt(one: Case, escalateAfter: Millis): Instant | null {
  if (one.state === "shelved") return one.shelved?.until ?? null;
  const waits = one.priority === 1 && one.state === "new" && one.escalatedAt === null;
  return waits ? later(one.annunciatedAt, escalateAfter) : null;
}
