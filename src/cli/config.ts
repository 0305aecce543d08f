/** `greenlane config`: look at a lane's file, compare, change one field. */
import type { Command } from "commander";
import { laneFields, needsRestart, schemaText, wordsOf } from "../config/describe.ts";
import { ConfigError, nearest, sentence } from "../config/findings.ts";
import { inspectConfig, loadFile, parseFile, readText, readWritten } from "../config/load.ts";
import { laneSchema } from "../config/schema.ts";
import { fieldAt, plain, valueAt, withValue } from "../config/walk.ts";
import { diffFiles } from "../service/diff.ts";
import { writePrivate } from "../service/private-file.ts";
import { laneFile, withConfigOption } from "./lane-file.ts";
import { printJson, UsageError } from "./output.ts";
import { mark, paint } from "./style.ts";

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly changed?: boolean;
}

const show = (value: unknown): string =>
  value === null || value === undefined ? "(empty)" : typeof value === "string" ? value : JSON.stringify(value);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function check(file: string | undefined, options: Options): void {
  const path = laneFile(file ?? options.config);
  const result = inspectConfig(parseFile(readText(path), path));
  if (options.json === true)
    printJson({ file: path, ok: result.ok, findings: result.findings, notes: result.ok ? result.loaded.notes : [] });
  else if (result.ok) {
    for (const note of result.loaded.notes) say(`${mark("warn")} ${note}`);
    say(`${mark("ok")} ${path} can be used`);
  } else for (const finding of result.findings) say(`${mark("fail")} ${sentence(finding)}`);
  if (!result.ok) process.exitCode = 1;
}

function print(file: string | undefined, options: Options): void {
  const path = laneFile(file ?? options.config);
  const loaded = loadFile(path);
  if (options.json === true) {
    printJson(loaded.file);
    return;
  }
  const written = readWritten(path);
  for (const field of laneFields()) {
    const own = valueAt(written, field.path) !== undefined;
    if (options.changed === true && !own) continue;
    const line = `${field.path.padEnd(38)} ${show(valueAt(loaded.file, field.path))}`;
    say(own ? line : paint("dim", `${line}  (default)`));
  }
}

function diff(before: string, after: string, options: Options): void {
  const changes = diffFiles(loadFile(before).file, loadFile(after).file);
  if (options.json === true) {
    printJson({ changes });
    return;
  }
  if (changes.length === 0) say("No field differs.");
  for (const change of changes) {
    say(`${change.path}  ${paint("dim", change.en)}${change.restart ? paint("yellow", "  needs a restart") : ""}`);
    say(paint("red", `  − ${show(change.from)}`));
    say(paint("green", `  + ${show(change.to)}`));
  }
}

function set(path: string, value: string, options: Options): void {
  const field = fieldAt(laneSchema, path);
  if (field === null) {
    const near = nearest(
      path,
      laneFields().map((known) => known.path),
    );
    throw new UsageError(
      `${path} is not known${near === null ? "; see greenlane config fields" : `; did you mean ${near}?`}`,
      "GL-1011",
    );
  }
  const file = laneFile(options.config);
  const before = readWritten(file);
  // A text field takes the words as they are; everything else is JSON, as in the file.
  const next = plain(field).type === "string" && value !== "null" ? value : parseFile(value, `the value of ${path}`);
  const after = withValue(before, path, next);
  const result = inspectConfig(after);
  if (!result.ok) throw new ConfigError(result.findings);
  writePrivate(file, after);
  const restart = needsRestart({ path, node: field });
  if (options.json === true) printJson({ path, value: next, restart });
  else
    say(
      `${mark("ok")} ${path} = ${show(next)}; ${restart ? "restart the lane: systemctl restart greenlane" : "the panel applies it without a restart; systemctl restart greenlane does as well"}`,
    );
}

function fields(options: Options): void {
  for (const field of laneFields()) {
    const { en, about } = wordsOf(field);
    const { default: fallback } = field.node;
    if (options.json === true)
      printJson({ path: field.path, title: en, about, default: fallback ?? null, restart: needsRestart(field) });
    else
      say(
        `${field.path.padEnd(38)} ${en}: ${about}${fallback === undefined ? "" : paint("dim", ` [${show(fallback)}]`)}`,
      );
  }
}

/** Adds the command. */
export function register(program: Command): void {
  const config = program.command("config").description("check, print, compare and change a lane's configuration");
  withConfigOption(config.command("check [file]"))
    .description(
      "say everything that is wrong with a file, with what to write instead; exit code 1 if it can't be used",
    )
    .option("--json", "one JSON object")
    .action(check);
  withConfigOption(config.command("print [file]"))
    .description("print every field with its value; what the file does not say is marked (default)")
    .option("--changed", "only what the file says")
    .option("--json", "the completed file as JSON")
    .action(print);
  config
    .command("diff <before> <after>")
    .description("compare two files field by field, defaults and site profile included")
    .option("--json", "one JSON object")
    .action(diff);
  withConfigOption(config.command("set <path> <value>"))
    .description("change one field; nothing is written unless the whole file can then be used")
    .option("--json", "one JSON object")
    .action(set);
  config
    .command("fields")
    .description("list every field with its meaning and default")
    .option("--json", "one JSON object per field")
    .action(fields);
  config
    .command("schema")
    .description("print the JSON Schema for editors")
    .action(() => void process.stdout.write(schemaText()));
  config.addHelpText(
    "after",
    `
Examples:
  greenlane config check config/lane.example.json
  greenlane config print --changed
  greenlane config set timings.wideWindow "20 s"
  greenlane config set site.phones.technical "0536-000-0000"
  greenlane config set devices.gpio.rex '{"line": 24, "activeLow": true}'
  greenlane config diff /etc/greenlane/lane.json new.json`,
  );
}
