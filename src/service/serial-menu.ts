/**
 * The way in when there is no network: a menu on the board's UART. It asks for the technician's code, its opening is
 * reported as tamper, and it can do what the panel can: look, try, set the network up, safe mode. Lines in, text out.
 */

import type { CheckResult } from "../core/panel.ts";
import { type Millis, type Monotonic, minutes, monotonic, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import { Network, type NetworkAnswer, wrongAddress, wrongHost, wrongInterface } from "./network.ts";
import { inSafeMode, setSafeMode } from "./safe-mode.ts";
import { selftest, selftestParts } from "./selftest/selftest.ts";
import { SerialLine } from "./serial-line.ts";
import { entries, filled, marks, modes, type Pair, parts, words } from "./serial-words.ts";
import { type TechnicianCode, weakness } from "./technician-code.ts";
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
  /** What to do about a code, in Chinese; null where only English is known. */
  readonly chinese: (code: string) => string | null;
  /** Reports the opening as tamper, and each wrong code. */
  readonly onOpened: (how: "opened" | "wrong-code") => void;
  /** A new lane has got its code here. */
  readonly onCodeKept: () => void;
}

const IDLE: Millis = minutes(5);
const TRIES = 5;
const LOCKED: Millis = seconds(60);

/** Ctrl-C, or the end of patience, in the middle of a question. */
class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export class SerialMenu {
  readonly #parts: SerialMenuParts;
  readonly #network: Network;
  readonly #clock: Clock;
  readonly #line: SerialLine;
  #language: 0 | 1 = 1;
  #asked: { readonly answer: (line: string) => void; readonly cancel: () => void } | null = null;
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
    this.#line = new SerialLine((text) => parts.terminal.write(text), {
      line: (text) => this.#enter(text),
      cancel: () => this.#enter(null),
    });
  }

  start(): void {
    this.#off ??= this.#parts.terminal.onData((bytes) => this.#line.take(bytes));
  }

  stop(): void {
    this.#off?.();
    this.#off = null;
    this.#idle?.();
  }

  #t(pair: Pair): string {
    return pair[this.#language];
  }

  #say(text: string): void {
    // What is shown may hold a library's message; a terminal obeys control characters.
    this.#parts.terminal.write(`${text.replace(/\p{Cc}/gu, " ")}\r\n`);
  }

  /** A line, or null for Ctrl-C: the answer to a question that is open, else something new. */
  #enter(line: string | null): void {
    this.#watchIdle();
    const asked = this.#asked;
    this.#asked = null;
    if (asked !== null) {
      if (line === null) asked.cancel();
      else asked.answer(line);
    } else if (!this.#busy) void this.#during(() => (this.#open ? this.#choose(line ?? "") : this.#door(line ?? "")));
  }

  async #during(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await work();
    } catch (error) {
      if (this.#open || !(error instanceof Cancelled))
        this.#say(this.#t(error instanceof Cancelled ? words.cancelled : words.failed));
    }
    this.#busy = false;
    this.#prompt();
  }

  #prompt(): void {
    const { bench, code } = this.#parts;
    this.#line.hidden = !this.#open;
    const door = this.#t(code.isNew() ? words.oneTime : words.code);
    this.#parts.terminal.write(this.#open ? `${this.#t(modes[bench.mode()] ?? ["", ""])}> ` : `${door}: `);
  }

  #watchIdle(): void {
    this.#idle?.();
    this.#idle = this.#open || this.#asked !== null ? this.#clock.after(IDLE, () => this.#leave(words.idle)) : null;
  }

  #leave(why: Pair): void {
    this.#open = false;
    this.#line.hidden = true;
    this.#idle?.();
    this.#idle = null;
    this.#say("");
    this.#say(this.#t(why));
    const asked = this.#asked;
    this.#asked = null;
    asked?.cancel();
    if (!this.#busy) this.#prompt();
  }

  /** @throws Cancelled for Ctrl-C, an idle end, and an empty line where one is not an answer. */
  async #ask(question: Pair, wrong: (text: string) => NetworkAnswer | null = () => null): Promise<string> {
    for (;;) {
      this.#parts.terminal.write(`${this.#t(question)}: `);
      const line = await new Promise<string>((answer, refuse) => {
        this.#asked = { answer, cancel: () => refuse(new Cancelled()) };
        this.#watchIdle();
      });
      const text = line.trim();
      if (text === "" && question !== words.dns) throw new Cancelled();
      const fault = text === "" ? null : wrong(text);
      if (fault === null) return text;
      this.#told(fault);
    }
  }

  async #door(line: string): Promise<void> {
    const { code, title, onOpened } = this.#parts;
    if (line === "") {
      this.#say(`Greenlane ${title}`);
      return;
    }
    const now = this.#clock.monotonic();
    if (now < this.#lockedUntil) {
      this.#say(filled(this.#t(words.wait), Math.ceil((this.#lockedUntil - now) / 1000)));
      return;
    }
    const answer = await code.check(line);
    if (answer === "wrong") {
      onOpened("wrong-code");
      this.#wrong++;
      if (this.#wrong % TRIES === 0) this.#lockedUntil = monotonic(this.#clock.monotonic() + LOCKED);
      this.#say(this.#t(words.wrong));
      return;
    }
    if (answer === "one-time" && !(await this.#newCode())) return;
    this.#wrong = 0;
    this.#open = true;
    onOpened("opened");
    this.#watchIdle();
    this.#menu();
  }

  /** A new lane with no network yet gets its code here; the one-time code ends with it. */
  async #newCode(): Promise<boolean> {
    const { code, onCodeKept } = this.#parts;
    const first = await this.#ask(words.newCode);
    const weak = weakness(first);
    const differ = weak === null && (await this.#ask(words.again)) !== first;
    if (weak !== null || differ) {
      this.#say(weak === null ? this.#t(words.differ) : this.#explained("GL-5010", weak));
      return false;
    }
    await code.set(first);
    onCodeKept();
    return true;
  }

  #menu(): void {
    const { bench, directory } = this.#parts;
    const safe = inSafeMode(directory) ? this.#t(words.safeAtStart) : "";
    const mode = this.#t(modes[bench.mode()] ?? ["", ""]);
    this.#say(filled(this.#t(words.state), mode, bench.link().broker, bench.troubles().length, safe));
    for (const [index, entry] of entries.entries()) this.#say(`${index + 1} ${this.#t(entry)}`);
    this.#say(`0 ${this.#t(words.close)}`);
  }

  async #choose(line: string): Promise<void> {
    const { bench, directory } = this.#parts;
    switch (line.trim()) {
      case "":
        return this.#menu();
      case "0":
        if (bench.mode() === "maintenance") this.#say(this.#t(words.stillShut));
        return this.#leave(words.closed);
      case "1":
        return this.#doctor();
      case "2":
        return this.#told(await this.#network.show());
      case "3":
        return this.#fixedAddress();
      case "4": {
        const name = await this.#ask(words.interface, wrongInterface);
        this.#say(this.#t(words.setting));
        return this.#told(await this.#network.automatic(name));
      }
      case "5": {
        const answer = await bench.setMaintenance(bench.mode() !== "maintenance");
        return answer.ok ? undefined : this.#say(this.#explained(answer.code, answer.why));
      }
      case "6":
        return this.#selftest();
      case "7":
        setSafeMode(directory, !inSafeMode(directory));
        return this.#say(this.#t(inSafeMode(directory) ? words.safeOn : words.safeOff));
      case "8":
        return this.#troubles();
      case "9":
        this.#language = this.#language === 0 ? 1 : 0;
        return this.#menu();
      default:
        return this.#say(this.#t(words.choose));
    }
  }

  async #doctor(): Promise<void> {
    const found = { ok: 0, warn: 0, fail: 0, skipped: 0 };
    for await (const result of this.#parts.examine()) {
      found[result.status]++;
      this.#result(result);
    }
    this.#say(filled(this.#t(words.sum), found.ok, found.warn, found.fail, found.skipped));
  }

  async #fixedAddress(): Promise<void> {
    const there = await this.#network.show();
    this.#told(there);
    if (!there.ok) return;
    const name = await this.#ask(words.interface, wrongInterface);
    const address = await this.#ask(words.address, wrongAddress);
    const gateway = await this.#ask(words.gateway, wrongHost);
    const dns = await this.#ask(words.dns, wrongHost);
    this.#say(this.#t(words.setting));
    this.#told(await this.#network.fixed(name, address, gateway, dns === "" ? gateway : dns));
  }

  async #selftest(): Promise<void> {
    for (const [index, part] of selftestParts.entries())
      this.#say(`${index + 1} ${this.#t(parts[part] ?? [part, part])}`);
    const wanted = await this.#ask(words.part);
    const part = selftestParts.find((name, index) => wanted === name || wanted === String(index + 1));
    if (part === undefined) return this.#say(this.#t(words.choose));
    this.#say(this.#t(words.trying));
    for (const step of (await selftest(part, this.#parts.bench)).steps) this.#result(step);
  }

  #troubles(): void {
    const rows = this.#parts.bench.troubles();
    if (rows.length === 0) this.#say(this.#t(words.noTroubles));
    for (const row of rows) this.#say(`${row.code} ${this.#t([row.zh, row.en])}: ${this.#t([row.fixZh, row.fixEn])}`);
  }

  #explained(code: string, why: string): string {
    return `${code} ${(this.#language === 0 ? this.#parts.chinese(code) : null) ?? why}`;
  }

  #told(answer: NetworkAnswer): void {
    if (answer.ok) for (const line of answer.lines) this.#say(line);
    else this.#say(this.#explained(answer.code, answer.why));
  }

  #result(result: CheckResult): void {
    const name = this.#t([result.zh, result.en]);
    // A Han character is two columns wide, and so is its space.
    const mark = this.#language === 0 ? marks[result.status][0].padEnd(3, "　") : marks[result.status][1].padEnd(7);
    this.#say(`${mark} ${name}: ${result.measured} ${result.code ?? ""}`.trimEnd());
    if (result.fix !== null)
      this.#say(`        -> ${(this.#language === 0 ? this.#parts.chinese(result.code ?? "") : null) ?? result.fix}`);
  }
}
