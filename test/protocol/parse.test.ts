import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as parse from "../../src/protocol/parse.ts";
import { uuidV7 } from "../../src/protocol/uuid.ts";
import { envelope } from "../control-room/support/room.ts";

const epoch = uuidV7(1);
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const parsers = Object.entries(parse).filter(([name]) => name.startsWith("parse") && name !== "parserOf");

describe("parsing what a broker hands over", () => {
  it.each(parsers)("%s answers any bytes with a value or a refusal, never an exception", (_, parser) => {
    const run = parser as (payload: Uint8Array) => parse.Parsed<unknown>;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        expect(run(payload).ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(typeof run(Buffer.from(text)).ok).toBe("boolean");
      }),
    );
  });

  it("refuses a payload above 8 KiB before reading it, however well-formed", () => {
    const padded = Buffer.concat([bytes({ epoch, upTo: 1, have: [] }), Buffer.alloc(8192, 0x20)]);
    expect(parse.parseReceipt(padded)).toMatchObject({ ok: false, refusal: { code: "GL-4102" } });
  });

  it.each([
    ["not UTF-8", Buffer.from([0x22, 0xff, 0x22]), "GL-4103", ""],
    ["cut off", Buffer.from('{"epoch":'), "GL-4103", ""],
    ["a range with one end", bytes({ epoch, upTo: 1, have: [[2]] }), "GL-4104", "/have/0"],
    ["a number below the first", bytes({ epoch, upTo: 1, have: [[0, 3]] }), "GL-4104", "/have/0/0"],
    ["an epoch that is none", bytes({ epoch: "x", upTo: 1, have: [] }), "GL-4104", "/epoch"],
    ["a negative position", bytes({ epoch, upTo: -1, have: [] }), "GL-4104", "/upTo"],
  ] as const)("names the place in a receipt that is %s", (_, payload, code, path) => {
    expect(parse.parseReceipt(payload)).toMatchObject({ ok: false, refusal: { code, path } });
  });

  const birth = {
    state: "online",
    epoch,
    boot: epoch,
    session: 1,
    version: "1",
    configVersion: 0,
    seqHead: 2 ** 48,
    seqTail: 2 ** 48,
    challenge: "AAAAAAAAAAAAAAAAAAAAAA",
    clock: "synced",
  };
  it.each([2 ** 48 + 1, 2 ** 63, 1e300])("refuses %d where a database keeps a whole number", (huge) => {
    expect(parse.parseState(bytes(birth)).ok).toBe(true);
    for (const field of ["seqHead", "seqTail"])
      expect(parse.parseState(bytes({ ...birth, [field]: huge })).ok).toBe(false);
    const tombstone = (count: number) =>
      envelope("linqu/huaan/east-03", 2, { type: "shed", shed: { ranges: [[1, 1]], kind: "system", count } });
    expect(parse.parseEnvelope(bytes(tombstone(2 ** 48))).ok).toBe(true);
    expect(parse.parseEnvelope(bytes(tombstone(huge)))).toMatchObject({ refusal: { path: "/shed/count" } });
  });

  it("ignores fields that it does not know, so that lanes and centre can be upgraded apart", () => {
    expect(parse.parseReceipt(bytes({ epoch, upTo: 4, have: [], newer: true }))).toMatchObject({
      ok: true,
      value: { upTo: 4 },
    });
  });

  it("throws before the program sends something above the cap itself", () => {
    expect(() => parse.encode({ payload: "A".repeat(9000), protected: "A", signature: "A" })).toThrow(/GL-4102/);
  });
});
