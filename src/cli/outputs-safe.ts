import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { clockOf, safeOutputs } from "../main-outputs.ts";
import { printJson } from "./output.ts";

export function register(program: Command): void {
  program
    .command("outputs-safe")
    .description("Drive every output to its safe level and end: releases at rest, the way held or, latched, free")
    .option("--config <file>", "the lane's configuration", "/etc/greenlane/lane.json")
    .action(run);
}

async function run({ config: path }: { readonly config: string }): Promise<void> {
  const config = loadConfig(path);
  const turnstile = await safeOutputs(config, clockOf(config));
  printJson({ outputs: "safe", fire: turnstile.active("fire") });
  process.exit(0);
}
