import pino from "pino";
import type { Logger } from "../ports/logger.ts";

/**
 * Lines of JSON on standard error, for the journal, and from `info` on to `tail` where one is given. Callers pass closed
 * texts and numbers only.
 */
export function pinoLogger(
  level = process.env.LOG_LEVEL ?? "info",
  tail: { write(line: string): void } | null = null,
): Logger {
  const journal: pino.StreamEntry[] = [{ level: level as pino.Level, stream: pino.destination(2) }];
  const streams = tail === null ? journal : [...journal, { level: "info" as const, stream: tail }];
  const lowest = level === "debug" ? "debug" : tail === null ? level : "info";
  return wrap(pino({ level: lowest, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.multistream(streams)));
}

const wrap = (to: pino.Logger): Logger => ({
  debug: (text, fields = {}) => to.debug(fields, text),
  info: (text, fields = {}) => to.info(fields, text),
  warn: (text, fields = {}) => to.warn(fields, text),
  error: (text, fields = {}) => to.error(fields, text),
  child: (part) => wrap(to.child({ part })),
});
