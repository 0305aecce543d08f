/**
 * Every payload but the envelope (envelope.ts) and what stands inside a signature (orders.ts): the schemas from which
 * types, validators, JSON Schema and the AsyncAPI document come.
 *
 * Objects are open: a receiver ignores fields that it does not know, so that a newer lane can report to an older
 * centre. What is signed is closed: an order that says more than the lane understands is refused.
 */
import Type, { type Static } from "typebox";
import { mostRanges } from "./ranges.ts";
import { idPattern } from "./topics.ts";
import { uuidPattern } from "./uuid.ts";

export const Uuid = Type.String({ pattern: uuidPattern, description: "UUID in lower case" });
export const Time = Type.String({
  pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$",
  description: "ISO 8601 in UTC",
});
/** Far above any count of events, and far below where a whole number stops being exact. */
export const highestSeq = 2 ** 48;
export const Seq = Type.Integer({
  minimum: 1,
  maximum: highestSeq,
  description: "Place in the epoch, from 1, without holes",
});
export const SeqRange = Type.Tuple([Seq, Seq], { description: "From and to, both included" });
const Session = Type.Integer({
  minimum: 0,
  maximum: 2 ** 31,
  description: "Counts the connections of one boot, so that the will of an older one cannot mark a newer one dead",
});

export const Birth = Type.Object(
  {
    state: Type.Literal("online"),
    epoch: Uuid,
    boot: Uuid,
    session: Session,
    version: Type.String({ maxLength: 40, description: "Version of the lane's program" }),
    configVersion: Type.Integer({
      minimum: 0,
      description: "Version of the desired configuration last applied; 0: none",
    }),
    seqHead: Type.Integer({
      minimum: 0,
      maximum: highestSeq,
      description: "Highest sequence number given out; 0: none",
    }),
    seqTail: Type.Integer({
      minimum: 0,
      maximum: highestSeq,
      description: "Lowest one still held; 0: none. Below it nothing can be asked for",
    }),
    challenge: Type.String({
      pattern: "^[A-Za-z0-9_-]{22}$",
      description: "128 random bits for orders without a trusted clock",
    }),
    clock: Type.Enum(["synced", "holdover", "unsynced"]),
  },
  { description: "The lane is here: published after each connect, and again when the challenge changes" },
);
export type Birth = Static<typeof Birth>;

export const Death = Type.Object(
  {
    state: Type.Literal("offline"),
    boot: Uuid,
    session: Session,
    planned: Type.Optional(Type.Literal(true, { description: "An ordered stop; the last will has no such field" })),
  },
  { description: "The lane is gone: its last will, or said before an ordered stop" },
);
export type Death = Static<typeof Death>;

export const State = Type.Union([Birth, Death]);
export type State = Static<typeof State>;

export const CentreState = Type.Object(
  { state: Type.Enum(["online", "offline"]), id: Type.String({ pattern: idPattern }), at: Type.Optional(Time) },
  { description: "A collector of the centre is here or gone (its will); the lane keeps everything either way" },
);
export type CentreState = Static<typeof CentreState>;

export const Receipt = Type.Object(
  {
    epoch: Uuid,
    upTo: Type.Integer({
      minimum: 0,
      maximum: highestSeq,
      description: "The centre has every number up to this one on its disk",
    }),
    have: Type.Array(SeqRange, { maxItems: mostRanges, description: "And these beyond it" }),
  },
  { description: "Sent after the centre's own durable commit; the only thing on which the lane deletes" },
);
export type Receipt = Static<typeof Receipt>;

export const Request = Type.Object(
  { epoch: Uuid, from: Seq, count: Type.Integer({ minimum: 1, maximum: 200 }) },
  { description: "Send these again" },
);
export type Request = Static<typeof Request>;

const Figures = (description: string) =>
  Type.Record(Type.String({ pattern: "^[a-zA-Z][a-zA-Z0-9.-]{0,47}$" }), Type.Number(), {
    additionalProperties: false,
    maxProperties: 100,
    description,
  });
export const CountReport = Type.Object(
  {
    at: Time,
    boot: Uuid,
    device: Figures("Decode times, sensor age, queue depth"),
    persons: Type.Optional(
      Figures("Persons by outcome in the quarter-hour that ended; cells of 1 to 4 went into the next quarter"),
    ),
  },
  { description: "Figures without any identifier; lost without harm" },
);
export type CountReport = Static<typeof CountReport>;

export const resultStatuses = ["accepted", "done", "rejected", "expired", "duplicate"] as const;
export const refusalReasons = [
  "malformed",
  "too-big",
  "retained",
  "bad-signature",
  "unknown-key",
  "key-not-allowed",
  "second-key-missing",
  "other-target",
  "other-kind",
  "expired",
  "not-yet",
  "life-too-long",
  "counter",
  "no-trusted-clock",
  "no-until",
  "stale-version",
  "lane",
  "interrupted",
  "not-stored",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export const Cid = Type.String({ pattern: "^[A-Za-z0-9-]{8,64}$", description: "The order's own id" });
export const Result = Type.Object(
  {
    cid: Cid,
    status: Type.Enum([...resultStatuses]),
    reason: Type.Union([Type.Enum([...refusalReasons]), Type.Null()]),
    detail: Type.Optional(Type.String({ maxLength: 200, pattern: "^[\\x20-\\x7e]*$" })),
    seq: Type.Union([Seq, Type.Null()], { description: "The event in which the lane recorded it" }),
    was: Type.Optional(Type.Enum([...resultStatuses], { description: "With `duplicate`: how the first one ended" })),
  },
  { description: "What became of an order" },
);
export type Result = Static<typeof Result>;

export const Reported = Type.Object(
  {
    version: Type.Integer({ minimum: 0 }),
    digest: Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of the signed payload" }),
    status: Type.Enum(["applied", "rejected"]),
    reason: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
    path: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
  },
  { description: "What the lane made of the desired configuration" },
);
export type Reported = Static<typeof Reported>;

const Base64Url = (maxLength: number) => Type.String({ pattern: "^[A-Za-z0-9_-]+$", maxLength });
export const FlattenedJws = Type.Object(
  { payload: Base64Url(6000), protected: Base64Url(400), signature: Base64Url(120) },
  { additionalProperties: false, description: "Flattened JWS (RFC 7515, 7.2.2), EdDSA, kid in the protected header" },
);
export const DoubleJws = Type.Object(
  {
    payload: Base64Url(6000),
    signatures: Type.Array(
      Type.Object({ protected: Base64Url(400), signature: Base64Url(120) }, { additionalProperties: false }),
      { minItems: 2, maxItems: 2 },
    ),
  },
  { additionalProperties: false, description: "The same payload signed by two keys (RFC 7515, 7.2.1)" },
);
export const Signed = Type.Union([FlattenedJws, DoubleJws]);
export type Signed = Static<typeof Signed>;
