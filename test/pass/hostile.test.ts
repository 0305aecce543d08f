import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_TEXT_LENGTH } from "../../src/core/code/caps.ts";
import { recognise } from "../../src/core/code/recognise.ts";
import { decodeBase45, encodeBase45 } from "../../src/pass/base45.ts";
import { decodeCbor } from "../../src/pass/cbor.ts";
import { createKeyRing } from "../../src/pass/key-ring.ts";
import { createSigningKey, trustedKeyOf } from "../../src/pass/keys.ts";
import { verifyPass } from "../../src/pass/verify.ts";
import { at, hostileTexts } from "../fuzz/hostile-codes.ts";

describe("hostile texts", () => {
  it("never throw, are never believed, and always have a format: ten thousand of them", () => {
    const key = createSigningKey();
    const ring = createKeyRing([trustedKeyOf(createSigningKey(), { kids: [key.kid] })]);
    fc.assert(
      fc.property(hostileTexts(key), (text) => {
        expect(recognise(text).format).toBeTypeOf("string");
        expect(verifyPass(text, ring, at).signer).toBeNull();
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);

  /** Work per character of a text twice as long is about the same: a quadratic path would double it, thirty-two times over. */
  it.each<[string, (length: number) => string]>([
    ["colons", (length) => ":".repeat(length)],
    ["slashes of an address", (length) => `https://${"/".repeat(length)}`],
    ["at signs of an address", (length) => `https://${"@".repeat(length)}`],
    ["dots of a host", (length) => `https://${"a.".repeat(length / 2)}`],
    ["the beginning of a merchant's code", (length) => `000201${"6304".repeat(length / 4)}`],
    ["words of a place", (length) => `https://a/${"place/".repeat(length / 6)}`],
    ["a scheme", (length) => "a".repeat(length)],
  ])("made of %s are looked at no further than the cap", (_, make) => {
    const long = make(1_000_000);
    expect(recognise(long)).toEqual({ ...recognise(long.slice(0, MAX_TEXT_LENGTH)), tooLong: true });
  });

  it("nest no deeper than the cap, whatever the bytes say", () => {
    for (const byte of ["81", "9f", "a100", "bf00", "d2", "d83d"])
      expect(decodeCbor(Buffer.from(byte.repeat(8000), "hex"), "any")).toBeNull();
  });

  it("say how much they inflate to and are cut off there", () => {
    const bomb = encodeBase45(deflateSync(Buffer.alloc(5_000_000)));
    expect(decodeBase45(bomb)).not.toBeNull();
    expect(verifyPass(`HC1:${bomb}`, createKeyRing([]), at).checks).toMatchObject({ base45: true, inflate: false });
  });
});
