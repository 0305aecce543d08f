/** Child processes of adapters: fixed programs with arguments of our own, never a shell with anything read from outside. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class ChildError extends Error {
  readonly code = "GL-2001";
  /** Exit status, or null where it never ran or was killed. */
  readonly status: number | null;
  constructor(program: string, status: number | null, said: string) {
    super(`GL-2001: ${program} ${status === null ? "could not be run" : `ended with ${status}`}: ${printable(said)}`);
    this.name = "ChildError";
    this.status = status;
  }
}

const printable = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, 200) || "no message";

/** Runs to its end and resolves with stdout. @throws ChildError for a missing program, a failure or `timeout` ms gone by. */
export function run(argv: readonly string[], timeout: number): Promise<string> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout, killSignal: "SIGKILL", maxBuffer: 1 << 20 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new ChildError(program, typeof error.code === "number" ? error.code : null, stderr || error.message));
    });
  });
}

/** A child that stays. `ended` resolves once it is gone, for whatever reason; `kill` resolves then too. */
export interface Staying {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
  kill(): Promise<void>;
}

/** Starts a child that stays and hands over its stdout line by line. */
export function stay(argv: readonly string[], onLine: (line: string) => void): Staying {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", onLine);
  return staying(child);
}

export function staying(child: ChildProcess): Staying {
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return {
    process: child,
    ended,
    kill: () => {
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 2000);
      return ended.finally(() => clearTimeout(hard));
    },
  };
}
