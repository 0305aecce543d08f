/** The events that reporting itself gives rise to. */
import type { LaneEvent } from "../core/events.ts";
import type { Instant } from "../core/units.ts";
import type { EpochChange } from "../ports/outbox.ts";
import type { OrderRecord } from "./orders/desk.ts";

const plain = {
  category: "system",
  level: "none",
  routing: ["site"],
  case: null,
  tries: 0,
  subject: null,
  pseudonymOf: null,
  temperature: null,
  reasons: [],
  who: null,
} as const;

/** An order that was taken up, or refused; `count` refusals of one kind may share an event. */
export function orderEvent(record: OrderRecord, count: number, at: Instant): LaneEvent {
  const { kind, cid, who, kid, status, reason } = record;
  return {
    ...plain,
    type: "order",
    at,
    who: who ?? null,
    detail: {
      kind,
      status,
      count,
      ...(cid === null ? {} : { cid }),
      ...(kid === null ? {} : { kid }),
      ...(reason === null ? {} : { reason }),
    },
  };
}

/** The first word of a new epoch: what became of the one before, so that the centre can close its books on it. */
export function epochEvent(change: EpochChange, at: Instant): LaneEvent {
  return {
    ...plain,
    type: "trouble",
    category: "device",
    at,
    detail: {
      code: "GL-4003",
      why: change.why,
      previousHead: change.previousHead,
      salvaged: change.salvaged,
      ...(change.previousEpoch === null ? {} : { previousEpoch: change.previousEpoch }),
      ...(change.quarantined === null ? {} : { file: change.quarantined }),
    },
  };
}

/** A trouble of the outbox or the link, raised or over. */
export const troubleEvent = (code: string, active: boolean, at: Instant): LaneEvent => ({
  ...plain,
  type: active ? "trouble" : "trouble-cleared",
  category: "device",
  at,
  detail: { code },
});
