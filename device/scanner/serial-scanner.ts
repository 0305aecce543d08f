/**
 * A scan engine on a serial line. A port that closed, ended or hangs is left behind and a new one opened, since node's
 * serial ports do not reconnect and a hang-up may give no event at all: so at every heartbeat the tty is asked to drain
 * (one that hung up refuses), the GM65 has to answer, and the device's own node has to be there. Setting codes are
 * closed at each opening and again whenever the answer shows them open.
 */
import { stat } from "node:fs/promises";
import type { CodeRead } from "../../src/core/flow.ts";
import { type Millis, millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Scanner } from "../../src/ports/code-reader.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { Listeners } from "../listeners.ts";
import { type EngineSaid, EngineStream } from "./engine-stream.ts";
import { askSettingCodes, closeSettingCodes, SETTING_CODES_OFF } from "./gm65.ts";
import { decodeText } from "./text.ts";

export interface SerialScannerSettings {
  /** By-id path, so that a replugged engine is found again. */
  readonly port: string;
  readonly baud: number;
  readonly model: "gm65" | "line";
  readonly heartbeat: Millis;
}

const RETRY_AFTER = millis(1000);

/** The part of a serial port that is needed. */
interface Port {
  write(bytes: Uint8Array): void;
  /** Calls `lost` where the tty hung up. */
  ask(lost: () => void): void;
  close(): void;
}

export class SerialScanner implements Scanner {
  readonly #clock: Clock;
  readonly #set: SerialScannerSettings;
  readonly #log: Logger;
  readonly #codes = new Listeners<CodeRead>();
  readonly #healths = new Listeners<"ok" | "gone">();
  #running = false;
  #port: Port | null = null;
  #health: "ok" | "gone" | null = null;
  #unanswered = 0;
  #cancels: (() => void)[] = [];

  constructor(clock: Clock, settings: SerialScannerSettings, log: Logger) {
    this.#clock = clock;
    this.#set = settings;
    this.#log = log;
  }

  /** Never fails for a missing engine: its health says so until it is there. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#cancels = [this.#clock.every(this.#set.heartbeat, () => void this.#beat())];
    await this.#open();
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    this.#port?.close();
    this.#port = null;
  }

  onCode(listener: (code: CodeRead) => void): () => void {
    return this.#codes.add(listener);
  }

  onHealth(listener: (health: "ok" | "gone") => void): () => void {
    return this.#healths.add(listener);
  }

  async #open(): Promise<void> {
    if (!this.#running || this.#port !== null) return;
    try {
      const { SerialPort } = await import("serialport");
      const serial = new SerialPort({ path: this.#set.port, baudRate: this.#set.baud, autoOpen: false });
      await new Promise<void>((resolve, reject) =>
        serial.open((error) => (error === null ? resolve() : reject(error))),
      );
      const port: Port = {
        write: (bytes) => void serial.write(bytes),
        ask: (lost) => serial.drain((error) => error && lost()),
        close: () => serial.close(() => {}),
      };
      const stream = new EngineStream(this.#set.model === "gm65", (said) => this.#said(port, said));
      serial.on("data", (bytes: Buffer) => stream.feed(bytes, this.#clock.monotonic()));
      // A hang-up may come as `end` without `close`.
      for (const event of ["close", "end", "error"] as const) serial.on(event, () => this.#lost(port));
      if (!this.#running) return port.close();
      this.#port = port;
      this.#unanswered = 0;
      if (this.#set.model === "gm65")
        for (const command of [closeSettingCodes(), askSettingCodes()]) port.write(command);
      else this.#become("ok");
    } catch {
      this.#become("gone");
      this.#again();
    }
  }

  #said(port: Port, said: EngineSaid): void {
    if (port !== this.#port) return;
    this.#unanswered = 0;
    this.#become("ok");
    if (said.kind === "reply") {
      const [value] = said.data;
      // Replies to a write hold one byte too: 0 is its "done".
      if (value === 0 || value === SETTING_CODES_OFF) return;
      this.#log.warn("scan engine had its setting codes open", { code: "GL-2203" });
      port.write(closeSettingCodes());
      return;
    }
    const { bytes } = said;
    const at = this.#clock.monotonic();
    this.#codes.tell({ at, reader: "scanner", bytes, text: decodeText(bytes), corners: null, colour: null });
  }

  async #beat(): Promise<void> {
    const port = this.#port;
    if (port === null) return;
    if (!(await exists(this.#set.port))) return this.#lost(port);
    port.ask(() => this.#lost(port));
    if (this.#set.model !== "gm65" || port !== this.#port) return;
    this.#unanswered += 1;
    if (this.#unanswered > 1) return this.#lost(port);
    port.write(askSettingCodes());
  }

  #lost(port: Port): void {
    if (port !== this.#port) return;
    this.#port = null;
    port.close();
    this.#become("gone");
    this.#again();
  }

  #again(): void {
    if (!this.#running) return;
    const cancel = this.#clock.after(RETRY_AFTER, () => {
      this.#cancels = this.#cancels.filter((one) => one !== cancel);
      void this.#open();
    });
    this.#cancels.push(cancel);
  }

  #become(health: "ok" | "gone"): void {
    if (health === this.#health || !this.#running) return;
    this.#health = health;
    this.#healths.tell(health);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
