import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant, instantFromIso } from "../../src/core/units.ts";
import { algorithms } from "../../src/pass/algorithms.ts";
import { type PassClaims, passHolders, passMedia, passStatuses } from "../../src/pass/claims.ts";
import { issuePass, newClaims } from "../../src/pass/issue.ts";
import { createKeyRing } from "../../src/pass/key-ring.ts";
import {
  createSigningKey,
  privatePem,
  publicPem,
  readSigningKey,
  readTrustedKeys,
  trustedKeyOf,
} from "../../src/pass/keys.ts";
import { verifyPass } from "../../src/pass/verify.ts";

const at = instantFromIso("2020-04-26T08:00:00+08:00");
const whole = {
  prefix: true,
  base45: true,
  inflate: true,
  cbor: true,
  structure: true,
  signature: true,
  keyUsage: true,
  validity: true,
};

describe.each(algorithms)("a pass signed with %s", (alg) => {
  const key = createSigningKey(alg);
  const ring = createKeyRing([trustedKeyOf(key)]);
  const claims = newClaims({ issuer: "CN-37", subject: "s-1", status: "green" }, at);

  it("passes every check and says what was signed", () => {
    const report = verifyPass(issuePass(claims, key), ring, at);
    expect(report.checks).toEqual(whole);
    expect(report.opened.claims).toEqual(claims);
  });

  it("fails by its signature alone where another key with the same id is believed", () => {
    const other = trustedKeyOf(createSigningKey(alg), { kids: [key.kid] });
    const report = verifyPass(issuePass(claims, key), createKeyRing([other]), at);
    expect(report.checks).toEqual({ ...whole, signature: false });
    expect(report.keyKnown).toBe(true);
  });

  it("is verified by the right one of several keys with the same id", () => {
    const others = algorithms.map((each) => trustedKeyOf(createSigningKey(each), { kids: [key.kid] }));
    const report = verifyPass(issuePass(claims, key), createKeyRing([...others, trustedKeyOf(key)]), at);
    expect(report.checks.signature).toBe(true);
  });

  it("says nothing about signature and key usage where the key id is unknown", () => {
    const report = verifyPass(issuePass(claims, key), createKeyRing([]), at);
    expect(report.checks).toEqual({ ...whole, signature: null, keyUsage: null });
  });

  it("is signed and verified the same with keys that went through files", () => {
    const again = readSigningKey(privatePem(key));
    expect(again.kid).toBe(key.kid);
    const trusted = readTrustedKeys(Buffer.from(publicPem(key)));
    expect(verifyPass(issuePass(claims, again), createKeyRing(trusted), at).checks).toEqual(whole);
    const der = key.object.export({ type: "spki", format: "der" });
    expect(verifyPass(issuePass(claims, again), createKeyRing(readTrustedKeys(der)), at).checks).toEqual(whole);
  });
});

describe("any claims", () => {
  const key = createSigningKey();
  const ring = createKeyRing([trustedKeyOf(key)]);
  const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((value) => instant(value * 1000));
  const claims: fc.Arbitrary<PassClaims> = fc.record({
    issuer: fc.string({ minLength: 1, maxLength: 30 }),
    subject: fc.string({ minLength: 1, maxLength: 30 }),
    issuedAt: second,
    expiresAt: second,
    passId: fc.uint8Array({ minLength: 4, maxLength: 32 }).map((id) => Buffer.from(id).toString("hex")),
    status: fc.constantFrom(...passStatuses),
    medium: fc.constantFrom(...passMedia),
    forWhom: fc.constantFrom(...passHolders),
  });

  it("come back as they were signed", () => {
    fc.assert(
      fc.property(claims, (given) => {
        const { opened, checks } = verifyPass(issuePass(given, key), ring, at);
        expect(opened.claims).toEqual(given);
        expect(checks.signature).toBe(true);
      }),
    );
  });

  it("are not believed once any one character of the text is another", () => {
    const text = issuePass(newClaims({ issuer: "CN-37", subject: "s", status: "red" }, at), key);
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    for (let i = 4; i < text.length; i++) {
      const swapped = alphabet.charAt((alphabet.indexOf(text.charAt(i)) + 1) % 45);
      const report = verifyPass(text.slice(0, i) + swapped + text.slice(i + 1), ring, at);
      expect(report.signer, `character ${i}`).toBeNull();
    }
  });
});
