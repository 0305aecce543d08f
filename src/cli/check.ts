/** `greenlane check`: the verdict of the lane on one person, from a picture or a text, without a lane. */
import { type Command, Option } from "commander";
import { loadConfig } from "../config/load.ts";
import { notAPassKind, recognise } from "../core/code/recognise.ts";
import {
  type Advice,
  type BodyTemperature,
  type CodeRead,
  type Credential,
  type CredentialOutcome,
  type Direction,
  type Mask,
  type Reason,
  type SiteKind,
  siteKinds,
  type VerdictKind,
  type VerdictReport,
  type WallTime,
} from "../core/flow.ts";
import { classify } from "../core/temperature/classify.ts";
import { defaultMeasureSettings, type MeasureSettings } from "../core/temperature/settings.ts";
import { celsius, millis, monotonic } from "../core/units.ts";
import { decide } from "../core/verdict/decide.ts";
import { siteRules } from "../core/verdict/site-rules.ts";
import type { Logger } from "../ports/logger.ts";
import { StillReader } from "../read/still-reader.ts";
import { fixedTrust } from "../verify/trust-source.ts";
import { createVerifier, defaultVerifierSettings } from "../verify/verifier.ts";
import { measureSettings, rulesOf } from "../wire-settings.ts";
import { bytesArgument, printJson, textArgument, UsageError } from "./output.ts";
import { readTrust, timeOf } from "./verify.ts";

export interface CheckResult {
  readonly outcome: CredentialOutcome;
  readonly verdict: VerdictKind;
  readonly reasons: readonly Reason[];
  readonly advice: readonly Advice[];
  readonly report: VerdictReport | null;
}

interface Options {
  readonly json?: boolean;
  readonly image?: string;
  readonly text?: string;
  /** False for `--no-temperature`. */
  readonly temperature?: string | false;
  readonly site: SiteKind;
  readonly config?: string;
  readonly direction: Direction;
  readonly mask: Mask;
  readonly at?: string;
  readonly trust: readonly string[];
}

const collect = (value: string, sofar: readonly string[]): readonly string[] => [...sofar, value];

export function register(program: Command): void {
  program
    .command("check")
    .description("The lane's verdict on one person: a picture or text of a code, a temperature, a place")
    .option("--image <file>", "picture with the code (PNG, JPEG, WebP), or - for standard input")
    .option("--text <text>", "the code's text, or - for standard input")
    .option("--temperature <celsius>", "the confirmed estimate, as 36.6")
    .option("--no-temperature", "nothing was measured (so it is where neither is given)")
    .addOption(new Option("--site <kind>", "kind of place (P1)").choices(siteKinds).default("mall").conflicts("config"))
    .option("-c, --config <file>", "a lane's file: judge by its kind of place, dates (P2) and limits")
    .addOption(new Option("--direction <way>", "which way").choices(["entry", "exit"]).default("entry"))
    .addOption(
      new Option("--mask <state>", "what a guard attests (P7)")
        .choices(["worn", "refused", "unknown"])
        .default("unknown"),
    )
    .option("--at <iso>", "judge at this time (ISO 8601 with a zone) in place of now")
    .option("--trust <file>", "certificate or public key (PEM, DER, JWK) or trust list; repeatable", collect, [])
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
A picture without a code is no-credential. Of several codes the health code nearest to the middle is judged. Without a
temperature a green is never granted: what is missing never counts as normal.

  greenlane check --image phone.png --temperature 36.6 --trust keys/pass.pub.pem --json
  greenlane check --text - --no-temperature --site hospital < code.txt`,
    )
    .action(async (options: Options, command: Command) => {
      const result = await check(options, command.parent?.args ?? []);
      if (options.json === true) printJson(result);
      else process.stdout.write(inWords(result));
    });
}

async function check(options: Options, words: readonly string[]): Promise<CheckResult> {
  if ((options.image === undefined) === (options.text === undefined))
    throw new UsageError("give either --image FILE or --text TEXT");
  if (words.includes("--no-temperature") && words.some((word) => word.split("=")[0] === "--temperature"))
    throw new UsageError("give either --temperature or --no-temperature");
  const config = options.config === undefined ? null : loadConfig(options.config);
  const rules = config === null ? siteRules({ kind: options.site }) : rulesOf(config);
  const temperature = temperatureOf(
    options.temperature,
    config === null ? defaultMeasureSettings : measureSettings(config),
  );
  const at: WallTime = { at: timeOf(options.at), trust: "synced", error: millis(0) };
  const keys = (await Promise.all(options.trust.map(readTrust))).flat();
  const code =
    options.text === undefined ? await fromPicture(options.image ?? "") : codeOf(await textArgument(options.text));
  const verifier = createVerifier({
    clock: { wall: () => at, after: () => () => {} },
    trust: fixedTrust(keys),
    settings: defaultVerifierSettings,
    logger: silent,
  });
  const credential = code === null ? nothingShown : await verifier.verify(code, options.direction);
  const { direction, mask } = options;
  const verdict = decide({ credential, temperature, mask, direction, mode: "normal", at }, rules);
  const { kind: answer, reasons, advice, report } = verdict;
  return { outcome: credential.outcome, verdict: answer, reasons, advice, report };
}

/** The confirmed estimate by the rules' own rounding and limits. @throws UsageError for what is no temperature. */
function temperatureOf(given: string | false | undefined, settings: MeasureSettings): BodyTemperature | null {
  if (given === undefined || given === false) return null;
  if (!/^-?\d{1,3}(\.\d{1,6})?$/.test(given))
    throw new UsageError("--temperature: give degrees Celsius with a point, as 36.6");
  try {
    return classify(celsius(Number(given)), settings, monotonic(0));
  } catch (error) {
    throw new UsageError(`--temperature: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const codeOf = (text: string): CodeRead => ({
  at: monotonic(0),
  reader: "scanner",
  bytes: Buffer.from(text),
  text,
  corners: null,
  colour: null,
});

/** The health code nearest to the middle, else whatever code is; null where there is none. */
async function fromPicture(file: string): Promise<CodeRead | null> {
  const reader = await StillReader.load();
  const { codes } = await reader.readFile(file === "-" ? await bytesArgument() : file);
  const code = codes.find(({ text }) => notAPassKind(recognise(text).format) === null) ?? codes[0];
  return code === undefined ? null : { ...codeOf(code.text), reader: "camera", bytes: code.bytes, colour: code.colour };
}

const nothingShown: Credential = {
  outcome: "no-credential",
  notAPass: null,
  medium: null,
  passId: null,
  subject: null,
  forWhom: null,
  paperDaysLeft: null,
  offline: true,
  colour: null,
  paperAgain: false,
};

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

function inWords({ outcome, verdict, reasons, advice, report }: CheckResult): string {
  const why = reasons.map(({ code, clause }) => `${code} (${clause})`).join(", ");
  const lines = [`${outcome}: ${verdict}${why === "" ? "" : `, because of ${why}`}`];
  if (advice.length > 0) lines.push(`advice: ${advice.join(", ")}`);
  if (report !== null) lines.push(`report: ${report.category} ${report.level} to ${report.routing.join(", ")}`);
  return `${lines.join("\n")}\n`;
}
