/** Hostile texts: arbitrary bytes, and honest passes and certificates with each layer broken in turn. */
import fc from "fast-check";
import { instant } from "../../src/core/units.ts";
import { encodeBase45 } from "../../src/pass/base45.ts";
import { deflate } from "../../src/pass/inflate.ts";
import { issuePass, newClaims } from "../../src/pass/issue.ts";
import { createSigningKey, type SigningKey } from "../../src/pass/keys.ts";

export const at = instant(Date.UTC(2020, 4, 6));
const prefix = fc.constantFrom("HP1:", "HC1:");

/** Bytes at every layer: as text, as Base45, as zlib, as CBOR. */
export function hostileTexts(key: SigningKey = createSigningKey()): fc.Arbitrary<string> {
  const honest = issuePass(newClaims({ issuer: "CN-37", subject: "s", status: "green" }, at), key);
  const bytes = fc.uint8Array({ maxLength: 400 });
  const cbor = fc.oneof(
    bytes,
    // COSE-like beginnings reach further in.
    bytes.map((rest) => Buffer.concat([Buffer.from("d28443a10126a0", "hex"), rest])),
    fc
      .tuple(bytes, bytes)
      .map(([claims, rest]) =>
        Buffer.concat([
          Buffer.from("d28443a10126a059", "hex"),
          Uint8Array.of(claims.length >> 8, claims.length & 255),
          claims,
          rest,
        ]),
      ),
  );
  return fc.oneof(
    bytes.map((each) => Buffer.from(each).toString("utf8")),
    bytes.map((each) => Buffer.from(each).toString("latin1")),
    fc.tuple(prefix, fc.string({ maxLength: 300 })).map(([head, tail]) => head + tail),
    fc.tuple(prefix, bytes).map(([head, each]) => head + encodeBase45(each)),
    fc.tuple(prefix, cbor).map(([head, each]) => head + encodeBase45(deflate(each))),
    fc
      .tuple(prefix, fc.nat(honest.length - 5), fc.string({ minLength: 1, maxLength: 3 }))
      .map(([head, place, put]) => head + honest.slice(4, 4 + place) + put + honest.slice(5 + place)),
    fc.nat(honest.length).map((length) => honest.slice(0, length)),
    fc
      .tuple(fc.constantFrom("https://", "WIFI:", "000201", "PLACE:", "shc:/", "www."), fc.string({ maxLength: 300 }))
      .map(([head, tail]) => head + tail),
  );
}
