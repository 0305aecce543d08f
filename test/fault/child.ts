/** A child process that can be killed, and the lines that it says. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Child {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #watchers = new Set<() => void>();
  stderr = "";

  /** @param flags for Node itself. */
  constructor(file: string, input: unknown, flags: readonly string[] = []) {
    this.#process = spawn(process.execPath, [...flags, file, JSON.stringify(input)], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) throw new Error("a child without pipes");
    stderr.on("data", (chunk) => {
      this.stderr += String(chunk);
    });
    const reader = createInterface({ input: stdout });
    reader.on("line", (line) => {
      this.lines.push(line);
      for (const look of [...this.#watchers]) look();
    });
    // Lines said before a kill are still in the pipe: wait for its end, not only for the exit.
    const drained = new Promise<void>((resolve) => reader.on("close", () => resolve()));
    const exited = new Promise<void>((resolve) => this.#process.on("exit", () => resolve()));
    this.#ended = Promise.all([drained, exited]).then(() => {
      for (const look of [...this.#watchers]) look();
    });
  }

  /** Resolves when `seen` holds. Rejects where the child ends without. */
  until(seen: (lines: readonly string[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!seen(this.lines)) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
      void this.#ended.then(() =>
        seen(this.lines) ? resolve() : reject(new Error(`the child ended: ${this.stderr.slice(0, 2000)}`)),
      );
    });
  }

  tell(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  /** Resolves when it has ended by itself and all its lines are there. */
  ended(): Promise<void> {
    return this.#ended;
  }

  /** Asks it to end, and waits. */
  async stop(): Promise<void> {
    this.#process.stdin?.end();
    await this.#ended;
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
