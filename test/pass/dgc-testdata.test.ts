/** The certificates that the EU's states published for testing each other (dgc-testdata, Apache-2.0), case by case. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { instantFromIso } from "../../src/core/units.ts";
import { createKeyRing } from "../../src/pass/key-ring.ts";
import { readTrustedKeys } from "../../src/pass/keys.ts";
import { type Checks, verifyPass } from "../../src/pass/verify.ts";
import { testData } from "../support/test-data.ts";

interface Case {
  readonly PREFIX?: string;
  readonly TESTCTX: { readonly CERTIFICATE?: string | null; readonly VALIDATIONCLOCK?: string | null };
  readonly EXPECTEDRESULTS: Readonly<Record<string, boolean | null>>;
}

/** Which of our checks an expectation is about. */
const about: Readonly<Record<string, keyof Checks>> = {
  EXPECTEDUNPREFIX: "prefix",
  EXPECTEDB45DECODE: "base45",
  EXPECTEDCOMPRESSION: "inflate",
  EXPECTEDDECODE: "cbor",
  EXPECTEDSCHEMAVALIDATION: "structure",
  EXPECTEDVERIFY: "signature",
  EXPECTEDKEYUSAGE: "keyUsage",
  EXPECTEDEXPIRATIONCHECK: "validity",
};

/** Faulty by the publishers' own list (`known_issues.csv`), where our answer differs from the file's, and why ours stands. */
const faulty: readonly (readonly [file: RegExp, expectation: string, reason: string])[] = [
  [/^ES\/.*\/40[123]\.json$/, "EXPECTEDVERIFY", "issue 228: a P-384 key signed, while the header says ES256"],
];

const folder = testData("dgc-testdata");
if (folder === null) describe.skip("dgc-testdata is not beside the repository: its cases are left out", () => {});
else {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  describe("dgc-testdata", () => {
    it.each(names.sort())("%s", (name) => {
      const given = JSON.parse(readFileSync(join(folder, name), "utf8")) as Case;
      if (given.PREFIX === undefined) return;
      const { CERTIFICATE: certificate, VALIDATIONCLOCK: clock } = given.TESTCTX;
      const keys = typeof certificate === "string" ? readTrustedKeys(Buffer.from(certificate, "base64")) : [];
      const at = typeof clock === "string" ? instantFromIso(/T[^Z+-]*$/.test(clock) ? `${clock}Z` : clock) : null;
      const { checks } = verifyPass(given.PREFIX, createKeyRing(keys), at);
      const wrong: string[] = [];
      for (const [expectation, check] of Object.entries(about)) {
        const expected = given.EXPECTEDRESULTS[expectation];
        if (expected === undefined || expected === null) continue;
        if (faulty.some(([file, what]) => file.test(name) && what === expectation)) continue;
        if ((checks[check] === true) !== expected) wrong.push(`${expectation}=${expected} ${JSON.stringify(checks)}`);
      }
      expect(wrong).toEqual([]);
    });
  });
}
