import { beforeAll, describe, expect, it } from "vitest";
import {
  type DesiredClaims,
  type OrderClaims,
  SignatureCheck,
  signDesired,
  signOrder,
} from "../../src/protocol/orders.ts";
import { orderKeys } from "../support/keys.ts";

const claims: OrderClaims = {
  cid: "0123456789abcdef",
  kind: "release",
  target: "linqu/mall-1/lane-1",
  iat: 1_587_949_200,
  exp: 1_587_949_205,
  ctr: 1,
  who: "operator 7",
  scope: "lane",
};
const desired: DesiredClaims = {
  version: 1,
  target: claims.target,
  iat: 1,
  who: "x",
  lockdown: null,
  documents: {},
  values: {},
};
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe("a signed order", () => {
  let operator: Awaited<ReturnType<typeof orderKeys>>;
  let second: Awaited<ReturnType<typeof orderKeys>>;
  let stranger: Awaited<ReturnType<typeof orderKeys>>;
  let check: SignatureCheck;
  beforeAll(async () => {
    operator = await orderKeys("op-1");
    second = await orderKeys("conf-1", "configuration");
    stranger = await orderKeys("op-1");
    check = new SignatureCheck([operator.believed, second.believed]);
  });

  it("is believed with one key, and with two, which are named", async () => {
    expect(await check.order(bytes(await signOrder(claims, [operator.signing])))).toMatchObject({ ok: true, claims });
    const both = await check.order(bytes(await signOrder(claims, [operator.signing, second.signing])));
    expect(both.ok && both.signers.map((key) => key.kid)).toEqual(["op-1", "conf-1"]);
  });

  it("is refused as a bad signature from another key with the same name, and named by its claimed cid", async () => {
    const answer = await check.order(bytes(await signOrder(claims, [stranger.signing])));
    expect(answer).toEqual({ ok: false, reason: "bad-signature", cid: claims.cid });
  });

  it("is refused when any character of any part is another", async () => {
    const genuine = await signOrder(claims, [operator.signing]);
    if ("signatures" in genuine) throw new Error("one key makes a flattened JWS");
    for (const part of ["payload", "protected", "signature"] as const) {
      for (let at = 0; at < genuine[part].length; at += 7) {
        const other = genuine[part][at] === "A" ? "B" : "A";
        const text = genuine[part].slice(0, at) + other + genuine[part].slice(at + 1);
        const changed = Buffer.from(text, "base64url").equals(Buffer.from(genuine[part], "base64url"));
        const answer = await check.order(bytes({ ...genuine, [part]: text }));
        if (!changed) expect(answer.ok, `${part} ${at}`).toBe(false);
      }
    }
  });

  it("is refused when the same key signs twice, when a key is unknown, and when the algorithm is none", async () => {
    expect(await check.order(bytes(await signOrder(claims, [operator.signing, operator.signing])))).toMatchObject({
      reason: "second-key-missing",
    });
    const unknown = await orderKeys("op-9");
    expect(await check.order(bytes(await signOrder(claims, [unknown.signing])))).toMatchObject({
      reason: "unknown-key",
    });
    const genuine = await signOrder(claims, [operator.signing]);
    const none = Buffer.from(JSON.stringify({ alg: "none", kid: "op-1", typ: "greenlane-order" })).toString(
      "base64url",
    );
    expect(await check.order(bytes({ ...genuine, protected: none }))).toMatchObject({ reason: "bad-signature" });
  });

  it("cannot be a configuration, nor a configuration an order", async () => {
    expect(await check.order(bytes(await signDesired(desired, second.signing)))).toMatchObject({
      reason: "bad-signature",
    });
    expect(await check.desired(bytes(await signOrder(claims, [operator.signing])))).toMatchObject({
      reason: "bad-signature",
    });
    expect(await check.desired(bytes(await signDesired(desired, second.signing)))).toMatchObject({
      ok: true,
      claims: desired,
    });
  });

  it.each([
    ["an unknown field", { ...claims, also: 1 }],
    ["a wildcard target", { ...claims, target: "linqu/+/lane-1" }],
    ["a kind that is none", { ...claims, kind: "free" }],
    ["a counter of zero", { ...claims, ctr: 0 }],
    ["control characters in the name", { ...claims, who: "a\u001b[2J" }],
  ])("that is genuine but says %s is malformed", async (_, wrong) => {
    expect(await check.order(bytes(await signOrder(wrong as OrderClaims, [operator.signing])))).toMatchObject({
      reason: "malformed",
    });
  });

  it("is refused without an exception for bytes that are nothing", async () => {
    for (const junk of [
      "",
      "null",
      "{}",
      "[]",
      '{"payload":1}',
      "\ud800",
      '{"payload":"!","protected":"e30","signature":"AA"}',
    ])
      expect((await check.order(Buffer.from(junk))).ok, junk).toBe(false);
    expect(await check.order(Buffer.alloc(8193, 0x20))).toMatchObject({ reason: "too-big" });
  });
});
