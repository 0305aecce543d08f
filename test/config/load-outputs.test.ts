import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { loadOutputs } from "../../src/config/load-outputs.ts";
import { withValue } from "../../src/config/walk.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outputs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const written = (file: unknown): string => {
  const path = join(folder, "lane.json");
  writeFileSync(path, JSON.stringify(file));
  return path;
};

describe("what brings the outputs to rest", () => {
  it("is what the lane itself works with", () => {
    const path = written(withValue(withValue(example, "devices.gpio.pulse", "400 ms"), "storage.directory", folder));
    const { devices, storage } = loadConfig(path);
    expect(loadOutputs(path)).toMatchObject({
      devices: { gpio: devices.gpio, clock: devices.clock },
      storage: { directory: storage.directory },
    });
  });

  it("is read from a file that is wrong elsewhere (P0)", () => {
    let file = withValue(example, "devices.gpio.releaseEntry", { line: 12, activeLow: true });
    for (const path of ["site.phones.technical", "nonsense", "devices.camera", "lane", "storage.directory"])
      file = withValue(file, path, 5);
    const path = written(withValue(file, "devices.clock.driftPpm", "much"));
    expect(() => loadConfig(path)).toThrow("GL-1012");
    const { devices, storage } = loadOutputs(path);
    expect(devices.gpio.releaseEntry).toEqual({ line: 12, activeLow: true });
    expect(storage.directory).toBe("/var/lib/greenlane");
    expect(devices.clock).toEqual(loadConfig("config/lane.example.json").devices.clock);
  });

  it("is not guessed where the file says of the lines what can't be", () => {
    const path = written(withValue(example, "devices.gpio.releaseEntry", { line: "five" }));
    expect(() => loadOutputs(path)).toThrow("GL-1012 devices.gpio.releaseEntry");
    expect(() => loadOutputs(written({ ...example, devices: 5 }))).toThrow("GL-1012 devices");
    for (const text of ["{", "[]"]) {
      writeFileSync(path, text);
      expect(() => loadOutputs(path)).toThrow("GL-1010");
    }
  });
});
