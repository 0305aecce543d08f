/**
 * The AsyncAPI 3 document of everything above, as a value: written to `config/asyncapi.json` by `npm run protocol`.
 * It is meant to be enough to write another control room without reading this code.
 */
import type { TSchema } from "typebox";
import { Envelope } from "./envelope.ts";
import { examples } from "./examples.ts";
import { guide } from "./guide.ts";
import { DesiredClaims, OrderClaims, orderLife } from "./orders.ts";
import { CentreState, CountReport, Receipt, Reported, Request, Result, Signed, State } from "./payloads.ts";
import { idPattern, orderKinds } from "./topics.ts";

/** One schema per message, by the name of its file in `config/messages/`. */
export const messageSchemas: Readonly<Record<string, TSchema>> = {
  state: State,
  event: Envelope,
  receipt: Receipt,
  request: Request,
  count: CountReport,
  result: Result,
  reported: Reported,
  signed: Signed,
  "order-claims": OrderClaims,
  "desired-claims": DesiredClaims,
  "centre-state": CentreState,
};

interface Row {
  readonly name: string;
  readonly topic: string;
  readonly schema: keyof typeof messageSchemas;
  readonly sender: "lane" | "centre";
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly life: number | null;
  readonly what: string;
}

const lane = "greenlane/v1/{district}/{site}/{lane}";
const rows: readonly Row[] = [
  {
    name: "state",
    topic: `${lane}/state`,
    schema: "state",
    sender: "lane",
    qos: 1,
    retain: true,
    life: null,
    what: "Birth after each connect; the last will says offline; an ordered stop says planned first. A death counts only for the boot and session that it names, and not for an older one.",
  },
  {
    name: "alert",
    topic: `${lane}/event/alert`,
    schema: "event",
    sender: "lane",
    qos: 1,
    retain: false,
    life: null,
    what: "Levels red and yellow of health, security and safety, and tombstones (type shed). Repeated until a receipt covers its seq, so drop duplicates by (src, epoch, seq); may arrive in any order.",
  },
  {
    name: "system",
    topic: `${lane}/event/system`,
    schema: "event",
    sender: "lane",
    qos: 1,
    retain: false,
    life: null,
    what: "Device and system events, in the same numbers as alerts. The first event of an epoch that follows a damaged one has code GL-4003 and says previousEpoch, previousHead and how many events were salvaged.",
  },
  {
    name: "receipt",
    topic: `${lane}/event/receipt`,
    schema: "receipt",
    sender: "centre",
    qos: 1,
    retain: false,
    life: 3600,
    what: "Send after your own durable commit, never before: the lane deletes on it. upTo counts from 1 without holes; ranges of tombstones count as had.",
  },
  {
    name: "request",
    topic: `${lane}/event/request`,
    schema: "request",
    sender: "centre",
    qos: 1,
    retain: false,
    life: 60,
    what: "Asks for a hole again. Below seqTail of the birth nothing can be had: it was confirmed once.",
  },
  {
    name: "count",
    topic: `${lane}/count`,
    schema: "count",
    sender: "lane",
    qos: 0,
    retain: false,
    life: 120,
    what: "Every 60 s. Persons by outcome only at quarter-hour boundaries; cells of 1 to 4 are merged into the next quarter.",
  },
  ...orderKinds.map(
    (kind): Row => ({
      name: `command-${kind}`,
      topic: `${lane}/command/${kind}`,
      schema: "signed",
      sender: "centre",
      qos: 1,
      retain: false,
      life: orderLife[kind],
      what: `A signed order (claims: #/components/schemas/order-claims, protected header alg EdDSA, kid, typ greenlane-order). exp - iat is at most ${orderLife[kind]} s. Never retained: a retained one is refused. A cid is acted upon once at most.`,
    }),
  ),
  {
    name: "result",
    topic: `${lane}/command/result`,
    schema: "result",
    sender: "lane",
    qos: 1,
    retain: false,
    life: 3600,
    what: "accepted, then done or rejected; duplicate with the stored end in `was`.",
  },
  {
    name: "desired",
    topic: `${lane}/config/desired`,
    schema: "signed",
    sender: "centre",
    qos: 1,
    retain: true,
    life: null,
    what: "Signed (claims: #/components/schemas/desired-claims, typ greenlane-config, a key of the role configuration). The version only grows. A lockdown stands here with its until, so that a lane that boots during it comes up locked.",
  },
  {
    name: "reported",
    topic: `${lane}/config/reported`,
    schema: "reported",
    sender: "lane",
    qos: 1,
    retain: true,
    life: null,
    what: "Version and digest applied, or rejected with the reason and the path.",
  },
  {
    name: "centre",
    topic: "greenlane/v1/{district}/centre/{centre}/state",
    schema: "centre-state",
    sender: "centre",
    qos: 1,
    retain: true,
    life: null,
    what: "Online, with a will that says offline. Lanes keep everything either way.",
  },
];

const reference = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });

function channel(row: Row) {
  const names = [...row.topic.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  return {
    address: row.topic,
    description: row.what,
    parameters: Object.fromEntries(names.map((name) => [name, { description: `Matches ${idPattern}` }])),
    messages: { [row.name]: reference("messages", row.name) },
  };
}

function operation(row: Row) {
  return {
    // Said from the control room's side: it sends what a centre sends and receives what a lane sends.
    action: row.sender === "centre" ? "send" : "receive",
    channel: { $ref: `#/channels/${row.name}` },
    messages: [{ $ref: `#/channels/${row.name}/messages/${row.name}` }],
    bindings: {
      mqtt: {
        qos: row.qos,
        retain: row.retain,
        ...(row.life === null ? {} : { messageExpiryInterval: row.life }),
        bindingVersion: "0.2.0",
      },
    },
  };
}

const by = <T>(make: (row: Row) => T): Record<string, T> =>
  Object.fromEntries(rows.map((row) => [row.name, make(row)]));

export function asyncApiDocument(): Record<string, unknown> {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Greenlane over MQTT",
      version: "1.0.0",
      description: guide,
    },
    defaultContentType: "application/json",
    channels: by(channel),
    operations: by(operation),
    components: {
      messages: by((row) => ({
        name: row.name,
        contentType: "application/json",
        payload: reference("schemas", row.schema),
        ...(examples[row.name] === undefined
          ? {}
          : { examples: examples[row.name]?.map((payload) => ({ payload: structuredClone(payload) })) }),
      })),
      schemas: structuredClone(messageSchemas),
    },
  };
}
