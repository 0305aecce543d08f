/**
 * Texts for every kind of code that a script can ask for. Passes are really issued, with the rig's own key; foreign
 * codes are shapes that anybody could print.
 */
import { randomBytes } from "node:crypto";
import { days, type Instant, instant, minutes } from "../../src/core/units.ts";
import type { PassClaims } from "../../src/pass/claims.ts";
import { issuePass, newClaims } from "../../src/pass/issue.ts";
import type { SigningKey } from "../../src/pass/keys.ts";
import type { CodeKind } from "./script.ts";

export interface PrinterKeys {
  /** The lane trusts it. */
  readonly issuer: SigningKey;
  /** The lane has never heard of it. */
  readonly stranger: SigningKey;
}

const ago = (at: Instant, duration: number): Instant => instant(at - duration);

/** The text of one code, as it would be shown at `at`. `forFamily` marks the passes of a family's page. */
export function printCode(kind: CodeKind, at: Instant, keys: PrinterKeys, forFamily = false): string {
  const pass = (status: PassClaims["status"], given: Partial<PassClaims> = {}, key = keys.issuer): string => {
    const subject = randomBytes(8).toString("hex");
    const forWhom = forFamily ? "family" : "self";
    return issuePass(newClaims({ issuer: "rig", subject, status, forWhom, ...given }, given.issuedAt ?? at), key);
  };
  const printed = (issuedAt: Instant): string => pass("green", { medium: "paper", issuedAt });
  switch (kind) {
    case "green":
      return forFamily ? printed(ago(at, days(2))) : pass("green");
    case "yellow":
    case "red":
    case "pending":
      return pass(kind);
    case "green-paper":
      return printed(ago(at, days(3)));
    case "green-paper-old":
      return printed(ago(at, days(12.5)));
    case "expired":
      return pass("green", { issuedAt: ago(at, minutes(30)) });
    case "expired-paper":
      return printed(ago(at, days(15)));
    case "not-yet-valid":
      return pass("green", { issuedAt: instant(at + minutes(30)) });
    case "forged":
      // A stranger's signature under the issuer's key id: the key is known, and its signature fails.
      return pass("green", {}, { ...keys.stranger, kid: keys.issuer.kid });
    case "unknown-key":
      return pass("green", {}, keys.stranger);
    case "malformed":
      return pass("green").slice(0, -40);
    case "foreign-certificate":
      // The same layers under the other prefix; at a lane its signature changes nothing (P12).
      return pass("green", {}, keys.stranger).replace(/^HP1:/, "HC1:");
    case "other-province":
      return `https://rig.js.gov.cn/jkm?code=${randomBytes(12).toString("hex")}`;
    case "payment":
      return `28${String(randomBytes(6).readUIntBE(0, 6)).padStart(16, "7").slice(0, 16)}`;
    case "place":
      return `PLACE:${randomBytes(6).toString("hex")}`;
    case "link":
      return "https://www.example.invalid/menu?table=12";
    case "wifi":
      return "WIFI:T:WPA;S:Visitors;P:welcome;;";
  }
}
