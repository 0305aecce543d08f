import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/core/panel.ts";
import { Network } from "../../src/service/network.ts";
import { inSafeMode } from "../../src/service/safe-mode.ts";
import { SerialMenu } from "../../src/service/serial-menu.ts";
import { TechnicianCode } from "../../src/service/technician-code.ts";
import { Bench, driven } from "../support/bench.ts";

const CODE = "valve-71-moss";
const looked: CheckResult = {
  id: "x",
  status: "fail",
  code: "GL-2051",
  zh: "摄像头",
  en: "Camera",
  measured: "missing\u001b[2J",
  expected: "one",
  fix: "check the plug",
};
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "serial-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

class Desk {
  readonly bench = new Bench();
  readonly opened: string[] = [];
  readonly ran: string[][] = [];
  out = "";
  #listener: (bytes: Uint8Array) => void = () => {};
  readonly code = new TechnicianCode(folder, 10);
  readonly menu = new SerialMenu({
    terminal: {
      onData: (listener) => {
        this.#listener = listener;
        return () => {};
      },
      write: (text) => {
        this.out += text;
      },
    },
    bench: this.bench,
    code: this.code,
    title: "03",
    directory: folder,
    examine: async function* () {
      yield looked;
    },
    network: new Network(async (program, args) => {
      this.ran.push([program, ...args]);
      return args.includes("GENERAL.CONNECTION") ? "Wired 1\n" : "eth0:connected:Wired 1\n";
    }),
    onOpened: (how) => void this.opened.push(how),
  });

  /** Types a line and gives what came back once the menu waits for more. */
  async type(line: string): Promise<string> {
    this.out = "";
    this.#listener(Buffer.from(`${line}\r`));
    await driven(
      this.bench.clock,
      (async () => {
        for (let turn = 0; turn < 4000 && !/(> |: |code|closed|wait \d+ s)(\r\n)?$/.test(this.out); turn++)
          await new Promise((resolve) => setImmediate(resolve));
      })(),
    );
    return this.out;
  }
  feed(bytes: Uint8Array): void {
    this.#listener(bytes);
  }
  async open(): Promise<void> {
    await this.code.set(CODE);
    this.menu.start();
    await this.type("");
    await this.type(CODE);
  }
}

describe("the serial menu", () => {
  it("asks for the panel's code, reports its opening as tamper and never echoes the code", async () => {
    const desk = new Desk();
    await desk.code.set(CODE);
    desk.menu.start();
    expect(await desk.type("")).toContain("technician's code");
    expect(await desk.type("wrong-one")).toContain("wrong code");
    const told = await desk.type(CODE);
    expect(told).toContain("1 doctor");
    expect(told).not.toContain(CODE);
    expect(desk.opened).toEqual(["wrong-code", "opened"]);
  });

  it("has no code to guess on a new lane, and locks after five wrong ones", async () => {
    const fresh = new Desk();
    fresh.menu.start();
    expect(await fresh.type("anything")).toContain("one-time code");
    const desk = new Desk();
    await desk.code.set(CODE);
    desk.menu.start();
    for (let tries = 0; tries < 5; tries++) await desk.type("wrong-one");
    expect(await desk.type(CODE)).toMatch(/wait \d+ s/);
    desk.bench.clock.advance(61_000);
    expect(await desk.type(CODE)).toContain("1 doctor");
  });

  it("shows the doctor's findings with code and fix, without control characters", async () => {
    const desk = new Desk();
    await desk.open();
    const told = await desk.type("1");
    expect(told).toMatch(/fail +Camera: missing \[2J GL-2051\r\n +-> check the plug/);
    expect(told).not.toContain("\u001b");
  });

  it("switches maintenance and safe mode, and tries the relay only in maintenance", async () => {
    const desk = new Desk();
    await desk.open();
    await desk.type("6");
    expect(await desk.type("relay")).toContain("GL-2312");
    expect(desk.bench.pulses).toEqual([]);
    expect(await desk.type("5")).toContain("mode maintenance");
    await desk.type("6");
    expect(await desk.type("relay")).toContain("250 ms, read back");
    await desk.type("7");
    expect(inSafeMode(folder)).toBe(true);
    await desk.type("7");
    expect(inSafeMode(folder)).toBe(false);
  });

  it("sets a fixed address without a shell, and refuses what is no address", async () => {
    const desk = new Desk();
    await desk.open();
    for (const line of ["3", "eth0", "10.1.2.3/24", "10.1.2.1"]) await desk.type(line);
    expect(await desk.type("10.1.2.1")).toContain("eth0 is up");
    expect(desk.ran).toContainEqual([
      "nmcli",
      "connection",
      "modify",
      "id",
      "Wired 1",
      "ipv4.method",
      "manual",
      "ipv4.addresses",
      "10.1.2.3/24",
      "ipv4.gateway",
      "10.1.2.1",
      "ipv4.dns",
      "10.1.2.1",
    ]);
    const before = desk.ran.length;
    for (const line of ["3", "eth0; reboot", "10.1.2.3/24", "10.1.2.1"]) await desk.type(line);
    expect(await desk.type("10.1.2.1")).toContain("GL-4121");
    for (const line of ["3", "eth0", "999.1.2.3/24", "10.1.2.1"]) await desk.type(line);
    expect(await desk.type("10.1.2.1")).toContain("GL-4122");
    expect(desk.ran.length).toBe(before);
  });

  it("closes by itself after five idle minutes", async () => {
    const desk = new Desk();
    await desk.open();
    desk.out = "";
    desk.bench.clock.advance(5 * 60_000);
    expect(desk.out).toContain("closed after five idle minutes");
    expect(await desk.type("1")).not.toContain("Camera");
  });

  it("opens for no bytes but the code, whatever is poured in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        const desk = new Desk();
        await desk.code.set(CODE);
        desk.menu.start();
        desk.feed(bytes);
        await new Promise((resolve) => setImmediate(resolve));
        expect(desk.opened).not.toContain("opened");
        expect(desk.out.length).toBeLessThan(4000);
      }),
      { numRuns: 30 },
    );
  });
});
