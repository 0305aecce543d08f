/** Lane events: the little that leaves the lane (RULES, "what is reported"). A green passage is never one. */
import type { Addressee, ReasonCode } from "./flow.ts";
import type { Celsius, Instant } from "./units.ts";

export const eventTypes = [
  "red-code",
  "yellow-code",
  "pass-refused",
  "tamper",
  "emergency-release",
  "emergency-reset",
  "forced-passage",
  "reverse-entry",
  "tailgating",
  "held-open",
  "guard-release",
  "escorted-release",
  "lockdown",
  "unlock",
  "order",
  "config",
  "unanswered-call",
  "mains-lost",
  "trouble",
  "trouble-cleared",
  "shed",
] as const;
export type EventType = (typeof eventTypes)[number];
export type EventCategory = "health" | "security" | "safety" | "device" | "system";
export type EventLevel = "none" | "yellow" | "red";

/** An event before it has a place in the outbox (report/ adds epoch, boot, seq and the encryption of the subject). */
export interface LaneEvent {
  readonly type: EventType;
  readonly category: EventCategory;
  readonly level: EventLevel;
  readonly at: Instant;
  readonly routing: readonly Addressee[];
  /** Events of one person within ten minutes share a case; `tries` counts them. */
  readonly case: string | null;
  readonly tries: number;
  /** Plain subject reference of a red or yellow pass: encrypted before it is stored. */
  readonly subject: string | null;
  /** Pass id of a refused pass, turned into a pseudonym before it is stored. */
  readonly pseudonymOf: string | null;
  readonly temperature: Celsius | null;
  readonly reasons: readonly ReasonCode[];
  /** Staff id of an escorted release, an order's key, or null. */
  readonly who: string | null;
  /** Closed texts and numbers only, never anything read from a code. */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
