/** `greenlane verify`: what a code's text proves, check by check. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { type CodeFormat, notAPassKind, recognise } from "../core/code/recognise.ts";
import type { CredentialOutcome } from "../core/flow.ts";
import { type Instant, instant, instantFromIso } from "../core/units.ts";
import { createKeyRing } from "../pass/key-ring.ts";
import type { TrustedKey } from "../pass/keys.ts";
import { readTrustFile } from "../pass/trust-file.ts";
import { type Checks, type PassReport, verifyPass } from "../pass/verify.ts";
import { printJson, textArgument, UsageError } from "./output.ts";

export interface VerifyResult {
  readonly format: CodeFormat;
  readonly outcome: CredentialOutcome;
  readonly checks: Checks;
  readonly issuer: string | null;
  readonly kid: string | null;
  readonly issuedAt: string | null;
  readonly expiresAt: string | null;
  readonly reason: string;
}

interface Options {
  readonly json?: boolean;
  readonly trust: readonly string[];
  readonly at?: string;
}

const collect = (value: string, sofar: readonly string[]): readonly string[] => [...sofar, value];

export function register(program: Command): void {
  program
    .command("verify")
    .description("Says what a code proves: format, every check, who signed it and when")
    .argument("<text>", "the code's text, or - to read it from standard input")
    .option("--json", "print one JSON object")
    .option("--trust <file>", "certificate or public key (PEM, DER, JWK) or trust list; repeatable", collect, [])
    .option("--at <iso>", "judge validity at this time (ISO 8601; UTC without a zone) in place of now")
    .addHelpText(
      "after",
      `
Each check is true, false, or null where its input does not exist: with an unknown key id nothing is said about the
signature. A bare public key is tried for any key id of an HC1 certificate, since that id comes from the certificate.
keyUsage is about the key that signed, else about those with the id, else (HC1) about any of the trusted ones.

  greenlane verify --json --trust keys/pass-1f2e.pub.pem "HP1:..."
  greenlane verify --json --trust DE.cer --at 2021-05-03T18:00:00Z - < code.txt`,
    )
    .action(async (argument: string, options: Options) => {
      const keys = (await Promise.all(options.trust.map(readTrust))).flat();
      const result = examine(await textArgument(argument), keys, timeOf(options.at && inUtc(options.at)));
      if (options.json === true) printJson(result);
      else process.stdout.write(`${inWords(result)}\n`);
    });
}

/** Keys of one `--trust` file. @throws UsageError naming the file. */
export async function readTrust(path: string): Promise<readonly TrustedKey[]> {
  try {
    return readTrustFile(await readFile(path));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`, "GL-3001");
  }
}

/** @throws UsageError */
export function timeOf(iso: string | undefined): Instant {
  if (iso === undefined) return instant(Date.now());
  try {
    return instantFromIso(iso);
  } catch (error) {
    throw new UsageError(`--at: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A day or a time without a zone is UTC's, as in the published test sets. */
const inUtc = (iso: string): string =>
  iso.replace(/^\d{4}-\d\d-\d\d$/, "$&T00:00").replace(/T\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/, "$&Z");

const noChecks: Checks = {
  prefix: false,
  base45: null,
  inflate: null,
  cbor: null,
  structure: null,
  signature: null,
  keyUsage: null,
  validity: null,
};

/** The full truth about a text; a lane answers `needs-conversion` to every `HC1:` without asking for it. */
export function examine(text: string, keys: readonly TrustedKey[], at: Instant): VerifyResult {
  const { format, tooLong } = recognise(text);
  const kind = notAPassKind(format);
  if (kind !== null) return unread(format, "not-a-pass", `this is no pass: ${kind}`);
  if (format === "health-card")
    return unread(format, "unverifiable", "an unsigned card text: only the platform knows its colour");
  if (format === "other-province")
    return unread(format, "needs-conversion", "a code of another province, converted by declaration");
  if (tooLong) return unread(format, "malformed", "longer than a QR code can hold", { ...noChecks, prefix: true });
  const report = verifyPass(text, createKeyRing(keys), at);
  const { claims, certificate, cose } = report.opened;
  const signed = claims ?? certificate;
  const { outcome, reason } = outcomeOf(report);
  return {
    format,
    outcome,
    checks: report.checks,
    issuer: signed?.issuer ?? null,
    kid: cose?.kid ?? null,
    issuedAt: iso(signed?.issuedAt ?? null),
    expiresAt: iso(signed?.expiresAt ?? null),
    reason,
  };
}

/** What is told by its shape alone. */
const unread = (
  format: CodeFormat,
  outcome: CredentialOutcome,
  reason: string,
  checks: Checks = noChecks,
): VerifyResult => ({ format, outcome, checks, issuer: null, kid: null, issuedAt: null, expiresAt: null, reason });

const iso = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());

function outcomeOf({ opened, checks, keyKnown, phase }: PassReport): { outcome: CredentialOutcome; reason: string } {
  const brokenLayer = (["base45", "inflate", "cbor", "structure"] as const).find((layer) => checks[layer] === false);
  if (brokenLayer !== undefined) return { outcome: "malformed", reason: `the ${brokenLayer} layer is broken` };
  if (!keyKnown) return { outcome: "unverifiable", reason: "no trusted key has this key id" };
  if (checks.signature !== true)
    return { outcome: "bad-signature", reason: "a key with this id is trusted and did not sign this" };
  if (checks.keyUsage !== true)
    return { outcome: "unverifiable", reason: "the key is not for this kind of statement, or not at that time" };
  const paper = opened.claims?.medium === "paper";
  if (phase === "not-yet") return { outcome: "not-yet-valid", reason: "issued after the time of the check" };
  if (phase === "over" && paper) return { outcome: "expired-paper", reason: "printed more than 14 × 24 h ago" };
  if (phase === "over") return { outcome: "expired", reason: "its time is over" };
  if (opened.claims !== null) return { outcome: opened.claims.status, reason: "signed by a trusted key and in time" };
  return { outcome: "needs-conversion", reason: "a valid foreign certificate, converted by declaration" };
}

function inWords({ format, outcome, checks, reason, issuer, kid, issuedAt, expiresAt }: VerifyResult): string {
  const marks = Object.entries(checks).map(([name, check]) => `${name} ${check === null ? "–" : check ? "yes" : "no"}`);
  const times =
    issuedAt === null && expiresAt === null ? [] : [`issued ${issuedAt ?? "–"}, expires ${expiresAt ?? "–"}`];
  // The issuer's name comes from the code: quoted and escaped, as it may hold control characters.
  const from = kid === null ? [] : [`issuer ${JSON.stringify(issuer)}, key ${kid}`];
  return [`${format}: ${outcome} (${reason})`, marks.join(", "), ...from, ...times].join("\n");
}
