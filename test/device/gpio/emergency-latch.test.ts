import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileEmergencyLatch, LatchError } from "../../../device/gpio/emergency-latch.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latch-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the emergency latch", () => {
  it("is found set by the next process, even where its folder did not exist", () => {
    const path = join(folder, "data", "emergency");
    new FileEmergencyLatch(path).latch();
    expect(new FileEmergencyLatch(path).latched()).toBe(true);
  });

  it("is at rest on a new disk and after it was cleared", () => {
    const latch = new FileEmergencyLatch(join(folder, "emergency"));
    expect(latch.latched()).toBe(false);
    latch.latch();
    latch.clear();
    latch.clear();
    expect(latch.latched()).toBe(false);
  });

  it("counts as set when the file is empty, a folder, or cannot be reached", () => {
    writeFileSync(join(folder, "empty"), "");
    expect(new FileEmergencyLatch(join(folder, "empty")).latched()).toBe(true);
    mkdirSync(join(folder, "folder"));
    expect(new FileEmergencyLatch(join(folder, "folder")).latched()).toBe(true);
    expect(new FileEmergencyLatch(join(folder, "empty", "below-a-file")).latched()).toBe(true);
  });

  it("says what to do where the disk refuses to take it, and stays set where it refuses to clear it", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => new FileEmergencyLatch(join(folder, "file", "emergency")).latch()).toThrow(LatchError);
    mkdirSync(join(folder, "stays", "inside"), { recursive: true });
    const stays = new FileEmergencyLatch(join(folder, "stays"));
    expect(() => stays.clear()).toThrow("GL-2320");
    expect(stays.latched()).toBe(true);
  });
});
