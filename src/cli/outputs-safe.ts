import type { Command } from "commander";
import { loadOutputs } from "../config/load-outputs.ts";
import { clockOf, safeOutputs } from "../main-outputs.ts";
import { comesBack } from "./ends.ts";
import { printJson } from "./output.ts";

export function register(program: Command): void {
  program
    .command("outputs-safe")
    .description(
      "Drive every output to its safe level and end: releases at rest, the way held or, where no lane comes back, free",
    )
    .option("--config <file>", "the lane's configuration", "/etc/greenlane/lane.json")
    .action(run);
}

async function run({ config: path }: { readonly config: string }): Promise<void> {
  const config = loadOutputs(path);
  const back = comesBack(process.env);
  const turnstile = await safeOutputs(config, clockOf(config), !back);
  printJson({ outputs: "safe", fire: turnstile.active("fire"), back });
  process.exit(0);
}
