import pino from "pino";
import type { Logger } from "../ports/logger.ts";

/** Lines of JSON on standard error, for the journal. Callers pass closed texts and numbers only. */
export function pinoLogger(level = process.env.LOG_LEVEL ?? "info"): Logger {
  return wrap(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2)));
}

const wrap = (to: pino.Logger): Logger => ({
  debug: (text, fields = {}) => to.debug(fields, text),
  info: (text, fields = {}) => to.info(fields, text),
  warn: (text, fields = {}) => to.warn(fields, text),
  error: (text, fields = {}) => to.error(fields, text),
  child: (part) => wrap(to.child({ part })),
});
