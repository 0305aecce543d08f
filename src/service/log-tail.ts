/** The last lines of the log, in memory only, for the panel's page and the support bundle. */

const LONGEST_LINE = 1000;

export class LogTail {
  readonly #most: number;
  readonly #lines: string[] = [];

  /** Keeps `most` lines; what is longer than 1,000 characters is cut. */
  constructor(most = 500) {
    this.#most = most;
  }

  /** Takes one line, with or without its end, as a stream of the logger is given it. */
  write(line: string): void {
    this.#lines.push(line.trimEnd().slice(0, LONGEST_LINE));
    if (this.#lines.length > this.#most) this.#lines.shift();
  }

  /** The last `count` lines, oldest first. */
  last(count: number): readonly string[] {
    return count <= 0 ? [] : this.#lines.slice(-count);
  }
}
