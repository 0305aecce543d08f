import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { SystemClock } from "../../../device/clock/system-clock.ts";
import { SerialScanner } from "../../../device/scanner/serial-scanner.ts";
import type { CodeRead } from "../../../src/core/flow.ts";
import { millis } from "../../../src/core/units.ts";
import type { Scanner } from "../../../src/ports/code-reader.ts";
import { Happenings } from "../../support/happenings.ts";
import { silentLog } from "../silent-log.ts";
import { type ScannerBench, scannerPromises } from "./scanner.conformance.ts";

let codes: CodeRead[];
let healths: string[];
beforeEach(() => {
  codes = [];
  healths = [];
});

const happened = new Happenings();
const { until } = happened;
/** Keeps what an engine reads and tells. */
function listen(scanner: Scanner): void {
  scanner.onCode((code) => {
    codes.push(code);
    happened.tell();
  });
  scanner.onHealth((health) => {
    healths.push(health);
    happened.tell();
  });
}

async function run(promise: (typeof scannerPromises)[string], bench: ScannerBench): Promise<void> {
  listen(bench.scanner);
  await bench.scanner.start();
  await promise(bench, codes, healths);
  await bench.scanner.stop();
}

const hasSocat = spawnSync("socat", ["-V"]).status === 0;

describe.skipIf(!hasSocat)("a scan engine on a serial line (a pseudo-terminal by socat)", () => {
  let folder: string;
  let socat: ChildProcess | null = null;
  let engine = -1;
  let commands: number[];
  let settingCodes = 0x00;
  let answers: NodeJS.Timeout;
  const clock = new SystemClock({ trust: () => ({ trust: "synced", error: millis(0) }) });
  const port = (): string => join(folder, "tty");

  const plugIn = (): void => {
    const ends = [port(), join(folder, "engine")].map((link) => `pty,raw,echo=0,link=${link}`);
    socat = spawn("socat", ends, { stdio: "ignore" });
  };
  const unplug = (): void => {
    socat?.kill("SIGKILL");
    socat = null;
    engine = -1;
    rmSync(port(), { force: true });
    rmSync(join(folder, "engine"), { force: true });
  };
  /** The engine itself: answers commands, also those that wait in its buffer. */
  const answer = (): void => {
    if (socat === null || !existsSync(join(folder, "engine"))) return;
    try {
      // O_RDWR | O_NOCTTY | O_NONBLOCK
      if (engine < 0) engine = openSync(join(folder, "engine"), 0o2 | 0o400 | 0o4000);
      const buffer = Buffer.alloc(256);
      commands.push(...buffer.subarray(0, readSync(engine, buffer)));
    } catch {}
    while (commands.length >= 9) {
      const [, , type, , , zone, data] = commands.splice(0, 9);
      if (zone !== 0x03) throw new Error("a command for another zone");
      if (type === 0x08) settingCodes = data ?? 0;
      happened.tell();
      writeSync(engine, Uint8Array.of(0x02, 0, 0, 1, type === 0x08 ? 0 : settingCodes, 0x33, 0x31));
    }
  };
  const open = (model: "gm65" | "line" = "gm65"): SerialScanner =>
    new SerialScanner(clock, { port: port(), baud: 9600, model, heartbeat: millis(300) }, silentLog);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "scanner-"));
    commands = [];
    settingCodes = 0x00;
    plugIn();
    answers = setInterval(answer, 5);
  });
  afterEach(() => {
    clearInterval(answers);
    unplug();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [sentence, promise] of Object.entries(scannerPromises)) {
    it(sentence, { timeout: 60_000 }, async () => {
      await run(promise, {
        scanner: open(),
        show: (code) => void writeSync(engine, Buffer.concat([code, Buffer.from("\r\n")])),
        plug: (plugged) => (plugged ? plugIn() : unplug()),
        until,
      });
    });
  }

  it("closes the setting codes at start and again when somebody opened them", { timeout: 60_000 }, async () => {
    const scanner = open();
    listen(scanner);
    await scanner.start();
    await until(() => settingCodes === 0x02);
    settingCodes = 0x03;
    await until(() => settingCodes === 0x02);
    await scanner.stop();
  });

  it("leaves an engine that no longer answers behind, though its line is open", { timeout: 60_000 }, async () => {
    const scanner = open();
    listen(scanner);
    await scanner.start();
    await until(() => healths.at(-1) === "ok");
    clearInterval(answers);
    await until(() => healths.at(-1) === "gone");
    answers = setInterval(answer, 5);
    await until(() => healths.at(-1) === "ok");
    await scanner.stop();
  });
});
