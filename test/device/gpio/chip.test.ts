import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDetectedChip, findSysfsChip } from "../../../device/gpio/chip.ts";
import { dialectOf } from "../../../device/gpio/gpiod-dialect.ts";
import { millis } from "../../../src/core/units.ts";

describe("the on-board chip", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "chips-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const chip = (label: string, base: number, lines: number): void => {
    const folder = join(root, `gpiochip${base}`);
    mkdirSync(folder);
    for (const [file, value] of Object.entries({ label, base, ngpio: lines }))
      writeFileSync(join(folder, file), `${value}\n`);
  };

  it("is found by its label wherever its numbers begin, never by the lowest", () => {
    chip("raspberrypi-exp-gpio", 450, 8);
    chip("pinctrl-bcm2711", 512, 58);
    expect(findSysfsChip(null, root)).toEqual({ label: "pinctrl-bcm2711", base: 512, lines: 58 });
    expect(findSysfsChip("raspberrypi-exp-gpio", root).base).toBe(450);
  });

  it("is not guessed: none or two that match are told with what was seen", () => {
    chip("raspberrypi-exp-gpio", 450, 8);
    expect(() => findSysfsChip(null, root)).toThrow(/GL-2304.*raspberrypi-exp-gpio/);
    chip("pinctrl-rp1", 571, 54);
    chip("pinctrl-bcm2835", 0, 54);
    expect(() => findSysfsChip(null, root)).toThrow("GL-2304: 2 GPIO chips");
    expect(() => findSysfsChip(null, join(root, "nowhere"))).toThrow("GL-2303");
  });

  it("is read from gpiodetect alike in both versions", () => {
    const output = "gpiochip0 [pinctrl-rp1] (54 lines)\ngpiochip4 [raspberrypi-exp-gpio] (8 lines)\n";
    expect(findDetectedChip(output, null)).toEqual({ name: "gpiochip0", label: "pinctrl-rp1" });
    expect(() => findDetectedChip("", null)).toThrow("seen: none");
  });
});

describe("the gpiod tools", () => {
  const one = dialectOf("gpioset (libgpiod) v1.6.3\n");
  const two = dialectOf("gpioset (libgpiod) v2.2.1\n");

  it("are told apart by their version, and anything else is refused", () => {
    expect([one.version, two.version]).toEqual([1, 2]);
    for (const answer of ["", "gpioset (libgpiod) v3.0", "command not found"])
      expect(() => dialectOf(answer)).toThrow("GL-2303");
  });

  it("give a pulse that ends and rests by itself, in both versions", () => {
    expect(two.pulse("gpiochip0", 5, false, millis(250))).toEqual([
      "gpioset",
      "--toggle",
      "250ms,0",
      "--chip",
      "gpiochip0",
      "5=0",
    ]);
    const [shell, , script, , ...args] = one.pulse("gpiochip0", 5, false, millis(1250));
    expect(shell).toBe("/bin/sh");
    // The shell's text is fixed; numbers come as its arguments.
    expect(script).not.toMatch(/gpiochip0|1250|=0/);
    expect(args).toEqual(["1", "250000", "gpiochip0", "5=0", "5=1"]);
  });

  it("tell edges as levels, each version with its own digits, and nothing of other lines", () => {
    expect([one.edge("17 1"), one.edge("17 0")]).toEqual([
      { line: 17, high: true },
      { line: 17, high: false },
    ]);
    expect([two.edge("17 1"), two.edge("17 2")]).toEqual([
      { line: 17, high: true },
      { line: 17, high: false },
    ]);
    for (const text of ["", "17", "event: RISING", "17 3"])
      expect([one.edge(text), two.edge(text)]).toEqual([null, null]);
    expect(one.levels("1 0 1\n")).toEqual([true, false, true]);
  });
});
