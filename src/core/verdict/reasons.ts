/** The closed list of reasons: for each the clause it rests on, what is reported, what the street and the guard see. */
import type { Advice, ClauseId, Reason, ReasonCode, ReportLevel } from "../flow.ts";
import { reasonCodes } from "../flow.ts";
import type { StreetScreen } from "../views.ts";

/** Text group of the guard's view (plate, what to say, what to do); the words are in config/locales. */
export type GuardTexts =
  | "red"
  | "yellow"
  | "fever"
  | "low"
  | "unavailable"
  | "no-credential"
  | "not-read"
  | "expired"
  | "not-yet-valid"
  | "unknown"
  | "needs-conversion"
  | "not-verifiable"
  | "not-recognised"
  | "replayed"
  | "mask"
  | "closed";

/** Who can clear a reason (RULES, "Who may release"). */
export type Clears =
  /** A manual check: the guard looks at the screen or the paper, or takes the temperature by hand. */
  | "manual-check"
  /** Only a release escorted by staff, with a reason, which is reported. */
  | "escort"
  /** The lane itself, by measuring or reading once more. */
  | "lane"
  /** The guard who attested it takes it back. */
  | "attester"
  | "nobody";

export interface ReasonFacts {
  readonly clause: ClauseId;
  readonly level: ReportLevel;
  /** What the pedestrian display shows when this reason is the headline on entry. */
  readonly street: StreetScreen;
  /** Digit inside the complaint number. Equal for everything that the street can't tell apart. */
  readonly group: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  readonly guard: GuardTexts;
  readonly clears: Clears;
  /** What P5 and P8 ask for on the way out, too. Everything else is of no account there (P0). */
  readonly onExit: boolean;
  readonly advice: readonly Advice[];
}

/** The neutral answer: one and the same for everything that could be a diagnosis or an accusation. */
const neutral = { street: "see-staff", group: 5 } as const;
const byHand = { street: "check-by-hand", group: 4, clears: "manual-check", onExit: false } as const;
const platform = { group: 4, guard: "not-verifiable", clears: "manual-check", onExit: false, level: "none" } as const;

export const reasonFacts: Readonly<Record<ReasonCode, ReasonFacts>> = {
  lockdown: {
    clause: "lane",
    level: "none",
    street: "lockdown",
    group: 8,
    guard: "closed",
    clears: "nobody",
    onExit: false,
    advice: [],
  },
  "out-of-service": {
    clause: "P21",
    level: "none",
    street: "out-of-service",
    group: 8,
    guard: "closed",
    clears: "nobody",
    onExit: false,
    advice: ["staff-check"],
  },
  red: {
    ...neutral,
    clause: "P3",
    level: "red",
    guard: "red",
    clears: "escort",
    onExit: true,
    advice: ["central-isolation", "wear-mask"],
  },
  yellow: {
    ...neutral,
    clause: "P3",
    level: "yellow",
    guard: "yellow",
    clears: "escort",
    onExit: true,
    advice: ["isolate-home"],
  },
  revoked: {
    ...neutral,
    clause: "P3",
    level: "yellow",
    guard: "not-recognised",
    clears: "nobody",
    onExit: true,
    advice: ["staff-check"],
  },
  "bad-signature": {
    ...neutral,
    clause: "P3",
    level: "yellow",
    guard: "not-recognised",
    clears: "nobody",
    onExit: true,
    advice: ["staff-check"],
  },
  replayed: {
    ...neutral,
    clause: "P-replay",
    level: "yellow",
    guard: "replayed",
    clears: "nobody",
    onExit: false,
    advice: ["staff-check"],
  },
  "expired-paper": {
    clause: "P11",
    level: "none",
    street: "expired-paper",
    group: 2,
    guard: "expired",
    clears: "manual-check",
    onExit: false,
    advice: ["reprint"],
  },
  expired: {
    clause: "P3",
    level: "none",
    street: "expired",
    group: 2,
    guard: "expired",
    clears: "manual-check",
    onExit: false,
    advice: ["refresh"],
  },
  "not-yet-valid": {
    clause: "P3",
    level: "none",
    street: "not-yet-valid",
    group: 2,
    guard: "not-yet-valid",
    clears: "nobody",
    onExit: false,
    advice: ["staff-check"],
  },
  "needs-conversion": {
    clause: "P12",
    level: "none",
    street: "needs-conversion",
    group: 3,
    guard: "needs-conversion",
    clears: "nobody",
    onExit: false,
    advice: ["convert"],
  },
  unknown: {
    clause: "P3",
    level: "none",
    street: "unknown",
    group: 3,
    guard: "unknown",
    clears: "nobody",
    onExit: false,
    advice: ["refresh", "staff-check"],
  },
  malformed: {
    clause: "P3",
    level: "none",
    street: "malformed",
    group: 1,
    guard: "not-read",
    clears: "manual-check",
    onExit: false,
    advice: ["show-health-code"],
  },
  "not-a-pass": {
    clause: "P3",
    level: "none",
    street: "not-a-pass-other",
    group: 1,
    guard: "not-read",
    clears: "manual-check",
    onExit: false,
    advice: ["show-health-code"],
  },
  "no-credential": {
    clause: "P1",
    level: "none",
    street: "no-credential",
    group: 1,
    guard: "no-credential",
    clears: "manual-check",
    onExit: false,
    advice: ["get-code"],
  },
  "no-trusted-time": {
    ...byHand,
    clause: "clock",
    level: "none",
    guard: "not-verifiable",
    advice: ["staff-check"],
  },
  "trust-stale": { ...byHand, clause: "P17", level: "none", guard: "not-verifiable", advice: ["staff-check"] },
  "platform-down": { ...platform, clause: "P17", street: "platform-down", advice: ["wait", "staff-check"] },
  "platform-slow": { ...platform, clause: "P17", street: "platform-slow", advice: ["wait", "staff-check"] },
  unverifiable: { ...byHand, clause: "P17", level: "none", guard: "not-verifiable", advice: ["staff-check"] },
  pending: { ...platform, clause: "P17", street: "pending", advice: ["wait", "staff-check"] },
  "paper-again": {
    ...byHand,
    street: "check-paper",
    clause: "P-replay",
    level: "none",
    guard: "replayed",
    advice: ["staff-check"],
  },
  fever: {
    ...neutral,
    clause: "P5",
    level: "none",
    guard: "fever",
    clears: "lane",
    onExit: true,
    advice: [],
  },
  low: {
    ...neutral,
    clause: "T",
    level: "none",
    guard: "low",
    clears: "manual-check",
    onExit: true,
    advice: ["staff-check"],
  },
  unavailable: {
    ...neutral,
    clause: "T",
    level: "none",
    guard: "unavailable",
    clears: "manual-check",
    onExit: true,
    advice: ["staff-check"],
  },
  "mask-refused": {
    clause: "P7",
    level: "none",
    street: "mask",
    group: 6,
    guard: "mask",
    clears: "attester",
    onExit: false,
    advice: ["wear-mask"],
  },
};

/** A reason as a verdict carries it. */
export function reason(code: ReasonCode): Reason {
  const { clause, level } = reasonFacts[code];
  return { code, clause, level };
}

/** Sorts reasons into headline order; the first is what the screens are about. */
export function inHeadlineOrder(codes: Iterable<ReasonCode>): readonly ReasonCode[] {
  const found = new Set(codes);
  return reasonCodes.filter((code) => found.has(code));
}
