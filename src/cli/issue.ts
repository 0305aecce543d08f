/** `greenlane issue`: the issuer's side, for pilots and tests. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { toBuffer, toString as toText } from "qrcode";
import { later, seconds } from "../core/units.ts";
import { type PassClaims, passMedia, passStatuses } from "../pass/claims.ts";
import { issuePass, newClaims } from "../pass/issue.ts";
import { readSigningKey, type SigningKey } from "../pass/keys.ts";
import { endOfLife } from "../pass/verify.ts";
import { printJson, UsageError } from "./output.ts";
import { type FileKind, kindOf, writeWhole } from "./print/files.ts";
import { type PaperPass, paperPasses } from "./print/paper-pass.ts";
import { sheetPdf } from "./print/sheet-pdf.ts";
import { timeOf } from "./verify.ts";

interface Options {
  readonly key: string;
  readonly status: string;
  readonly medium: string;
  readonly family?: boolean;
  readonly issuer: string;
  readonly subject: readonly string[];
  readonly at?: string;
  readonly life?: string;
  readonly passId?: string;
  readonly out: readonly string[];
  readonly json?: boolean;
}

const collect = (value: string, sofar: readonly string[]): readonly string[] => [...sofar, value];

export function register(program: Command): void {
  program
    .command("issue")
    .description("Signs a pass and gives its text, its code as picture, and a page to print")
    .requiredOption("--key <file>", "private key, PEM (PKCS#8) or JWK; see greenlane keys new")
    .option("--status <name>", passStatuses.join(", "), "green")
    .option("--medium <name>", passMedia.join(", "), "electronic")
    .option("--family", "for a family member (为家人代办)")
    .option("--issuer <name>", "issuer as it stands in the pass", "CN-37")
    .option("--subject <ref>", "opaque reference to the person; repeatable, one pass each", collect, [])
    .option("--at <iso>", "time of issue in place of now (ISO 8601 with a zone)")
    .option("--life <seconds>", "until it expires; 60 s electronic and 14 days on paper unless given")
    .option("--pass-id <hex>", "8 to 64 hex digits in place of a random id")
    .option("--out <file>", ".png or .svg (the code alone), .pdf (page to print, A4); repeatable", collect, [])
    .option("--json", "print one JSON object a pass")
    .addHelpText(
      "after",
      `
  greenlane issue --key keys/pass-….key.pem --status green --json
  greenlane issue --key keys/pass-….key.pem --medium paper --family --out pass.pdf
  greenlane issue --key keys/pass-….key.pem --medium paper --family --subject a --subject b --out family.pdf`,
    )
    .action(async (options: Options) => {
      const kinds = options.out.map(kindOf);
      const key = await keyFrom(options.key);
      const claims = claimsOf(options);
      const passes = claims.map((each) => ({ claims: each, text: issuePass(each, key) }));
      if (passes.length > 1 && kinds.some((kind) => kind !== "pdf"))
        throw new UsageError("--out: several passes go on one .pdf; a picture holds one code");
      for (const [index, path] of options.out.entries()) await write(path, kinds[index] ?? "png", passes);
      for (const pass of passes) {
        if (options.json === true) printJson({ ...told(pass, key), files: options.out });
        else process.stdout.write(`${pass.text}\n`);
      }
    });
}

async function keyFrom(file: string): Promise<SigningKey> {
  try {
    return readSigningKey(await readFile(file));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`, "GL-3001");
  }
}

function oneOf<T extends string>(option: string, value: string, list: readonly T[]): T {
  const found = list.find((each) => each === value);
  if (found === undefined) throw new UsageError(`${option} ${JSON.stringify(value)}: use one of ${list.join(", ")}`);
  return found;
}

/** @throws UsageError */
function claimsOf(options: Options): PassClaims[] {
  const status = oneOf("--status", options.status, passStatuses);
  const medium = oneOf("--medium", options.medium, passMedia);
  const at = timeOf(options.at);
  const { passId, life } = options;
  if (passId !== undefined && !/^(?:[0-9a-f]{2}){4,32}$/.test(passId))
    throw new UsageError("--pass-id takes 8 to 64 hex digits in lower case, an even number");
  if (life !== undefined && !/^\d{1,9}$/.test(life)) throw new UsageError("--life takes whole seconds");
  const subjects = options.subject.length === 0 ? ["pilot"] : options.subject;
  for (const name of [options.issuer, ...subjects])
    if (name.length === 0 || name.length > 64) throw new UsageError("--issuer and --subject take 1 to 64 characters");
  return subjects.map((subject) => {
    const claims = newClaims(
      { issuer: options.issuer, subject, status, medium, forWhom: options.family === true ? "family" : "self" },
      at,
    );
    return {
      ...claims,
      ...(passId === undefined ? {} : { passId }),
      ...(life === undefined ? {} : { expiresAt: later(claims.issuedAt, seconds(Number(life))) }),
    };
  });
}

const iso = (at: number): string => new Date(at).toISOString();

const told = ({ claims, text }: PaperPass, key: SigningKey) => ({
  text,
  kid: key.kid,
  alg: key.alg,
  issuer: claims.issuer,
  status: claims.status,
  medium: claims.medium,
  forWhom: claims.forWhom,
  passId: claims.passId,
  issuedAt: iso(claims.issuedAt),
  expiresAt: iso(claims.expiresAt),
  goodUntil: iso(endOfLife(claims)),
});

const look = { errorCorrectionLevel: "Q", margin: 4 } as const;

async function write(path: string, kind: FileKind, passes: readonly PaperPass[]): Promise<void> {
  const text = passes[0]?.text ?? "";
  if (kind === "png") await writeWhole(path, await toBuffer(text, { ...look, type: "png", scale: 8 }));
  else if (kind === "svg") await writeWhole(path, await toText(text, { ...look, type: "svg" }));
  else if (passes.some(({ claims }) => claims.medium !== "paper"))
    throw new UsageError(
      "--out: a .pdf is for paper; an electronic pass is dead before it is printed (--medium paper)",
    );
  else await writeWhole(path, await sheetPdf(paperPasses(passes), "健康通行码（纸质）"));
}
