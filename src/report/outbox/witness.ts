/**
 * A second opinion on the highest number given out: one small file, overwritten after each commit and not synced. A
 * power cut may leave it behind the database, never ahead; so a database that is behind *it* has lost commits (a WAL
 * that was deleted, cut off or damaged), and its numbers must not be used again.
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";

export interface Witnessed {
  readonly epoch: string;
  readonly seq: number;
}

export class Witness {
  readonly #file: string;
  #fd: number | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  read(): Witnessed | null {
    try {
      const match = /^([0-9a-f-]{36}) (\d{16})\n/.exec(readFileSync(this.#file, "latin1"));
      return match?.[1] === undefined || match[2] === undefined ? null : { epoch: match[1], seq: Number(match[2]) };
    } catch {
      return null;
    }
  }

  /** Never throws: a witness that can't be written is one that says nothing. */
  write(epoch: string, seq: number): void {
    try {
      this.#fd ??= openSync(this.#file, constants.O_RDWR | constants.O_CREAT, 0o600);
      writeSync(this.#fd, `${epoch} ${String(seq).padStart(16, "0")}\n`, 0, "latin1");
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#fd === null) return;
    try {
      closeSync(this.#fd);
    } catch {
      // Closed by the failure itself.
    }
    this.#fd = null;
  }
}
