import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/load.ts";
import { withValue } from "../../src/config/walk.ts";
import type { TroubleRow } from "../../src/core/panel.ts";
import { recordSeries, Series } from "../../src/service/series.ts";
import { Settings } from "../../src/service/settings.ts";
import { laneTrial } from "../../src/service/trial.ts";
import { Bench, driven } from "../support/bench.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const loaded = readConfig(example);
const fault = (code: string, severity: "fault" | "warning" = "fault"): TroubleRow => ({
  code,
  severity,
  zh: "",
  en: "",
  fixZh: "",
  fixEn: "",
  since: null,
  causedBy: null,
});

describe("a configuration on trial", () => {
  it("fails on a fault that was not there before, and only on that", async () => {
    const bench = new Bench();
    bench.rows = [fault("GL-2031")];
    const trial = laneTrial(bench, {
      activate: async () => {
        bench.rows = [fault("GL-2031"), fault("GL-2134", "warning")];
      },
      restart: () => {},
    });
    const before = trial.before();
    await trial.activate(loaded);
    expect(await driven(bench.clock, trial.selfTest(before))).toBeNull();
    bench.rows = [...bench.rows, fault("GL-2302")];
    expect(await driven(bench.clock, trial.selfTest(before))).toContain("GL-2302");
  });

  it("waits 90 s for a link that stood, and not for one that did not", async () => {
    const bench = new Bench();
    const away = { ...bench.linkState, broker: "connecting" } as const;
    const drops = laneTrial(bench, {
      activate: async () => {
        bench.linkState = away;
      },
      restart: () => {},
    });
    const before = drops.before();
    await drops.activate(loaded);
    const begun = bench.clock.monotonic();
    expect(await driven(bench.clock, drops.linkBack(before))).toBe(false);
    expect(bench.clock.monotonic() - begun).toBeGreaterThanOrEqual(90_000);
    const offline = laneTrial(bench, { activate: async () => {}, restart: () => {} });
    expect(await offline.linkBack(offline.before())).toBe(true);
  });

  it("is content when the link comes back in time", async () => {
    const bench = new Bench();
    const trial = laneTrial(bench, {
      activate: async () => {
        bench.linkState = { ...bench.linkState, broker: "connecting" };
        bench.clock.after(30_000 as never, () => {
          bench.linkState = { ...bench.linkState, broker: "connected" };
        });
      },
      restart: () => {},
    });
    const before = trial.before();
    await trial.activate(loaded);
    expect(await driven(bench.clock, trial.linkBack(before))).toBe(true);
  });
});

describe("a configuration that needs a restart", () => {
  let folder: string;
  const changed = withValue(example, "broker.url", "mqtts://elsewhere.invalid:8883");
  const onDisk = (): unknown => JSON.parse(readFileSync(join(folder, "lane.json"), "utf8"));
  const settingsOf = (bench: Bench): Settings =>
    new Settings(join(folder, "lane.json"), join(folder, "history"), () => bench.clock.wall().at);
  /** One life of the lane's process, with faults and link as it finds them. */
  const life = (codes: readonly string[], broker: "connected" | "connecting") => {
    const bench = new Bench();
    bench.rows = codes.map((code) => fault(code));
    bench.linkState = { ...bench.linkState, broker };
    const settings = settingsOf(bench);
    const trial = laneTrial(bench, { activate: async () => {}, restart: () => {} });
    return {
      apply: () => driven(bench.clock, settings.apply(changed, "tech-1", trial)),
      confirm: () => driven(bench.clock, settings.confirm(trial)),
      recover: () => settings.recover(),
    };
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trial-"));
    writeFileSync(join(folder, "lane.json"), JSON.stringify(example));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("goes back when the link that stood before the restart stays away after it, and the next start says so", async () => {
    expect(await life([], "connected").apply()).toMatchObject({ ok: true, restart: true });
    const second = life([], "connecting");
    expect(second.recover()).toBeNull();
    expect(await second.confirm()).toBe("returned");
    expect(onDisk()).toEqual(example);
    expect(life([], "connected").recover()).toMatchObject({ version: 2, why: expect.stringContaining("GL-1022") });
  });

  it("is kept in spite of faults that were there before, and where no link stood", async () => {
    await life(["GL-2031", "GL-2134"], "connecting").apply();
    const second = life(["GL-2134"], "connecting");
    expect(second.recover()).toBeNull();
    expect(await second.confirm()).toBe("kept");
    expect(onDisk()).toEqual(changed);
    expect(life([], "connecting").recover()).toBeNull();
  });

  it("goes back when a fault is new after the restart", async () => {
    await life(["GL-2031"], "connected").apply();
    const second = life(["GL-2031", "GL-2302"], "connected");
    second.recover();
    expect(await second.confirm()).toBe("returned");
    expect(second.recover()?.why).toMatch(/GL-2302/);
  });
});

describe("the series of a running lane", () => {
  it("takes a point a minute and leaves the drift out below twenty people", () => {
    const bench = new Bench();
    const series = new Series();
    const stop = recordSeries(bench, series);
    bench.clock.advance(5 * 60_000);
    stop();
    bench.clock.advance(5 * 60_000);
    expect(series.columns()).toMatchObject({
      drift: [null, null, null, null, null],
      decodeP50: [38, 38, 38, 38, 38],
      link: [1, 1, 1, 1, 1],
    });
  });
});
