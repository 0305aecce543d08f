import type { EventCategory, EventLevel, EventType } from "../../core/events.ts";
import type { Addressee } from "../../core/flow.ts";
import { type Instant, instant, later, type Millis, minutes } from "../../core/units.ts";
import type { EventBody } from "../../protocol/envelope.ts";
import type { Case, CaseKind, Priority } from "./case.ts";

/** What filing needs to know of an event; `at` is the lane's time, or the arrival where the lane's clock was untrusted. */
export interface Filed {
  readonly src: string;
  readonly type: CaseKind;
  readonly category: EventCategory;
  readonly level: EventLevel;
  readonly at: Instant;
  readonly case: string | null;
  readonly tries: number;
  readonly routing: readonly Addressee[];
  readonly reasons: readonly string[];
  readonly detail: Readonly<Record<string, string | number | boolean>>;
  readonly hasSubject: boolean;
}

/** What filing needs of an event that the schema has checked. */
export const factsOf = (body: EventBody, at: Instant): Filed => ({
  src: body.src,
  type: body.type,
  category: body.category,
  level: body.level,
  at,
  case: body.case,
  tries: body.tries,
  routing: body.routing,
  reasons: body.reasons,
  detail: body.detail ?? {},
  hasSubject: body.subject !== undefined || body.temperature !== undefined,
});

/** Tries of one person, or repetitions of one alarm, within this time are one case. */
export const grouping: Millis = minutes(10);

type Effect = "opens" | "clears" | "journal";
/** What an event does to cases. Total: a new event type doesn't compile until it has its place. */
const effects: Readonly<Record<EventType, Effect>> = {
  "red-code": "opens",
  "yellow-code": "opens",
  "pass-refused": "opens",
  tamper: "opens",
  "emergency-release": "opens",
  "emergency-reset": "clears",
  "forced-passage": "opens",
  "reverse-entry": "opens",
  tailgating: "opens",
  "held-open": "opens",
  "guard-release": "journal",
  "escorted-release": "journal",
  lockdown: "journal",
  unlock: "journal",
  order: "journal",
  config: "journal",
  "unanswered-call": "opens",
  "mains-lost": "opens",
  trouble: "opens",
  "trouble-cleared": "clears",
  shed: "journal",
};

export const effectOf = (type: CaseKind): Effect =>
  type === "lane-offline" || type === "gap" || type === "numbers-reused" ? "opens" : effects[type];

const siteOf = (src: string): string => src.slice(0, src.lastIndexOf("/"));

/**
 * Events with the same key belong together. A person's tries are grouped across the lanes of a site by the lane's own
 * case id; a trouble by its code; everything else by lane and kind.
 */
export function keyOf(event: Filed): string {
  const { src, type } = event;
  if (event.case !== null) return `${siteOf(src)}|person|${storable(event.case)}`;
  if (type === "trouble" || type === "trouble-cleared")
    return `${src}|trouble|${storable(String(event.detail.code ?? ""))}`;
  if (type === "emergency-release" || type === "emergency-reset") return `${src}|emergency`;
  return `${src}|${type}`;
}

/** PostgreSQL refuses a text with a NUL in it, and with it the whole group. */
const storable = (text: string): string => text.replaceAll("\0", "");

/** Red is 1, yellow 2, devices 4, what is left 3. */
export function priorityOf(event: Pick<Filed, "level" | "category" | "type">): Priority {
  if (event.level === "red") return 1;
  if (event.level === "yellow") return 2;
  if (event.type === "trouble" || event.type === "mains-lost") return 4;
  return 3;
}

/** Conditions that last: they stay one case until they are over, however long that takes. */
const lasting = new Set<CaseKind>([
  "trouble",
  "emergency-release",
  "lane-offline",
  "gap",
  "numbers-reused",
  "mains-lost",
]);

/** Whether `event` belongs to the open case `one` of the same key. */
export function belongs(one: Case, event: Filed): boolean {
  if (one.state === "resolved") return false;
  if (lasting.has(one.kind)) return one.normalAt === null || effectOf(event.type) === "clears";
  // Backlogs arrive late and out of order: what counts is the distance, not the direction.
  return event.at <= later(one.lastAt, grouping) && event.at >= one.openedAt - grouping;
}

/** A new case; the caller gives it its id. `now` is the centre's time, at which the staff are told. */
export function open(id: string, event: Filed, now: Instant): Case {
  return {
    id,
    key: keyOf(event),
    kind: event.type,
    category: event.category,
    level: event.level,
    priority: priorityOf(event),
    src: event.src,
    state: "new",
    tries: Math.max(1, event.tries),
    openedAt: event.at,
    lastAt: event.at,
    annunciatedAt: now,
    routing: event.routing,
    detail: event.detail,
    reasons: event.reasons,
    acknowledged: null,
    shelved: null,
    resolved: null,
    normalAt: null,
    escalatedAt: null,
    hasSubject: event.hasSubject,
    rev: 1,
  };
}

/** The case after one more event. A rise to red is heard again, whatever the case's state was. */
export function join(one: Case, event: Filed, now: Instant): Case {
  if (effectOf(event.type) === "clears") return { ...one, normalAt: event.at, rev: one.rev + 1 };
  const newest = event.at >= one.lastAt;
  const joined: Case = {
    ...one,
    src: newest ? event.src : one.src,
    reasons: newest ? event.reasons : one.reasons,
    tries: Math.max(one.tries + 1, event.tries),
    openedAt: instant(Math.min(event.at, one.openedAt)),
    lastAt: newest ? event.at : one.lastAt,
    routing: withAll(one.routing, event.routing),
    normalAt: lasting.has(one.kind) ? one.normalAt : null,
    hasSubject: one.hasSubject || event.hasSubject,
    rev: one.rev + 1,
  };
  return priorityOf(event) < one.priority ? risen(joined, event, now) : joined;
}

function risen(one: Case, event: Filed, now: Instant): Case {
  const { type: kind, level, category, detail } = event;
  const told: Case = { ...one, kind, level, category, detail, priority: priorityOf(event), annunciatedAt: now };
  if (one.state === "new") return told;
  return { ...told, state: "new", shelved: null, acknowledged: null, escalatedAt: null };
}

const withAll = <T>(known: readonly T[], more: readonly T[]): readonly T[] => {
  const fresh = more.filter((one) => !known.includes(one));
  return fresh.length === 0 ? known : [...known, ...fresh];
};
