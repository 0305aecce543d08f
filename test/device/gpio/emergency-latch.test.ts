import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FileEmergencyLatch, LatchError } from "../../../device/gpio/emergency-latch.ts";

/** What was synced to the disk, by its path. */
const synced = vi.hoisted((): string[] => []);
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  return {
    ...real,
    fsyncSync: (handle: number) => {
      synced.push(readlinkSync(`/proc/self/fd/${handle}`));
      real.fsyncSync(handle);
    },
  };
});

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

  it("is on disk before the outputs move: its folder is synced after setting and after clearing", () => {
    const latch = new FileEmergencyLatch(join(folder, "emergency"));
    for (const change of [() => latch.latch(), () => latch.clear()]) {
      synced.length = 0;
      change();
      expect(synced.at(-1)).toBe(folder);
    }
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
