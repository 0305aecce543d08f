import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase45, encodeBase45 } from "../../src/pass/base45.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("Base45 (RFC 9285)", () => {
  // Sections 4.3 and 4.4.
  it.each([
    ["AB", "BB8"],
    ["Hello!!", "%69 VD92EX0"],
    ["base-45", "UJCLQE7W581"],
    ["ietf!", "QED8WEX0"],
    ["", ""],
  ])("encodes %j as %j and back", (plain, encoded) => {
    expect(encodeBase45(bytes(plain))).toBe(encoded);
    expect(decodeBase45(encoded)).toEqual(bytes(plain));
  });

  it.each([
    ["GGW0", "leaves one character over"],
    ["GGX", "is 65,536, one above two bytes (section 6)"],
    [":::", "is the largest triple"],
    ["%6", "is 276 in a last pair, above one byte"],
    ["bb8", "is in lower case"],
    ["BB8\n", "ends with a line feed"],
    ["AB_", "holds a character outside of the alphabet"],
    ["ÄBC", "holds a character above ASCII"],
    ["AB￿", "holds the last character of the plane"],
  ])("rejects %j, which %s", (text) => {
    expect(decodeBase45(text)).toBeNull();
  });

  it("takes the largest values of a triple and of a pair", () => {
    expect(decodeBase45("FGW")).toEqual(Uint8Array.of(0xff, 0xff));
    expect(decodeBase45("U5")).toEqual(Uint8Array.of(0xff));
  });

  it("gives back any bytes, and any text it accepts is the only one for its bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        expect(decodeBase45(encodeBase45(data))).toEqual(data);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0189AZ $%*+-./:a"), maxLength: 12 }), (text) => {
        const decoded = decodeBase45(text);
        if (decoded !== null) expect(encodeBase45(decoded)).toBe(text);
      }),
    );
  });
});
