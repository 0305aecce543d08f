/** A real Mosquitto on a free port of the loopback, where the Debian package is installed; it can be killed and started again. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why there is none here; null where there is one. */
export function mosquittoMissing(): string | null {
  return spawnSync("mosquitto", ["-h"]).error === undefined
    ? null
    : "mosquitto is not installed (apt-get install mosquitto)";
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

export class Mosquitto {
  readonly #folder = mkdtempSync(join(tmpdir(), "greenlane-mosquitto-"));
  readonly #lines: (port: number, folder: string) => readonly string[];
  #process: ChildProcess | null = null;
  port = 0;

  /** @param lines of the configuration, beside the listener; anonymous and without persistence where left out. */
  constructor(lines: (port: number, folder: string) => readonly string[] = () => ["allow_anonymous true"]) {
    this.#lines = lines;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  file(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o644 });
    return path;
  }

  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    const file = this.file(
      "mosquitto.conf",
      [
        "user root",
        `listener ${this.port} 127.0.0.1`,
        "max_inflight_messages 100",
        ...this.#lines(this.port, this.#folder),
        "",
      ].join("\n"),
    );
    const child = spawn("mosquitto", ["-c", file], { stdio: "ignore" });
    this.#process = child;
    let ended = false;
    child.on("exit", () => {
      ended = true;
    });
    while (!(await this.#answers())) {
      if (ended) throw new Error("mosquitto ended at once; see its configuration");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
    child.kill("SIGKILL");
    await ended;
  }

  async destroy(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1");
      socket.on("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
  }
}
