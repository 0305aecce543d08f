/** What of an `HC1:` certificate is decided by its key's certificate and by its content, beside the published sets. */
import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { instantFromIso } from "../../src/core/units.ts";
import { coseNumber, makeSignature } from "../../src/pass/algorithms.ts";
import { encodeBase45 } from "../../src/pass/base45.ts";
import { encodeCbor } from "../../src/pass/cbor.ts";
import { writeSign1 } from "../../src/pass/cose.ts";
import { deflate } from "../../src/pass/inflate.ts";
import { createKeyRing } from "../../src/pass/key-ring.ts";
import { fromCertificate, readSigningKey, type TrustedKey, trustedKeyOf } from "../../src/pass/keys.ts";
import { type Checks, verifyPass } from "../../src/pass/verify.ts";
import { createAuthority } from "../support/certificates.ts";

const at = instantFromIso("2021-06-01T12:00:00Z");
const authority = createAuthority("Health authority");
const TEST = "1.3.6.1.4.1.1847.2021.1.1";
const VACCINATION = "1.3.6.1.4.1.0.1847.2021.1.2";
const TRAVEL_DOCUMENTS = "2.23.136.1.1.14.2";
const ANY = "2.5.29.37.0";

interface Issuer {
  readonly trusted: TrustedKey;
  sign(content: unknown): string;
}

/** A signer of certificates whose own certificate names these usages; null: no such extension. */
function issuer(usages: readonly string[] | null): Issuer {
  const { certificate, key } = authority.issue("signer", usages);
  const trusted = fromCertificate(new X509Certificate(certificate));
  const signing = readSigningKey(key);
  return {
    trusted,
    sign(content) {
      const claims = new Map<number, unknown>([
        [1, "XA"],
        [4, at / 1000 + 86_400],
        [6, at / 1000 - 60],
        [-260, new Map([[1, content]])],
      ]);
      const kid = Buffer.from(trusted.kids[0] ?? "", "hex");
      const cose = writeSign1({ alg: coseNumber("ES256"), kid }, encodeCbor(claims), (data) =>
        makeSignature(signing, data),
      );
      return `HC1:${encodeBase45(deflate(cose))}`;
    },
  };
}

const vaccination = {
  tg: "840539006",
  vp: "1119349007",
  mp: "EU/1/20/1528",
  ma: "ORG-100030215",
  dn: 2,
  sd: 2,
  dt: "2021-05-18",
  co: "AT",
  is: "Ministry of Health",
  ci: "URN:UVCI:01:AT:1",
};
const test = {
  tg: "840539006",
  tt: "LP6464-4",
  sc: "2021-05-31T08:29:51Z",
  tr: "260415000",
  tc: "Centre 1",
  co: "AT",
  is: "Ministry of Health",
  ci: "URN:UVCI:01:AT:2",
};
const person = { ver: "1.3.0", nam: { fnt: "MUSTER", gnt: "EVA" }, dob: "1998-02-26" };
const checksOf = (text: string, ...keys: readonly TrustedKey[]): Checks =>
  verifyPass(text, createKeyRing(keys), at).checks;

describe("key usage of a foreign certificate", () => {
  it.each<[string, readonly string[] | null, boolean]>([
    ["no usage at all", null, true],
    ["an empty list (CO15)", [], true],
    ["vaccinations", [VACCINATION], true],
    ["tests", [TEST], false],
    ["tests and vaccinations", [TEST, VACCINATION], true],
    ["travel documents alone", [TRAVEL_DOCUMENTS], false],
    ["any usage", [TRAVEL_DOCUMENTS, ANY], true],
  ])("with %s in the signer's: a vaccination is signed, and allowed: %s", (_, usages, allowed) => {
    const { trusted, sign } = issuer(usages);
    const checks = checksOf(sign({ ...person, v: [vaccination] }), trusted);
    expect(checks).toMatchObject({ structure: true, signature: true, validity: true, keyUsage: allowed });
  });

  it("is that of the certificates trusted where the key id is none of theirs, and the signature is open", () => {
    const { sign } = issuer([VACCINATION]);
    const [tests, vaccinations] = [issuer([TEST]).trusted, issuer([VACCINATION]).trusted];
    const text = sign({ ...person, v: [vaccination] });
    expect(checksOf(text, tests)).toMatchObject({ signature: null, keyUsage: false });
    expect(checksOf(text, tests, vaccinations)).toMatchObject({ signature: null, keyUsage: true });
    expect(checksOf(text)).toMatchObject({ signature: null, keyUsage: null });
  });

  it("is that of the key that signed where several have the id", () => {
    const { trusted, sign } = issuer([TEST]);
    const other = trustedKeyOf(issuer(null).trusted, { kids: trusted.kids });
    const text = sign({ ...person, v: [vaccination] });
    expect(checksOf(text, other, trusted)).toMatchObject({ signature: true, keyUsage: false });
    expect(checksOf(text, other)).toMatchObject({ signature: false, keyUsage: true });
  });
});

describe("the content of a foreign certificate", () => {
  const { trusted, sign } = issuer(null);
  it.each<[string, object, boolean]>([
    ["a vaccination", { v: [vaccination] }, true],
    ["a vaccination with a time of day", { v: [{ ...vaccination, dt: "2021-05-18T00:00:00+02:00" }] }, true],
    ["a holder outside of EMA's register", { v: [{ ...vaccination, ma: "Sinovac-Biotech" }] }, true],
    ["a holder's number that is too short (PL 9)", { v: [{ ...vaccination, ma: "ORG-99999999" }] }, false],
    ["a country that there is not (PL 8)", { v: [{ ...vaccination, co: "XY" }] }, false],
    ["an institution in place of a country", { v: [{ ...vaccination, co: "UNHCR" }] }, true],
    ["a test", { t: [test] }, true],
    ["a test sampled on a day alone", { t: [{ ...test, sc: "2021-05-31" }] }, false],
    ["a vaccination and a test", { v: [vaccination], t: [test] }, false],
    ["two vaccinations", { v: [vaccination, vaccination] }, false],
    ["no statement", {}, false],
    ["a birth date that is a year (1.3.0)", { v: [vaccination], dob: "1998" }, true],
    ["no birth date (1.3.0)", { v: [vaccination], dob: "" }, true],
    ["a birth date that is none", { v: [vaccination], dob: "1963-xx-xx" }, false],
    ["a name in other letters", { v: [vaccination], nam: { fnt: "Muster" } }, false],
    ["no name", { v: [vaccination], nam: null }, false],
    ["no version", { v: [vaccination], ver: undefined }, false],
  ])("%s follows the schema or does not", (_, given, follows) => {
    const content = Object.fromEntries(
      Object.entries({ ...person, ...given }).filter(([, value]) => value !== undefined),
    );
    expect(checksOf(sign(content), trusted)).toMatchObject({ cbor: true, structure: follows, signature: true });
  });
});
