import type { LaneEvent } from "../../src/core/events.ts";
import { instant } from "../../src/core/units.ts";

/** A red code as the lane would report it. */
export const redEvent = (over: Partial<LaneEvent> = {}): LaneEvent => ({
  type: "red-code",
  category: "health",
  level: "red",
  at: instant(Date.now()),
  routing: ["subdistrict", "epidemic-control"],
  case: null,
  tries: 1,
  subject: "subject-of-a-red-pass",
  pseudonymOf: null,
  temperature: null,
  reasons: ["red"],
  who: null,
  detail: {},
  ...over,
});

/** A device trouble: a system event. */
export const systemEvent = (over: Partial<LaneEvent> = {}): LaneEvent =>
  redEvent({
    type: "trouble",
    category: "device",
    level: "none",
    subject: null,
    reasons: [],
    routing: ["site"],
    detail: { code: "GL-2031" },
    ...over,
  });
