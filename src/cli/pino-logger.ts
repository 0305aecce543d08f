import pino from "pino";
import type { Logger } from "../ports/logger.ts";

/**
 * Lines of JSON on standard error, for the journal, and the same to `tail` where one is given. Callers pass closed texts
 * and numbers only.
 */
export function pinoLogger(
  level = process.env.LOG_LEVEL ?? "info",
  tail: { write(line: string): void } | null = null,
): Logger {
  // The level is the logger's: what is not written to the journal isn't kept either.
  const streams = [
    { level: "trace", stream: pino.destination(2) },
    ...(tail === null ? [] : [{ level: "trace", stream: tail }]),
  ];
  return wrap(
    pino(
      { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      pino.multistream(streams as pino.StreamEntry[]),
    ),
  );
}

const wrap = (to: pino.Logger): Logger => ({
  debug: (text, fields = {}) => to.debug(fields, text),
  info: (text, fields = {}) => to.info(fields, text),
  warn: (text, fields = {}) => to.warn(fields, text),
  error: (text, fields = {}) => to.error(fields, text),
  child: (part) => wrap(to.child({ part })),
});
