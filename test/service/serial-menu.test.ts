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
  nmcli: string | null = "eth0:connected:Wired 1\n";
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
    network: new Network(
      async (program, args) => {
        this.ran.push([program, ...args]);
        return args.includes("GENERAL.CONNECTION") ? "Wired 1\n" : this.nmcli;
      },
      () => ["10.0.0.7/24"],
    ),
    chinese: (code) => (code === "GL-2051" ? "检查插头" : null),
    onOpened: (how) => void this.opened.push(how),
    onCodeKept: () => void this.opened.push("code-kept"),
  });

  /** Types a line and gives what came back once the menu waits for more. Time stands still meanwhile. */
  async type(line: string, enter = "\r"): Promise<string> {
    this.out = "";
    this.#listener(Buffer.from(line + enter));
    while (!/(> |: )$/.test(this.out)) await new Promise((resolve) => setImmediate(resolve));
    return this.out;
  }
  /** The same for what takes the lane a while. */
  run(line: string): Promise<string> {
    return driven(this.bench.clock, this.type(line));
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

  it("locks after five wrong codes, and says for how long", async () => {
    const desk = new Desk();
    await desk.code.set(CODE);
    desk.menu.start();
    for (let tries = 0; tries < 5; tries++) await desk.type("wrong-one");
    expect(await desk.type(CODE)).toMatch(/wait \d+ s/);
    desk.bench.clock.advance(61_000);
    expect(await desk.type(CODE)).toContain("1 doctor");
  });

  it("opens a new lane by its one-time code and takes the technician's own, as no network may lead to the panel yet", async () => {
    const desk = new Desk();
    const oneTime = (await desk.code.issueOneTime()) ?? "";
    desk.menu.start();
    expect(await desk.type("")).toContain("one-time code: ");
    expect(await desk.type("AAAAA-AAAAA")).toContain("wrong code");
    expect(await desk.type(oneTime)).toContain("new technician's code");
    expect(await desk.type("12345678")).toContain("GL-5010");
    for (const line of [oneTime, CODE]) await desk.type(line);
    expect(await desk.type("another-55")).toContain("differ");
    expect(desk.code.isNew()).toBe(true);
    let told = await desk.type(oneTime);
    told += await desk.type(CODE);
    told += await desk.type(CODE);
    expect(told).toContain("1 doctor");
    expect(told).not.toContain(CODE);
    expect(await desk.code.check(CODE)).toBe("code");
    expect(desk.opened).toEqual(["wrong-code", "code-kept", "opened"]);
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
    expect(await desk.run("3")).toMatch(/trying[\s\S]*GL-2312/);
    expect(desk.bench.pulses).toEqual([]);
    expect(await desk.type("5")).toContain("maintenance> ");
    await desk.type("6");
    expect(await desk.run("relay")).toContain("250 ms, read back");
    expect(await desk.type("0")).toContain("the entry stays shut until 5");
    await desk.type(CODE);
    await desk.type("7");
    expect(inSafeMode(folder)).toBe(true);
    await desk.type("7");
    expect(inSafeMode(folder)).toBe(false);
  });

  it("sets a fixed address without a shell, and refuses what is no address", async () => {
    const desk = new Desk();
    await desk.open();
    expect(await desk.type("3")).toContain("eth0  connected  Wired 1  10.0.0.7/24");
    for (const line of ["eth0", "10.1.2.3/24", "10.1.2.1"]) await desk.type(line);
    expect(await desk.type("")).toContain("eth0 is up");
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
    const before = desk.ran.filter(([, verb]) => verb === "connection").length;
    await desk.type("3");
    for (const [wrong, code, right] of [
      ["eth0; reboot", "GL-4121", "eth0"],
      ["999.1.2.3/24", "GL-4122", "10.1.2.3/24"],
      ["10.1.2", "GL-4123", "10.1.2.1"],
    ] as const) {
      // Told at once, and asked again.
      expect(await desk.type(wrong)).toContain(code);
      await desk.type(right);
    }
    expect(await desk.type("$(reboot)")).toContain("GL-4123");
    expect(await desk.type("\u0003", "")).toContain("cancelled");
    expect(desk.ran.filter(([, verb]) => verb === "connection").length).toBe(before);
  });

  it("reads corrections, arrows and every kind of Enter", async () => {
    const desk = new Desk();
    await desk.code.set(CODE);
    desk.menu.start();
    expect(await desk.type("", "\n")).toContain("technician's code: ");
    expect(await desk.type("", "\r\n")).toContain("technician's code: ");
    expect(await desk.type(`wrong\u0015vx\u007falve-\u001b[A\u001b[1;5D\u001bOP71-moss`, "\r\n")).toContain("1 doctor");
    expect(await desk.type("88\u0008")).toContain("88\u0008 \u0008\r\nno troubles");
    expect(await desk.type("nine")).toContain("choose one of the numbers");
    expect(await desk.type("")).toContain("1 doctor");
  });

  it("opens by a code in Chinese as well", async () => {
    const desk = new Desk();
    await desk.code.set("东门阀门七十一号苔");
    desk.menu.start();
    expect(await desk.type("东门阀门七十一号苔藓\u007f")).toContain("1 doctor");
  });

  it("speaks Chinese, and says in Chinese what to do", async () => {
    const desk = new Desk();
    await desk.open();
    expect(await desk.type("9")).toContain("1 全面检查");
    expect(await desk.type("1")).toMatch(
      /未通过 +摄像头: missing \[2J GL-2051\r\n +-> 检查插头\r\n正常 0，提醒 0，未通过 1/,
    );
    expect(await desk.type("9")).toContain("1 doctor");
  });

  it("is there again after idle minutes in the middle of a question", async () => {
    const desk = new Desk();
    await desk.open();
    await desk.type("4");
    desk.out = "";
    desk.bench.clock.advance(5 * 60_000);
    await desk.type("");
    expect(await desk.type(CODE)).toContain("1 doctor");
    expect(desk.opened).toEqual(["opened", "opened"]);
  });

  it("asks for no address where the network's manager does not answer", async () => {
    const desk = new Desk();
    desk.nmcli = null;
    await desk.open();
    expect(await desk.type("3")).toMatch(/GL-4120.*\r\nnormal> $/);
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
