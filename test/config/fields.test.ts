/**
 * No setting is dead: each field of the schema changes what the composition roots hand to the lane, its devices and its
 * pages, or is listed below with the file that reads it from the configuration itself.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { laneFields, needsRestart } from "../../src/config/describe.ts";
import { inspectConfig, readConfig } from "../../src/config/load.ts";
import type { LaneConfig } from "../../src/config/schema.ts";
import { type Field, plain, valueAt, withValue } from "../../src/config/walk.ts";
import { instantFromIso } from "../../src/core/units.ts";
import { cameraOf, scannerOf, thermometerOf, voiceOf, watchdogOf } from "../../src/main-devices.ts";
import { wiringOf } from "../../src/main-outputs.ts";
import * as derive from "../../src/wire-settings.ts";

import { silentLog } from "../device/silent-log.ts";

const seen = vi.hoisted(() => ({ given: [] as unknown[] }));
const recorder = vi.hoisted(
  () =>
    (...names: string[]) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          class {
            constructor(...given: unknown[]) {
              seen.given.push(name, given);
            }
          },
        ]),
      ),
);
vi.mock("node:os", async (original) => ({ ...(await original<object>()), availableParallelism: () => 8 }));
vi.mock("../../device/camera/v4l2-frames.ts", () => recorder("V4l2Frames"));
vi.mock("../../device/scanner/serial-scanner.ts", () => recorder("SerialScanner"));
vi.mock("../../device/thermometer/iio-sensor.ts", () => recorder("IioSensor"));
vi.mock("../../device/thermometer/mlx90614-sensor.ts", () => ({
  ...recorder("Mlx90614Sensor"),
  openI2c: (bus: number) => ({ bus }),
}));
vi.mock("../../device/thermometer/sampled-thermometer.ts", () => ({
  ...recorder("SampledThermometer"),
  defaultSampling: {},
}));
vi.mock("../../device/sounder/sound-set.ts", () => recorder("SoundSet"));
vi.mock("../../device/sounder/child-sounder.ts", () => recorder("ChildSounder"));
vi.mock("../../device/watchdog/supervised-watchdog.ts", () => ({
  ...recorder("SupervisedWatchdog"),
  systemdNotify: () => null,
}));

/** Fields that a root or a tool reads by itself, and where. */
const readers: Readonly<Record<string, string>> = {
  version: "src/config/migrations.ts",
  "lane.district": "src/wire.ts",
  "lane.site": "src/wire.ts",
  "lane.name": "src/web/technician/routes.ts",
  "site.check.turnBack": "src/service/checks/place.ts",
  "site.check.freeExit": "src/service/checks/place.ts",
  "site.check.calledFirst": "src/service/checks/place.ts",
  "site.entryShutWithoutPower": "src/service/checks/place.ts",
  "temperature.distance": "src/service/checks/place.ts",
  "temperature.fieldOfView": "src/service/checks/place.ts",
  "devices.simulated": "src/main.ts",
  "devices.gpio.backend": "src/main-outputs.ts",
  "devices.gpio.chip": "src/main-outputs.ts",
  "devices.clock.rtc": "src/main-outputs.ts",
  "devices.clock.driftPpm": "src/main-outputs.ts",
  "devices.clock.syncedFile": "src/main-outputs.ts",
  "devices.serialConsole.port": "src/main.ts",
  "devices.serialConsole.baud": "src/main.ts",
  "broker.url": "src/main-trust.ts",
  "broker.protocol": "src/main-trust.ts",
  "broker.ca": "src/main-trust.ts",
  "broker.certificate": "src/main-trust.ts",
  "broker.key": "src/main-trust.ts",
  "broker.clientId": "src/main-trust.ts",
  "broker.keepalive": "src/main-trust.ts",
  "broker.districtKey": "src/main-trust.ts",
  "broker.orderKeys": "src/main-trust.ts",
  "broker.pseudonymKeys": "src/main-trust.ts",
  "trust.roots": "src/main-trust.ts",
  "trust.listUrl": "src/main-trust.ts",
  "trust.revocationUrl": "src/main-trust.ts",
  "trust.refresh": "src/main-trust.ts",
  "trust.staleAfter": "src/main-trust.ts",
  "trust.platform": "src/main-trust.ts",
  "replay.gateGroup": "src/main-trust.ts",
  "replay.inner": "src/main-trust.ts",
  "replay.listen": "src/main-trust.ts",
  "replay.peers": "src/main-trust.ts",
  "replay.siteKey": "src/main-trust.ts",
  "web.host": "src/main-web.ts",
  "web.port": "src/main-web.ts",
  "web.tlsPort": "src/main-web.ts",
  "web.certificate": "src/main-web.ts",
  "web.key": "src/main-web.ts",
  "web.idleSignOut": "src/web/technician/panel.ts",
  "storage.directory": "src/wire.ts",
  "log.level": "src/cli/run.ts",
};

const both = { zh: "东侧", en: "East side" };
const scanner = { "reading.source": "both" };
const iio = { "devices.thermometer.backend": "iio-mlx90614", "devices.thermometer.iioDevice": "/sys/iio" };

