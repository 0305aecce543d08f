import type { LogFields, Logger } from "../../src/ports/logger.ts";

/** A logger that keeps what it is told, for tests that search it. */
export class MemoryLogger implements Logger {
  readonly lines: string[] = [];
  debug = (text: string, fields?: LogFields): void => this.#keep(text, fields);
  info = (text: string, fields?: LogFields): void => this.#keep(text, fields);
  warn = (text: string, fields?: LogFields): void => this.#keep(text, fields);
  error = (text: string, fields?: LogFields): void => this.#keep(text, fields);
  child = (): Logger => this;
  #keep(text: string, fields?: LogFields): void {
    this.lines.push(`${text} ${JSON.stringify(fields ?? {})}`);
  }
}
