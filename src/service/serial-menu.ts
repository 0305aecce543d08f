/**
 * The way in when there is no network: a menu on the board's UART. It asks for the technician's code, its opening is
 * reported as tamper, and it can do what the panel can: look, try, set the network up, safe mode. Lines in, text out.
 */

import type { CheckResult } from "../core/panel.ts";
import { type Millis, type Monotonic, minutes, monotonic, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import { Network } from "./network.ts";
import { inSafeMode, setSafeMode } from "./safe-mode.ts";
import { selftest, selftestParts } from "./selftest/selftest.ts";
import type { TechnicianCode } from "./technician-code.ts";
import type { Workbench } from "./workbench.ts";

/** A line of bytes both ways; `device/serial-console` is the UART. */
export interface Terminal {
  onData(listener: (bytes: Uint8Array) => void): () => void;
  write(text: string): void;
}

export interface SerialMenuParts {
  readonly terminal: Terminal;
  readonly bench: Workbench;
  readonly code: TechnicianCode;
  /** "03 东门入口 · GL 0.1.0" */
  readonly title: string;
  readonly directory: string;
  readonly examine: () => AsyncIterable<CheckResult>;
  readonly network?: Network;
  /** Reports the opening as tamper, and each wrong code. */
  readonly onOpened: (how: "opened" | "wrong-code") => void;
}

const LONGEST_LINE = 120;
const IDLE: Millis = minutes(5);
const TRIES = 5;
const LOCKED: Millis = seconds(60);
const menu = [
  "1 doctor",
  "2 network",
  "3 fixed address",
  "4 automatic address",
  "5 maintenance mode on or off",
  "6 self-test",
  "7 safe mode on or off",
  "8 troubles",
  "0 close",
];

export class SerialMenu {
  readonly #parts: SerialMenuParts;
  readonly #network: Network;
  readonly #clock: Clock;
  #line = "";
  #waiting: ((line: string) => void) | null = null;
  #open = false;
  #wrong = 0;
  #lockedUntil: Monotonic = monotonic(0);
  #idle: (() => void) | null = null;
  #off: (() => void) | null = null;
  #busy = false;

  constructor(parts: SerialMenuParts) {
    this.#parts = parts;
    this.#network = parts.network ?? new Network();
    this.#clock = parts.bench.clock;
  }

  start(): void {
    this.#off ??= this.#parts.terminal.onData((bytes) => this.#take(bytes));
  }

  stop(): void {
    this.#off?.();
    this.#off = null;
    this.#idle?.();
  }

  #say(text: string): void {
    // What is shown may hold a library's message; a terminal obeys control characters.
    this.#parts.terminal.write(`${text.replace(/\p{Cc}/gu, " ")}\r\n`);
  }

  #take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0x0d || byte === 0x0a) {
        const line = this.#line;
        this.#line = "";
        if (byte === 0x0a && line === "") continue;
        this.#parts.terminal.write("\r\n");
        this.#enter(line);
      } else if (byte === 0x08 || byte === 0x7f) this.#line = this.#line.slice(0, -1);
      else if (byte >= 0x20 && byte < 0x7f && this.#line.length < LONGEST_LINE) {
        this.#line += String.fromCharCode(byte);
        this.#parts.terminal.write(this.#open ? String.fromCharCode(byte) : "*");
      }
    }
  }

  #enter(line: string): void {
    this.#idle?.();
    if (this.#open) this.#idle = this.#clock.after(IDLE, () => this.#close("closed after five idle minutes"));
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) {
      waiting(line);
      return;
    }
    if (this.#busy) return;
    this.#busy = true;
    void (this.#open ? this.#choose(line.trim()) : this.#door(line))
      .catch(() => this.#say("failed; send the support bundle"))
      .finally(() => {
        this.#busy = false;
      });
  }

  #ask(question: string): Promise<string> {
    this.#parts.terminal.write(`${question}: `);
    return new Promise((resolve) => {
      this.#waiting = (line) => resolve(line.trim());
    });
  }

  async #door(line: string): Promise<void> {
    const { code, title, onOpened } = this.#parts;
    if (line === "") {
      this.#say(`Greenlane ${title}`);
      this.#parts.terminal.write("technician's code: ");
      return;
    }
    const now = this.#clock.monotonic();
    if (now < this.#lockedUntil) {
      this.#say(`too many tries: wait ${Math.ceil((this.#lockedUntil - now) / 1000)} s`);
      return;
    }
    if ((await code.check(line)) !== "code") {
      onOpened("wrong-code");
      this.#wrong++;
      if (this.#wrong % TRIES === 0) this.#lockedUntil = monotonic(this.#clock.monotonic() + LOCKED);
      this.#say(code.isNew() ? "this lane has no code yet: begin in the panel with its one-time code" : "wrong code");
      this.#parts.terminal.write("technician's code: ");
      return;
    }
    this.#wrong = 0;
    this.#open = true;
    onOpened("opened");
    this.#idle = this.#clock.after(IDLE, () => this.#close("closed after five idle minutes"));
    this.#show();
  }

  #show(): void {
    const { bench, directory } = this.#parts;
    this.#say("");
    this.#say(
      `mode ${bench.mode()}${inSafeMode(directory) ? ", safe mode at the next start" : ""}, broker ${bench.link().broker}, ${bench.troubles().length} troubles`,
    );
    for (const entry of menu) this.#say(entry);
    this.#parts.terminal.write("> ");
  }

  #close(why: string): void {
    this.#open = false;
    this.#waiting = null;
    this.#idle?.();
    this.#idle = null;
    this.#say(why);
  }

  async #choose(choice: string): Promise<void> {
    const { bench, directory } = this.#parts;
    if (choice === "0") {
      this.#close("closed");
      return;
    }
    if (choice === "1") for await (const result of this.#parts.examine()) this.#result(result);
    else if (choice === "2") this.#told(await this.#network.show());
    else if (choice === "3")
      this.#told(
        await this.#network.fixed(
          await this.#ask("interface"),
          await this.#ask("address, as 10.1.2.3/24"),
          await this.#ask("gateway"),
          await this.#ask("name server"),
        ),
      );
    else if (choice === "4") this.#told(await this.#network.automatic(await this.#ask("interface")));
    else if (choice === "5") {
      const answer = await bench.setMaintenance(bench.mode() !== "maintenance");
      this.#say(answer.ok ? `mode ${bench.mode()}` : `${answer.code} ${answer.why}`);
    } else if (choice === "6") {
      const wanted = await this.#ask(selftestParts.join(", "));
      const part = selftestParts.find((known) => known === wanted);
      if (part === undefined) this.#say(`no such part; type one of ${selftestParts.join(", ")}`);
      else for (const step of (await selftest(part, bench)).steps) this.#result(step);
    } else if (choice === "7") {
      setSafeMode(directory, !inSafeMode(directory));
      this.#say(
        inSafeMode(directory) ? "from the next start: out of service, exit free" : "safe mode ends with the next start",
      );
    } else if (choice === "8") for (const row of bench.troubles()) this.#say(`${row.code} ${row.en}: ${row.fixEn}`);
    else if (choice !== "") this.#say("choose one of the numbers");
    if (this.#open) this.#show();
  }

  #told(answer: Awaited<ReturnType<Network["show"]>>): void {
    if (answer.ok) for (const line of answer.lines) this.#say(line);
    else this.#say(`${answer.code} ${answer.why}`);
  }

  #result(result: CheckResult): void {
    this.#say(`${result.status.padEnd(7)} ${result.en}: ${result.measured} ${result.code ?? ""}`);
    if (result.fix !== null) this.#say(`        -> ${result.fix}`);
  }
}