/** Values where the next best one of the schema would not do, and what has to stand beside them. */
const values: Readonly<Record<string, { readonly to: unknown; readonly beside?: Readonly<Record<string, unknown>> }>> =
  {
    "lane.id": { to: "west-01" },
    "lane.number": { to: "07" },
    "lane.way": { to: "exit" },
    "site.name.zh": { to: "新华小区" },
    "site.name.en": { to: "Xinhua compound" },
    "site.phones.complaint": { to: "0536-12345" },
    "site.phones.technical": { to: "0536-000-0009" },
    "site.phones.health": { to: "0536-000-0009" },
    "site.phones.site": { to: "0536-000-0009" },
    "site.otherEntrance": { to: { name: both, minutes: 9 } },
    "site.waitingPlace": { to: both },
    "site.feverClinic": { to: both },
    "site.conversionUrl": { to: "https://other.invalid/" },
    "site.placeCode": { to: "https://place.invalid/7" },
    "site.arrivalPeaks": { to: [{ from: "07:00", to: "08:00" }] },
    "rules.effectiveFrom": { to: "2020-04-27T08:00+08:00" },
    "rules.effectiveUntil": { to: "2020-06-27T08:00+08:00" },
    "rules.feverComparison": { to: "at-or-above", beside: { "rules.feverLimit": "37.4 °C" } },
    "rules.clinicAdviceFrom": { to: "37.4 °C", beside: { "rules.feverLimit": "37.5 °C" } },
    "timings.callAgainAfter": { to: "6 s" },
    "timings.callRoomAfter": { to: "30 s" },
    "temperature.correction": { to: { version: "own-1", points: [{ ambient: "20 °C", add: "0.7 °C" }] } },
    "temperature.calibration": {
      to: {
        at: "2020-04-20T00:00:00Z",
        expires: "2021-04-20T00:00:00Z",
        serial: "BB-1",
        sensor: "mlx-17",
        gain: 1.01,
        offset: "-0.2 °C",
        by: "tech-1",
      },
    },
    "devices.camera.device": { to: "/dev/v4l/by-id/other" },
    "devices.thermometer.backend": { to: "iio-mlx90614", beside: { "devices.thermometer.iioDevice": "/sys/iio" } },
    "devices.thermometer.iioDevice": { to: "/sys/other", beside: iio },
    "devices.gpio.fireLoop": { to: { line: 2, activeLow: false } },
    "devices.gpio.presenceExit": { to: { line: 2, activeLow: false } },
    "devices.gpio.buttonMaskRefused": { to: { line: 2, activeLow: false } },
    "devices.gpio.mainsLost": { to: { line: 2, activeLow: false } },
    "devices.scanner.port": { to: "/dev/serial/by-id/other", beside: scanner },
    "devices.sounder.device": { to: "hw:1" },
    "devices.sounder.set": { to: "other" },
    "devices.sounder.volumes": { to: [{ from: "00:00", to: "00:00", volume: "10 %" }] },
    "devices.watchdog.device": { to: "/dev/watchdog" },
    "display.languages": { to: ["zh"] },
  };

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const usual = readConfig(example);
const clock = new SimClock(instantFromIso("2020-04-27T12:00:00+08:00"));

/** Everything that is made of a configuration, as text. */
function made(config: LaneConfig): string {
  seen.given.length = 0;
  const settings = Object.entries(derive).map(([name, of]) => [name, (of as (config: LaneConfig) => unknown)(config)]);
  cameraOf(config, clock, silentLog);
  scannerOf(config, clock, silentLog);
  thermometerOf(config, clock);
  voiceOf(config, clock, silentLog);
  watchdogOf(config, clock, silentLog);
  const show = (_key: string, value: unknown): unknown => {
    if (value === clock || value === silentLog) return null;
    if (typeof value === "function" && value.length === 0) return { calls: value(), made: seen.given.length };
    return value;
  };
  return JSON.stringify([settings, wiringOf(config), [...seen.given], seen.given], show);
}

/** A value that the field may have and doesn't have now. */
function other({ path, node }: Field, now: unknown): unknown {
  const set = values[path];
  if (set !== undefined) return set.to;
  // A line that is wired goes to one that is free.
  if (path.startsWith("devices.gpio.") && plain(node).properties?.line !== undefined)
    return { line: 2, activeLow: true };
  const inner = plain(node);
  const quantity = inner["x-quantity"];
  const choices: readonly unknown[] =
    inner.type === "boolean"
      ? [true, false]
      : inner.enum !== undefined
        ? inner.enum
        : quantity !== undefined
          ? [quantity.from, quantity.to]
          : [inner.minimum, inner.maximum].filter((limit) => limit !== undefined);
  const found = choices.find((choice) => JSON.stringify(choice) !== JSON.stringify(now));
  if (found === undefined) throw new Error(`${path} needs a value in this test's list`);
  return found;
}

describe("each field of the configuration", () => {
  it.each(laneFields().map((field) => [field.path, field] as const))("%s counts", (path, field) => {
    const reader = readers[path];
    if (reader !== undefined) {
      const leaf = path.split(".").at(-1);
      const code = readFileSync(reader, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      expect(new RegExp(`\\b${leaf}\\b`).test(code), `${reader} does not read ${path} any more`).toBe(true);
      return;
    }
    const beside = values[path]?.beside ?? (path.startsWith("devices.scanner.") ? scanner : {});
    const file = Object.entries(beside).reduce((given, [at, to]) => withValue(given, at, to), example);
    const before = file === example ? usual : readConfig(file);
    const after = inspectConfig(withValue(file, path, other(field, valueAt(before.file, path))));
    expect(after.findings).toEqual([]);
    if (!after.ok) return;
    const live = ({ config }: { config: LaneConfig }) =>
      JSON.stringify([derive.laneSettings(config), derive.faceOf(config)]);
    if (!needsRestart(field))
      expect(live(after.loaded), `${path} claims to count without a restart`).not.toBe(live(before));
    expect(made(after.loaded.config), `nothing that runs changes with ${path}`).not.toBe(made(before.config));
  });

  it("is on the list of readers only while the schema has it", () => {
    const paths = laneFields().map(({ path }) => path);
    expect(Object.keys({ ...readers, ...values }).filter((path) => !paths.includes(path))).toEqual([]);
  });
});
