/**
 * What every command prints: with `--json` one JSON object per line on stdout, logs and prose on stderr. Exit code 0
 * means a result was printed, whatever it says; 2 means usage or unreadable input, still with one line holding `error`.
 */

/** The caller asked for something that can't be done; the text says what to do instead. */
export class UsageError extends Error {
  readonly code: string;
  constructor(message: string, code = "GL-1002") {
    super(message);
    this.name = "UsageError";
    this.code = code;
  }
}

/** One result as one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Tells what went wrong and sets exit code 2. */
export function fail(error: unknown, json: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "GL-1000";
  if (json) printJson({ error: message, code });
  else process.stderr.write(`greenlane: ${message.includes(code) ? message : `${code}: ${message}`}\n`);
  process.exitCode = 2;
}

/** The text of an argument, where `-` stands for standard input without its trailing newline. */
export async function textArgument(argument: string): Promise<string> {
  if (argument !== "-") return argument;
  const bytes = await standardInput(1 << 20, "1 MiB; give one code at a time");
  return bytes.toString("utf8").replace(/\r?\n$/, "");
}

/** The bytes of a picture on standard input. */
export const bytesArgument = (): Promise<Buffer> => standardInput(64 << 20, "64 MiB; give one picture");

/** @throws UsageError as soon as there is more than `limit`. */
async function standardInput(limit: number, words: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new UsageError(`standard input is longer than ${words}`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
