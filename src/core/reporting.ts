/**
 * From verdicts and happenings to events, and what is left out of them (redaction). Only a red or yellow credential and
 * a refused pass fit the builders that carry a person; a green one has no way in, nor has a fever or a manual check.
 */
import { eventRows } from "./event-rows.ts";
import type { EventType, LaneEvent } from "./events.ts";
import type { BodyTemperature, Credential, Verdict } from "./flow.ts";
import type { Instant } from "./units.ts";

/** A credential that P8 wants reported. */
export type ReportedCredential = Credential & { readonly outcome: "red" | "yellow" };
/** A credential whose refusal is reported from the third within ten minutes. */
export type RefusedCredential = Credential & { readonly outcome: "bad-signature" | "revoked" | "replayed" };

export const isReported = (credential: Credential): credential is ReportedCredential =>
  credential.outcome === "red" || credential.outcome === "yellow";
export const isRefused = (credential: Credential): credential is RefusedCredential =>
  credential.outcome === "bad-signature" || credential.outcome === "revoked" || credential.outcome === "replayed";

/** Place of one event among the tries of the same person (cases.ts). */
export interface CasePlace {
  readonly case: string;
  readonly tries: number;
}

/** The report of a red or yellow code: its own subject reference, the temperature, the reasons, nothing else (P8). */
export function codeEvent(
  credential: ReportedCredential,
  verdict: Verdict,
  temperature: BodyTemperature | null,
  place: CasePlace,
  at: Instant,
): LaneEvent {
  return {
    ...bare(credential.outcome === "red" ? "red-code" : "yellow-code", at),
    case: place.case,
    tries: place.tries,
    subject: credential.subject,
    temperature: temperature?.estimate ?? null,
    reasons: verdict.reasons.map(({ code }) => code),
  };
}

/** The report of a refused pass: a pseudonym is made of its id before it is stored; no subject, no temperature. */
export function refusedEvent(credential: RefusedCredential, place: CasePlace, at: Instant): LaneEvent {
  return {
    ...bare("pass-refused", at),
    case: place.case,
    tries: place.tries,
    pseudonymOf: credential.passId,
    reasons: [credential.outcome],
  };
}

/** Everything that is about no pass holder. */
export type PlainEventType = Exclude<EventType, "red-code" | "yellow-code" | "pass-refused">;

export interface PlainDetails {
  /** Staff id, or the key of an order. */
  readonly who?: string | null;
  readonly detail?: LaneEvent["detail"];
}

/** An event about the lane, its staff or its devices. Details pass `redacted`. */
export function eventOf(type: PlainEventType, at: Instant, { who = null, detail = {} }: PlainDetails = {}): LaneEvent {
  return { ...bare(type, at), who: who === null ? null : idOnly(who), detail: redacted(detail) };
}

function bare(type: EventType, at: Instant): LaneEvent {
  const { category, level, routing } = eventRows[type];
  return {
    type,
    category,
    level,
    at,
    routing,
    case: null,
    tries: 1,
    subject: null,
    pseudonymOf: null,
    temperature: null,
    reasons: [],
    who: null,
    detail: {},
  };
}

/** What stands in place of a text that isn't one of ours. */
export const WITHHELD = "withheld";
/** Ids, codes and numbers of ours; nothing with spaces, quotes or letters beyond ASCII: those were typed or read. */
const closedText = /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$/;
const closedKey = /^[a-zA-Z][a-zA-Z0-9.-]{0,47}$/;
const MOST_DETAILS = 20;

/** Details without anything that was read from a code or typed freely: closed texts, finite numbers, yes and no. */
export function redacted(detail: LaneEvent["detail"]): LaneEvent["detail"] {
  const clean: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(detail).slice(0, MOST_DETAILS)) {
    if (!closedKey.test(key) || key === "__proto__") continue;
    if (typeof value === "string") clean[key] = closedText.test(value) ? value : WITHHELD;
    else if (typeof value === "boolean" || Number.isFinite(value)) clean[key] = value;
  }
  return clean;
}

const idOnly = (who: string): string => (closedText.test(who) ? who : WITHHELD);
