/** The envelope of an event on `/event/alert` and `/event/system`. Identity is `(src, epoch, seq)`. */
import Type, { type Static } from "typebox";
import { eventTypes } from "../core/events.ts";
import { reasonCodes } from "../core/flow.ts";
import { highestSeq, Seq, SeqRange, Time, Uuid } from "./payloads.ts";
import { mostRanges } from "./ranges.ts";
import { lanePattern } from "./topics.ts";
import { uuidPattern } from "./uuid.ts";
import { envelopeVersion } from "./version.ts";

export const Shed = Type.Object(
  {
    ranges: Type.Array(SeqRange, { minItems: 1, maxItems: mostRanges }),
    kind: Type.Literal("system"),
    count: Type.Integer({ minimum: 1, maximum: highestSeq }),
    epoch: Type.Optional(
      Type.String({
        pattern: uuidPattern,
        description: "Whose numbers they are, where not of the event's own epoch: an older one of the same lane",
      }),
    ),
  },
  { description: "A tombstone: these numbers were given up for want of space and will never come" },
);
export type Shed = Static<typeof Shed>;

const ShortText = Type.String({ maxLength: 120 });

/** What is stored: all of the envelope that is known when the event is put away. */
export const EventBody = Type.Object({
  v: Type.Literal(envelopeVersion),
  id: Uuid,
  src: Type.String({ pattern: lanePattern, description: "district/site/lane" }),
  type: Type.Enum([...eventTypes]),
  category: Type.Enum(["health", "security", "safety", "device", "system"]),
  level: Type.Enum(["none", "yellow", "red"]),
  boot: Uuid,
  at: Time,
  clock: Type.Enum(["synced", "holdover", "unsynced"]),
  mono: Type.Integer({
    minimum: 0,
    description: "Milliseconds since the boot named; orders events where the clock is wrong",
  }),
  routing: Type.Array(Type.Enum(["subdistrict", "epidemic-control", "site"]), { maxItems: 3 }),
  case: Type.Union([Type.String({ maxLength: 64 }), Type.Null()], {
    description: "Events of one person within ten minutes share it",
  }),
  tries: Type.Integer({ minimum: 0 }),
  subject: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$",
      maxLength: 2000,
      description: "Compact JWE, ECDH-ES on P-256 with A256GCM, to the district's key",
    }),
  ),
  pseudonym: Type.Optional(
    Type.String({
      pattern: "^[0-9a-f]{32}$",
      description: "HMAC-SHA256 of the pass id with the key of the day, first 128 bits",
    }),
  ),
  temperature: Type.Optional(Type.Number({ description: "°C, to one decimal" })),
  reasons: Type.Array(Type.Enum([...reasonCodes]), { maxItems: 30 }),
  who: Type.Optional(Type.String({ maxLength: 64, description: "Staff id or the key of an order" })),
  detail: Type.Optional(
    Type.Record(
      Type.String({ pattern: "^[a-zA-Z][a-zA-Z0-9.-]{0,47}$" }),
      Type.Union([ShortText, Type.Number(), Type.Boolean()]),
      {
        additionalProperties: false,
        maxProperties: 20,
        description: "Closed texts and numbers",
      },
    ),
  ),
  shed: Type.Optional(Shed),
});
export type EventBody = Static<typeof EventBody>;

export const Envelope = Type.Object(
  {
    ...EventBody.properties,
    epoch: Uuid,
    seq: Seq,
    late: Type.Boolean({ description: "Sent more than 30 s after it happened, or by a later boot" }),
  },
  { description: "An event with its place; `(src, epoch, seq)` is its identity" },
);
export type Envelope = Static<typeof Envelope>;
