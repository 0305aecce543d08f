/** A million hostile texts (`npm run fuzz`); ten thousand of the same run with `npm test` (test/pass/hostile.test.ts). */
import fc from "fast-check";
import { expect, it } from "vitest";
import { recognise } from "../../src/core/code/recognise.ts";
import { createKeyRing } from "../../src/pass/key-ring.ts";
import { createSigningKey, trustedKeyOf } from "../../src/pass/keys.ts";
import { verifyPass } from "../../src/pass/verify.ts";
import { at, hostileTexts } from "./hostile-codes.ts";

const RUNS = Number(process.env.GREENLANE_FUZZ_RUNS ?? 1_000_000);

it(`takes ${RUNS} hostile texts without a throw and believes none`, () => {
  const key = createSigningKey();
  const ring = createKeyRing([trustedKeyOf(createSigningKey(), { kids: [key.kid] })]);
  fc.assert(
    fc.property(hostileTexts(key), (text) => {
      recognise(text);
      expect(verifyPass(text, ring, at).signer).toBeNull();
    }),
    { numRuns: RUNS },
  );
});
