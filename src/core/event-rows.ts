/** "What is reported", row by row (RULES): category, level and addressees of every event there is. Total over the types. */
import type { EventCategory, EventLevel, EventType } from "./events.ts";
import type { Addressee } from "./flow.ts";

export interface EventRow {
  readonly category: EventCategory;
  readonly level: EventLevel;
  readonly routing: readonly Addressee[];
}

/** P8: reported at once to the subdistrict or the epidemic-control department: both are addressed. */
const health: readonly Addressee[] = ["subdistrict", "epidemic-control"];
const site: readonly Addressee[] = ["site"];
const nobody: readonly Addressee[] = [];

const passage: EventRow = { category: "security", level: "yellow", routing: site };
const staff: EventRow = { category: "system", level: "none", routing: site };
const device: EventRow = { category: "device", level: "none", routing: nobody };

export const eventRows: Readonly<Record<EventType, EventRow>> = {
  "red-code": { category: "health", level: "red", routing: health },
  "yellow-code": { category: "health", level: "yellow", routing: health },
  "pass-refused": { category: "security", level: "yellow", routing: site },
  tamper: { category: "security", level: "red", routing: site },
  "emergency-release": { category: "safety", level: "red", routing: site },
  "emergency-reset": staff,
  "forced-passage": passage,
  "reverse-entry": passage,
  tailgating: passage,
  "held-open": passage,
  "guard-release": staff,
  "escorted-release": staff,
  lockdown: staff,
  unlock: staff,
  order: staff,
  config: staff,
  // Somebody waits and nobody comes: that is about safety, and must overtake device news.
  "unanswered-call": { category: "safety", level: "yellow", routing: site },
  "mains-lost": device,
  trouble: device,
  "trouble-cleared": device,
  shed: { category: "system", level: "none", routing: nobody },
};
