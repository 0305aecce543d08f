import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/load.ts";
import { slower } from "../hil/guest/slower.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, object>;

/** Every value of a configuration by its path. */
function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`));
}

describe("the emulated lane", () => {
  it("runs with longer limits of its own, while the product's defaults stand untouched", () => {
    const { rules: _, devices: __, ...rest } = example;
    const product = Object.fromEntries(leaves(readConfig({ ...rest, rules: {} }).config));
    const emulated = leaves(readConfig({ ...rest, rules: {}, ...slower }).config);
    const changed = emulated.filter(([path, value]) => product[path] !== value).map(([path]) => path);
    expect(Object.fromEntries(changed.map((path) => [path, product[path]]))).toMatchInlineSnapshot(`
      {
        "devices.camera.device": "/dev/v4l/by-id/camera-video-index0",
        "devices.camera.frozenAfter": 1500,
        "devices.camera.height": 720,
        "devices.camera.noFrameAfter": 1500,
        "devices.camera.rate": 15,
        "devices.camera.width": 1280,
        "devices.watchdog.laneLimit": 2000,
        "devices.watchdog.readerLimit": 10000,
        "devices.watchdog.thermometerLimit": 10000,
        "reading.decodeDeadline": 1000,
        "reading.frameAgeLimit": 300,
        "reading.workers": 2,
        "temperature.samples": 5,
        "temperature.staleAfter": 500,
        "temperature.warmUp": 1800000,
        "timings.noCredentialAfter": 10000,
      }
    `);
    const unit = readFileSync("systemd/greenlane.service", "utf8");
    expect(unit).toMatch(/^WatchdogSec=10$/m);
    expect(unit).toMatch(/^TimeoutStartSec=60$/m);
  });
});
