/** `greenlane doctor`: every check with its measured value and what to do. */
import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import type { WallTime } from "../core/flow.ts";
import type { CheckResult } from "../core/panel.ts";
import { instant, millis } from "../core/units.ts";
import { doctor, exitCode } from "../service/doctor.ts";
import { nodeHost } from "../service/node-host.ts";
import { readPrivate } from "../service/private-file.ts";
import { laneFile, withConfigOption } from "./lane-file.ts";
import { printJson } from "./output.ts";
import { mark, paint } from "./style.ts";

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

async function run(options: Options): Promise<void> {
  const config = loadConfig(laneFile(options.config));
  const host = nodeHost();
  const synced = host.facts(config.devices.clock.syncedFile) !== null;
  const now: WallTime = { at: instant(Date.now()), trust: synced ? "synced" : "unsynced", error: millis(0) };
  const guards = readPrivate<unknown[]>(`${config.storage.directory}/staff.json`)?.length ?? 0;
  const results: CheckResult[] = [];
  for await (const result of doctor({ config, host, now, guards })) {
    results.push(result);
    if (options.json === true) printJson(result);
    else process.stdout.write(lines(result));
  }
  const count = (status: CheckResult["status"]): number => results.filter((result) => result.status === status).length;
  if (options.json !== true)
    process.stdout.write(
      `\n${count("ok")} ok, ${count("warn")} warnings, ${count("fail")} failed, ${count("skipped")} skipped\n`,
    );
  process.exitCode = exitCode(results);
}

function lines(result: CheckResult): string {
  const head = `${mark(result.status)} ${result.en.padEnd(24)} ${result.measured}`;
  if (result.fix === null) return `${head}\n`;
  return `${head} ${paint("dim", result.code ?? "")}\n            expected ${result.expected}\n            ${paint("bold", "→")} ${result.fix}\n`;
}

/** Adds the command. */
export function register(program: Command): void {
  withConfigOption(program.command("doctor"))
    .description("look at everything a lane needs; exit code 1 if something failed")
    .option("--json", "one JSON object per check")
    .addHelpText(
      "after",
      "\nExamples:\n  greenlane doctor\n  greenlane doctor --json | jq 'select(.status == \"fail\")'\n  greenlane doctor --config config/lane.example.json",
    )
    .action(run);
}
