import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { startKiosk } from "../main.ts";
import { pinoLogger } from "./pino-logger.ts";

interface Flags {
  readonly config: string;
}

/** Exit status after which the service manager starts the lane anew. */
const AGAIN = 75;

export function register(program: Command): void {
  program
    .command("run")
    .description("The kiosk on its real devices; the service manager keeps it running")
    .option("--config <file>", "the lane's configuration", "/etc/greenlane/lane.json")
    .action(run);
}

async function run({ config: path }: Flags): Promise<void> {
  const config = loadConfig(path);
  const kiosk = await startKiosk(config, pinoLogger(config.log.level));
  const told = new Promise<"stop">((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve("stop"));
  });
  const why = await Promise.race([told, kiosk.ended]);
  await kiosk.stop();
  process.exit(why === "stop" ? 0 : AGAIN);
}
