/** One example of each message for the AsyncAPI document; a test holds them against the schemas and the signatures. */
import type { Envelope } from "./envelope.ts";
import type { DesiredClaims, OrderClaims } from "./orders.ts";
import type { Birth, CentreState, CountReport, Death, Receipt, Reported, Request, Result, Signed } from "./payloads.ts";
import type { OrderKind } from "./topics.ts";

const src = "linqu/huaan/east-03";
const epoch = "0171e7a2-1c00-7000-8000-5e0c4b1d2a01";
const boot = "0171e7a2-1b00-7000-8000-5e0c4b1d2a02";
const cid = "0a6f0c52-7d3e-4c39-9f1e-6a1b8f0d2c11";
const iat = 1_588_726_800;
const who = "Li, duty officer";

const birth: Birth = {
  state: "online",
  epoch,
  boot,
  session: 1,
  version: "0.1.0",
  configVersion: 7,
  seqHead: 52,
  seqTail: 41,
  challenge: "q83vASNFZ4mrze8BI0VniQ",
  clock: "synced",
};
const death: Death = { state: "offline", boot, session: 1 };

const event = {
  v: 1,
  src,
  boot,
  at: "2020-05-06T01:00:00.000Z",
  clock: "synced",
  epoch,
  late: false,
} as const;
const red: Envelope = {
  ...event,
  id: "0171e7a2-8e80-7000-8000-5e0c4b1d2a03",
  type: "red-code",
  category: "health",
  level: "red",
  mono: 3_600_000,
  seq: 41,
  routing: ["subdistrict", "epidemic-control"],
  case: "east-03-17",
  tries: 1,
  pseudonym: "9f86d081884c7d659a2feaa0c55ad015",
  reasons: ["red"],
};
const shed: Envelope = {
  ...event,
  id: "0171e7a2-8e80-7000-8000-5e0c4b1d2a04",
  type: "shed",
  category: "system",
  level: "none",
  mono: 3_600_100,
  seq: 42,
  routing: ["site"],
  case: null,
  tries: 0,
  reasons: [],
  shed: {
    ranges: [
      [3, 5],
      [9, 9],
    ],
    kind: "system",
    count: 4,
  },
};
const trouble: Envelope = {
  ...event,
  id: "0171e7a2-8e80-7000-8000-5e0c4b1d2a05",
  type: "trouble",
  category: "device",
  level: "none",
  mono: 3_600_200,
  seq: 43,
  routing: ["site"],
  case: null,
  tries: 0,
  reasons: [],
  detail: { code: "GL-2031" },
};
const receipt: Receipt = {
  epoch,
  upTo: 43,
  have: [
    [46, 48],
    [52, 52],
  ],
};
const request: Request = { epoch, from: 44, count: 2 };
const count: CountReport = {
  at: "2020-05-06T01:00:00.000Z",
  boot,
  device: { "outbox.alerts": 0, "reader.decodeP95Ms": 31 },
  persons: { granted: 37, "manual-check": 5 },
};
const done: Result = { cid, status: "done", reason: null, seq: 44 };
const refused: Result = { cid, status: "rejected", reason: "expired", seq: 45 };
const reported: Reported = { version: 7, digest: "0".repeat(64), status: "applied", reason: null, path: null };
const centre: CentreState = { state: "online", id: "centre-1" };

/** What `order` and `desired` say, signed with the key of RFC 8037, appendix A.1. */
export const signedClaims: { readonly order: OrderClaims; readonly desired: DesiredClaims } = {
  order: {
    cid,
    kind: "lockdown",
    target: src,
    iat,
    exp: iat + 60,
    ctr: iat * 1000,
    who,
    scope: "lane",
    until: iat + 600,
  },
  desired: { version: 7, target: src, iat, who, lockdown: { until: iat + 600 }, documents: {}, values: {} },
};
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const order: Signed = {
  payload: base64url(signedClaims.order),
  protected: base64url({ alg: "EdDSA", kid: "op-1", typ: "greenlane-order" }),
  signature: "nOAeeVl8uj9LWu3RzfGWskO_D6RozvQmZjbGqmoXrnVcXtCfMctUP1vlmjqtikWNXoq0Hr_Y8yri1skahKjzBg",
};
const desired: Signed = {
  payload: base64url(signedClaims.desired),
  protected: base64url({ alg: "EdDSA", kid: "conf-1", typ: "greenlane-config" }),
  signature: "4d0JPkcG7uqfv_jqiQfO1QhBJvldM9GUY1iZoJIxLqggSuQ9C52X_tNETZDMLVwbH5OdtySdLiCGOfUcC0XkBA",
};

/** By the name of the message. Orders of other kinds look like the lockdown. */
export const examples: Readonly<Record<string, readonly unknown[]>> = {
  state: [birth, death],
  alert: [red, shed],
  system: [trouble],
  receipt: [receipt],
  request: [request],
  count: [count],
  ["command-lockdown" satisfies `command-${OrderKind}`]: [order],
  result: [done, refused],
  desired: [desired],
  reported: [reported],
  centre: [centre],
};
