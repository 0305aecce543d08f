import { SerialPort } from "serialport";
import { seconds } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { Listeners } from "../listeners.ts";

const AGAIN = seconds(2);

/**
 * The UART. `start()` opens it and keeps it open; nothing is thrown for a port that is not there.
 * A hang-up may be told as `end`, as `error`, or not at all: reads of a hung-up tty give 0 bytes, which serialport 13
 * reads again at once and for ever. So the open port is asked to drain every two seconds, which a tty that is gone
 * refuses (EIO).
 */
export class SerialConsole {
  readonly #path: string;
  readonly #baud: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listeners = new Listeners<Uint8Array>();
  #port: SerialPort | null = null;
  #cancel: (() => void) | null = null;
  #running = false;
  #told = false;

  constructor(path: string, baud: number, clock: Clock, logger: Logger) {
    this.#path = path;
    this.#baud = baud;
    this.#clock = clock;
    this.#logger = logger;
  }

  onData(listener: (bytes: Uint8Array) => void): () => void {
    return this.#listeners.add(listener);
  }

  write(text: string): void {
    if (this.#port?.isOpen === true) this.#port.write(text);
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#open();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel?.();
    const port = this.#port;
    this.#port = null;
    if (port?.isOpen === true) await new Promise<void>((resolve) => port.close(() => resolve()));
  }

  #open(): void {
    const port = new SerialPort({ path: this.#path, baudRate: this.#baud, autoOpen: false });
    this.#port = port;
    const gone = (): void => this.#again(port);
    port.on("close", gone).on("end", gone).on("error", gone);
    port.on("data", (bytes: Uint8Array) => this.#listeners.tell(bytes));
    port.open((error) => {
      if (error !== null) return gone();
      this.#told = false;
      if (this.#port === port) this.#cancel = this.#clock.every(AGAIN, () => port.drain((lost) => lost && gone()));
    });
  }

  #again(port: SerialPort): void {
    if (this.#port !== port || !this.#running) return;
    this.#port = null;
    this.#cancel?.();
    port.removeAllListeners();
    port.on("error", () => {});
    if (port.isOpen) port.close(() => {});
    if (!this.#told) this.#logger.warn("the serial console is gone; trying again", { code: "GL-2601" });
    this.#told = true;
    this.#cancel = this.#clock.after(AGAIN, () => this.#open());
  }
}
