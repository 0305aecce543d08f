/** The serial scan engine on a USB gadget of the kernel's: g_serial is the engine, cdc-acm the kiosk's side. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readSync, writeSync } from "node:fs";
import { SystemClock } from "../../../device/clock/system-clock.ts";
import { SerialScanner } from "../../../device/scanner/serial-scanner.ts";
import type { CodeRead } from "../../../src/core/flow.ts";
import { millis } from "../../../src/core/units.ts";
import type { Logger } from "../../../src/ports/logger.ts";
import { scannerPromises } from "../../device/scanner/scanner.conformance.ts";
import { checks, until } from "./say.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const clock = new SystemClock({ trust: () => ({ trust: "synced", error: millis(0) }) });
let engine = -1;
let commands: number[] = [];

/** Answers each command of a GM65 as the engine does. */
setInterval(() => {
  if (!existsSync("/dev/ttyGS0")) return;
  try {
    // O_RDWR | O_NOCTTY | O_NONBLOCK
    if (engine < 0) {
      engine = openSync("/dev/ttyGS0", 0o2 | 0o400 | 0o4000);
      execFileSync("stty", ["-F", "/dev/ttyGS0", "raw", "-echo"]);
    }
    const buffer = Buffer.alloc(256);
    commands.push(...buffer.subarray(0, readSync(engine, buffer)));
  } catch {}
  for (; commands.length >= 9; commands = commands.slice(9))
    writeSync(engine, Uint8Array.of(0x02, 0, 0, 1, commands[2] === 0x08 ? 0 : 0x02, 0x33, 0x31));
}, 20).unref();

const plug = (plugged: boolean): void => {
  // An engine that is pulled out takes its own end with it; an open end would keep the gadget.
  if (engine >= 0) closeSync(engine);
  engine = -1;
  commands = [];
  execFileSync("modprobe", plugged ? ["g_serial", "use_acm=1"] : ["-r", "g_serial"]);
};

async function scan(run: (of: { codes: CodeRead[]; healths: string[]; scanner: SerialScanner }) => Promise<unknown>) {
  const codes: CodeRead[] = [];
  const healths: string[] = [];
  const scanner = new SerialScanner(
    clock,
    { port: "/dev/ttyACM0", baud: 9600, model: "gm65", heartbeat: millis(1500) },
    quiet,
  );
  scanner.onCode((code) => codes.push(code));
  scanner.onHealth((health) => healths.push(health));
  await scanner.start();
  try {
    return await run({ codes, healths, scanner });
  } finally {
    await scanner.stop();
  }
}

const show = (code: Uint8Array): void => {
  writeSync(engine, Buffer.concat([code, Buffer.from("\r")]));
};

await checks({
  ...Object.fromEntries(
    Object.entries(scannerPromises)
      // A gadget's line has no room for three thousand bytes at once.
      .filter(([sentence]) => !sentence.includes("longer than any"))
      .map(([sentence, promise]) => [
        `serial: ${sentence}`,
        () =>
          scan(({ codes, healths, scanner }) =>
            promise(
              { scanner, show, plug, until: async (done, what) => void (await until(done, what)) },
              codes,
              healths,
            ),
          ),
      ]),
  ),
  "serial: an unplug while a code is being read is told, burns no processor, and the half code is never given": () =>
    scan(async ({ codes, healths, scanner }) => {
      await until(() => healths.at(-1) === "ok", "ok");
      scanner.onCode(() => plug(false));
      writeSync(engine, "WHOLE\rHALF-OF-A-CO");
      const gone = await until(() => healths.at(-1) === "gone", "gone");
      const before = process.cpuUsage();
      await until(() => false, "", 3000).catch(() => {});
      const used = process.cpuUsage(before);
      assert.ok(used.user + used.system < 2_000_000, `${used.user + used.system} µs of processor in 3 s`);
      plug(true);
      const back = await until(() => healths.at(-1) === "ok", "ok again");
      assert.deepEqual(
        codes.map((code) => code.text),
        ["WHOLE"],
      );
      return `gone after ${gone} ms, back after ${back} ms`;
    }),
});
