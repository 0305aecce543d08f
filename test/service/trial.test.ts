import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/load.ts";
import type { TroubleRow } from "../../src/core/panel.ts";
import { recordSeries, Series } from "../../src/service/series.ts";
import { laneTrial } from "../../src/service/trial.ts";
import { Bench, driven } from "../support/bench.ts";

const loaded = readConfig(JSON.parse(readFileSync("config/lane.example.json", "utf8")));
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
    await trial.activate(loaded);
    expect(await driven(bench.clock, trial.selfTest())).toBeNull();
    bench.rows = [...bench.rows, fault("GL-2302")];
    expect(await driven(bench.clock, trial.selfTest())).toContain("GL-2302");
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
    await drops.activate(loaded);
    const begun = bench.clock.monotonic();
    expect(await driven(bench.clock, drops.linkBack())).toBe(false);
    expect(bench.clock.monotonic() - begun).toBeGreaterThanOrEqual(90_000);
    const offline = laneTrial(bench, { activate: async () => {}, restart: () => {} });
    await offline.activate(loaded);
    expect(await offline.linkBack()).toBe(true);
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
    await trial.activate(loaded);
    expect(await driven(bench.clock, trial.linkBack())).toBe(true);
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
