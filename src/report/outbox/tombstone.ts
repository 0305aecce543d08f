import type { EventBody, Shed } from "../../protocol/envelope.ts";
import { uuidV7 } from "../../protocol/uuid.ts";
import { envelopeVersion } from "../../protocol/version.ts";

/** The body of a tombstone: same lane, boot and time as the event whose arrival made it necessary. */
export function tombstone(cause: string, shed: Shed): string {
  const { src, boot, at, clock, mono } = JSON.parse(cause) as EventBody;
  const body: EventBody = {
    v: envelopeVersion,
    id: uuidV7(Date.parse(at)),
    src,
    type: "shed",
    category: "system",
    level: "none",
    boot,
    at,
    clock,
    mono,
    routing: ["site"],
    case: null,
    tries: 0,
    reasons: [],
    shed,
  };
  return JSON.stringify(body);
}
