/** Structured log. Fields are numbers, booleans and closed texts; nothing read from a code, a line or a broker goes in. */
export interface Logger {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
  child(part: string): Logger;
}
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;
