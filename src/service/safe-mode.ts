/** Safe mode: a mark on disk with which the lane starts out of service (entry shut, exit free) until somebody clears it. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "./private-file.ts";

const markOf = (directory: string): string => join(directory, "safe-mode.json");

/** Read at start, before anything is released. */
export const inSafeMode = (directory: string): boolean => existsSync(markOf(directory));

export function setSafeMode(directory: string, on: boolean): void {
  if (on) writePrivate(markOf(directory), { safe: true });
  else rmSync(markOf(directory), { force: true });
}
