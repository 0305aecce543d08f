import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { afterEach, beforeEach, describe, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { SerialConsole } from "../../device/serial-console/serial-console.ts";

const hasSocat = (() => {
  try {
    execFileSync("socat", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
let folder: string;
let pair: ChildProcess;
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const plug = async (): Promise<void> => {
  pair = spawn(
    "socat",
    [`pty,raw,echo=0,link=${join(folder, "lane")}`, `pty,raw,echo=0,link=${join(folder, "laptop")}`],
    { stdio: "ignore" },
  );
  await until(() => existsSync(join(folder, "lane")) && existsSync(join(folder, "laptop")));
};
const unplug = async (): Promise<void> => {
  const ended = new Promise((resolve) => pair.once("exit", resolve));
  pair.kill("SIGKILL");
  await ended;
  for (const end of ["lane", "laptop"]) rmSync(join(folder, end), { force: true });
};
const laptop = async (): Promise<SerialPort> => {
  const port = new SerialPort({ path: join(folder, "laptop"), baudRate: 115_200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error === null ? resolve() : reject(error))));
  port.on("error", () => {});
  return port;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "uart-"));
  if (hasSocat) await plug();
});
afterEach(async () => {
  if (hasSocat) await unplug();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!hasSocat)("the UART as a terminal", () => {
  // Several times, since a hang-up is told in different ways, and about one in a hundred not at all.
  it("carries bytes both ways and comes back after a hang-up", { repeats: 9, timeout: 30_000 }, async () => {
    const clock = new SimClock();
    const console = new SerialConsole(join(folder, "lane"), 115_200, clock, quiet);
    let heard = "";
    console.onData((bytes) => {
      heard += Buffer.from(bytes).toString("latin1");
    });
    await console.start();
    const first = await laptop();
    let shown = "";
    first.on("data", (bytes: Buffer) => {
      shown += bytes.toString("latin1");
    });
    await until(() => {
      console.write("?");
      return shown.includes("?");
    });
    first.write("hello\r");
    await until(() => heard.includes("hello\r"));

    await unplug();
    first.destroy();
    await plug();
    heard = "";
    const second = await laptop();
    await until(() => {
      clock.advance(500);
      second.write("x");
      return heard.includes("x");
    });
    await console.stop();
    await new Promise<void>((resolve) => second.close(() => resolve()));
  });

  it("waits for a port that is not there yet", async () => {
    const clock = new SimClock();
    const console = new SerialConsole(join(folder, "nothing"), 115_200, clock, quiet);
    await console.start();
    console.write("into the void");
    clock.advance(10_000);
    await console.stop();
  });
});
