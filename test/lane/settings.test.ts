/** What the site set, as it shows at the lane: hours, dates, a calibration, both languages. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { PulseGuard } from "../../device/gpio/pulse-guard.ts";
import { SounderSim } from "../../device/sounder/sounder.sim.ts";
import { readConfig } from "../../src/config/load.ts";
import { withValue } from "../../src/config/walk.ts";
import type { CodeRead } from "../../src/core/flow.ts";
import type { Hours } from "../../src/core/hours.ts";
import { instantFromIso, millis, monotonic } from "../../src/core/units.ts";
import { siteRules } from "../../src/core/verdict/site-rules.ts";
import { laneSettings } from "../../src/wire-settings.ts";
import { credentialFor, defaults, LaneBench } from "./lane-bench.ts";

const noon = instantFromIso("2020-04-27T12:00:00+08:00");
const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const configWith = (changes: Readonly<Record<string, unknown>>) =>
  readConfig(Object.entries(changes).reduce((file, [at, to]) => withValue(file, at, to), example)).config;
const settingsWith = (changes: Readonly<Record<string, unknown>>) => laneSettings(configWith(changes));

async function heardOf(rush: readonly Hours[]) {
  const clock = new SimClock(noon);
  const voice = new SounderSim(clock);
  const one = await new LaneBench(clock, { voice }, { timings: { ...defaults.timings, rush } }).ready();
  await one.stands("entry").shows("green-1").forehead(36.5).wait(1500);
  await one.turns().stands("entry", false).forehead(null).wait(3000);
  await one.stands("entry").shows("red-1").wait(1500);
  return voice.heard().flatMap((each) => (each.kind === "play" ? [[each.sound.tone, each.sound.prompt]] : []));
}

describe("arrival peaks", () => {
  it("leave a grant its tone alone, and nothing else: staff and next steps are spoken as ever", async () => {
    const [calm, busy] = [await heardOf([]), await heardOf([{ from: "11:30", to: "12:30" }])];
    expect(calm).toContainEqual(["go", "go"]);
    expect(busy).toContainEqual(["go", null]);
    expect(busy.filter(([tone]) => tone !== "go")).toEqual(calm.filter(([tone]) => tone !== "go"));
    expect(await heardOf([{ from: "12:30", to: "11:30" }])).toEqual(calm);
    expect(await heardOf([{ from: "12:00", to: "12:00" }])).toEqual(busy);
  });
});

describe("the free exit", () => {
  it("sounds every four seconds until it ends, and is said once", async () => {
    const clock = new SimClock(noon);
    const voice = new SounderSim(clock);
    const one = await new LaneBench(clock, { voice }).ready();
    const before = voice.heard().length;
    await one.line("fire", true).wait(12_500);
    const sounds = voice.heard().slice(before);
    expect(sounds.map((each) => each.kind === "play" && [each.sound.tone, each.sound.prompt])).toEqual([
      ["free", "free-exit"],
      ["free", null],
      ["free", null],
      ["free", null],
    ]);
  });
});

describe("a call for the guard", () => {
  it("sounds again after twenty seconds although other screens have come since", async () => {
    const clock = new SimClock(noon);
    const voice = new SounderSim(clock);
    const one = await new LaneBench(clock, { voice }).ready();
    await one.stands("entry").shows("green-1").forehead(36.5).wait(1500);
    await one.turns().stands("entry", false).forehead(null).wait(3000);
    await one.stands("entry").shows("red-1").wait(30_000);
    expect(voice.heard()).toContainEqual(
      expect.objectContaining({ sound: expect.objectContaining({ tone: "guard-again" }) }),
    );
  });
});

describe("texts of the street", () => {
  it("say from when the rules hold, how many go together, and whose turn of a family it is", async () => {
    const from = instantFromIso("2020-04-28T08:00:00+08:00");
    const rules = siteRules({ kind: "mall", effectiveFrom: from });
    const early = await new LaneBench(new SimClock(noon), {}, { rules }).ready();
    await early.stands("entry").wait(500);
    expect(early.street).toMatchObject({ screen: "before-start", values: { from } });

    const verify = async (code: CodeRead) => ({ ...credentialFor(code), forWhom: "family" as const });
    const family = await new LaneBench(new SimClock(noon), {
      verifier: { verify, used: () => {}, again: (same) => same },
    }).ready();
    await family.stands("entry").shows("green-1", "green-2").wait(1000);
    expect(family.street).toMatchObject({ screen: "one-at-a-time", values: { n: 1, of: 2 } });
    await family.forehead(36.5).wait(3000);
    expect(family.street?.values).toEqual({ n: 2, of: 2 });
    await family.forehead(null).wait(800);
    await family.forehead(36.4).wait(1500);
    expect(family.street).toMatchObject({ screen: "go-family", values: { people: 2 } });
  });
});

describe("a lockdown", () => {
  const order = (minutes: number) => ({ kind: "lockdown", cid: "c-1", who: "op-1", forMs: minutes * 60_000 }) as const;

  it("tells street and guard when entry opens again: by the order, capped by the site, and anew when it is renewed", async () => {
    const one = await new LaneBench(new SimClock(noon)).ready();
    const { at } = one.clock.wall();
    await one.lane.order(order(20));
    expect(one.street).toMatchObject({ screen: "lockdown", values: { until: at + 20 * 60_000 } });
    expect(one.guardView).toMatchObject({ mode: "lockdown", until: at + 20 * 60_000 });
    await one.wait(60_000);
    expect(one.street?.values.until).toBe(at + 20 * 60_000);
    await one.lane.order(order(90));
    expect(one.street?.values.until).toBe(at + 60_000 + 30 * 60_000);
    await one.lane.order({ kind: "unlock", cid: "c-2", who: "op-1" });
    expect(one.street).toMatchObject({ screen: "idle-entry", values: {} });
  });

  it("says no time that no trusted clock could tell, and ends all the same", async () => {
    const clock = new SimClock(noon);
    clock.setTrust("unsynced");
    const one = await new LaneBench(clock).ready();
    await one.lane.order(order(1));
    expect(one.street).toMatchObject({ screen: "lockdown", values: {} });
    await one.wait(61_000);
    expect(one.street?.screen).not.toBe("lockdown");
  });
});

describe("a calibration", () => {
  const record = (expires: string) => ({
    at: "2019-05-01T00:00:00Z",
    expires,
    serial: "BB-1",
    sensor: "mlx-17",
    gain: 1.01,
    offset: "0.43 °C",
    by: "tech-1",
  });

  it("counts in every measurement: a sensor 0.8 °C low turns no fever into a pass", async () => {
    const { temperature } = settingsWith({ "temperature.calibration": record("2021-05-01T00:00:00Z") });
    expect(temperature.calibration).toMatchObject({ gain: 1.01, offset: 0.43 });
    for (const [calibration, screen] of [
      [null, "go"],
      [temperature.calibration, "see-staff"],
    ] as const) {
      const settings = { temperature: { ...defaults.temperature, calibration } };
      const one = await new LaneBench(new SimClock(noon), {}, settings).ready();
      await one.stands("entry").shows("green-1").forehead(36.9).wait(3000);
      expect(one.screens.filter((each) => ["go", "see-staff"].includes(each))).toEqual([screen]);
    }
  });
});

describe("from the configuration to the lane", () => {
  it("slow mode doubles what stays on the screen, and no wait of the turnstile", () => {
    const [usual, slow] = [settingsWith({}), settingsWith({ "display.slow": true })];
    expect(slow.timings).toEqual({ ...usual.timings, result: 4000, nextStep: 60_000 });
  });

  it.each(["100 ms", "300 ms", "1 s"])(
    "an interlock of %s: the next pulse comes after the outputs' own rest, even where a timer is early",
    (text) => {
      const changes = { "devices.gpio.interlock": text };
      const outputs = new PulseGuard({ ...configWith(changes).devices.gpio, length: millis(250) });
      outputs.begin("entry", monotonic(0));
      outputs.end(monotonic(250));
      const early = 1;
      expect(() =>
        outputs.begin("exit", monotonic(250 + settingsWith(changes).timings.interlock - early)),
      ).not.toThrow();
    },
  );

  it("a luggage lane keeps each release for the wide window", () => {
    const { timings } = settingsWith({ "site.luggageLane": true, "timings.wideWindow": "20 s" });
    expect(timings.window).toBe(20_000);
  });
});
