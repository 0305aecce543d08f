import type { Logger } from "../../src/ports/logger.ts";

/** A log that nobody reads. */
export const silentLog: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
