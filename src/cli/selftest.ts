/** `greenlane selftest`: tries one part of the running lane. */
import { Argument, type Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { askLane } from "../service/control-socket.ts";
import { type SelftestPart, selftestParts } from "../service/selftest/selftest.ts";
import { laneFile, withConfigOption } from "./lane-file.ts";
import { printJson, UsageError } from "./output.ts";
import { mark, paint, progress } from "./style.ts";

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly maintenance?: boolean;
}

const takes: Readonly<Record<SelftestPart, number>> = {
  camera: 3000,
  thermometer: 3000,
  relay: 2200,
  scanner: 20_000,
  sound: 7200,
};

async function run(part: SelftestPart, options: Options): Promise<void> {
  const { directory } = loadConfig(laneFile(options.config)).storage;
  if (options.maintenance === true) {
    const answer = await askLane(directory, { do: "maintenance", on: true });
    if (!answer.ok) throw new UsageError(answer.why, answer.code);
  }
  const done = progress(
    part === "scanner" ? "hold any code before the scan engine" : `trying the ${part}`,
    takes[part],
  );
  try {
    const result = await askLane(directory, { do: "selftest", part });
    done();
    if (options.json === true) for (const step of result.steps) printJson({ part, ...step });
    else
      for (const step of result.steps) {
        process.stdout.write(
          `${mark(step.status)} ${step.en.padEnd(20)} ${step.measured} ${paint("dim", step.code ?? "")}\n`,
        );
        if (step.fix !== null)
          process.stdout.write(
            `            expected ${step.expected}\n            ${paint("bold", "→")} ${step.fix}\n`,
          );
      }
    process.exitCode = result.passed ? 0 : 1;
  } finally {
    done();
    if (options.maintenance === true) await askLane(directory, { do: "maintenance", on: false });
  }
}

/** Adds the command. */
export function register(program: Command): void {
  withConfigOption(program.command("selftest"))
    .description("try one part of the running lane; exit code 1 if it failed")
    .addArgument(new Argument("<part>", "what to try").choices([...selftestParts]))
    .option(
      "-m, --maintenance",
      "switch local maintenance mode on for the test (the screen says closed, the exit stays free)",
    )
    .option("--json", "one JSON object per step")
    .addHelpText(
      "after",
      "\nThe relay moves the turnstile: it needs maintenance mode and nobody in the way.\n\nExamples:\n  greenlane selftest camera\n  greenlane selftest relay --maintenance\n  greenlane selftest thermometer --json",
    )
    .action(run);
}
