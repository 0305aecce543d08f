/** A scan engine that reads what it is shown. It can be unplugged and plugged in again. */
import type { CodeRead } from "../../src/core/flow.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Scanner } from "../../src/ports/code-reader.ts";
import { Listeners } from "../listeners.ts";
import { decodeText, MAX_CODE_BYTES } from "./text.ts";

export class ScannerSim implements Scanner {
  readonly #clock: Clock;
  readonly #codes = new Listeners<CodeRead>();
  readonly #healths = new Listeners<"ok" | "gone">();
  #running = false;
  #plugged = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#healths.tell(this.#plugged ? "ok" : "gone");
  }

  async stop(): Promise<void> {
    this.#running = false;
  }

  onCode(listener: (code: CodeRead) => void): () => void {
    return this.#codes.add(listener);
  }

  onHealth(listener: (health: "ok" | "gone") => void): () => void {
    return this.#healths.add(listener);
  }

  /** Holds a code before the engine. Empty and overlong ones are not read. */
  show(code: Uint8Array | string): void {
    const bytes = typeof code === "string" ? new TextEncoder().encode(code) : code;
    if (!this.#running || !this.#plugged || bytes.length === 0 || bytes.length > MAX_CODE_BYTES) return;
    const at = this.#clock.monotonic();
    this.#codes.tell({ at, reader: "scanner", bytes, text: decodeText(bytes), corners: null, colour: null });
  }

  unplug(): void {
    this.#plug(false);
  }

  plugIn(): void {
    this.#plug(true);
  }

  #plug(plugged: boolean): void {
    if (this.#plugged === plugged) return;
    this.#plugged = plugged;
    if (this.#running) this.#healths.tell(plugged ? "ok" : "gone");
  }
}
