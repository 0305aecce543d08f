/** Colours and progress for terminals only: a pipe, a file or NO_COLOR gets plain text. */
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];
const coloured = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb";

/** The text in a colour where standard output is a terminal. */
export const paint = (format: Format, text: string): string =>
  coloured(process.stdout) ? styleText(format, text) : text;

const marks = { ok: ["✓", "green"], warn: ["!", "yellow"], fail: ["✗", "red"], skipped: ["–", "dim"] } as const;

/** The mark of a result, with the word beside it for whoever sees no colour. */
export function mark(status: keyof typeof marks): string {
  const [sign, colour] = marks[status];
  return paint(colour, `${sign} ${status.padEnd(7)}`);
}

/** A bar on standard error while something long runs; silent where that is no terminal. Returns how to end it. */
export function progress(label: string, totalMs: number): () => void {
  const { stderr } = process;
  if (stderr.isTTY !== true) return () => {};
  const begun = performance.now();
  const draw = (): void => {
    const share = Math.min(1, (performance.now() - begun) / totalMs);
    const filled = Math.round(share * 24);
    stderr.write(`\r${label} ${"█".repeat(filled)}${"░".repeat(24 - filled)} ${Math.round(share * 100)} %`);
  };
  draw();
  const timer = setInterval(draw, 200);
  return () => {
    clearInterval(timer);
    stderr.write("\r\u001b[K");
  };
}
