/** Where a command finds the lane's file. */
import type { Command } from "commander";

export const DEFAULT_FILE = "/etc/greenlane/lane.json";

/** Adds `--config`; the environment's GREENLANE_CONFIG comes second, the installed file last. */
export const withConfigOption = (command: Command): Command =>
  command.option("-c, --config <file>", `the lane's file (also GREENLANE_CONFIG; default ${DEFAULT_FILE})`);

export const laneFile = (option: string | undefined): string => option ?? process.env.GREENLANE_CONFIG ?? DEFAULT_FILE;
