import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { instant } from "../core/units.ts";
import { startKiosk } from "../main.ts";
import { LogTail } from "../service/log-tail.ts";
import { configHistory, type Returned, Settings } from "../service/settings.ts";
import { AGAIN } from "./ends.ts";
import { fail } from "./output.ts";
import { pinoLogger } from "./pino-logger.ts";

interface Flags {
  readonly config: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command("run")
    .description("The kiosk on its real devices; the service manager keeps it running")
    .option("--config <file>", "the lane's configuration", "/etc/greenlane/lane.json")
    .option("--json", "print one JSON object with the error where it can't run")
    .action(run);
}

async function run({ config: path, json = false }: Flags): Promise<void> {
  const logTail = new LogTail();
  const returned = takenBack(path);
  const config = loadConfig(path);
  const logger = pinoLogger(config.log.level, logTail);
  if (returned !== null) logger.warn("a changed configuration did not prove itself", { code: "GL-1032", ...returned });
  const starting = startKiosk({ config, file: path, logger, logTail, returned: returned !== null });
  const kiosk = await starting.catch((error: unknown) => {
    fail(error, json);
    // Half a lane that lives on would keep both ways shut until the service manager loses patience.
    return process.exit();
  });
  const told = new Promise<"stop">((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve("stop"));
  });
  const why = await Promise.race([told, kiosk.ended]);
  await kiosk.stop();
  process.exit(why === "stop" ? 0 : AGAIN);
}

/** Before the configuration is used: a version that did not prove itself after its start is taken back, or was. */
function takenBack(path: string): Returned | null {
  const { directory } = loadConfig(path).storage;
  return new Settings(path, configHistory(directory), () => instant(Date.now())).recover();
}
