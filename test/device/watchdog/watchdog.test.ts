import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { SupervisedWatchdog } from "../../../device/watchdog/supervised-watchdog.ts";
import { WatchdogSim } from "../../../device/watchdog/watchdog.sim.ts";
import { millis } from "../../../src/core/units.ts";
import type { Watchdog } from "../../../src/ports/watchdog.ts";
import { silentLog } from "../silent-log.ts";

const limits = { lane: millis(2000), reader: millis(4000) };

/** Both answer the question "was it fed within the last timeout?". */
const benches: Readonly<Record<string, (clock: SimClock) => { watchdog: Watchdog; alive: () => boolean }>> = {
  "the simulated watchdog": (clock) => {
    const watchdog = new WatchdogSim(clock, limits, millis(10_000));
    return { watchdog, alive: () => watchdog.bitten() === null };
  },
  "the supervised watchdog": (clock) => {
    let fed = 0;
    const notify = (state: string): void => {
      if (state === "WATCHDOG=1") fed = clock.monotonic();
    };
    const settings = { limits, timeout: millis(10_000), device: null };
    const watchdog = new SupervisedWatchdog(clock, settings, notify, silentLog);
    return { watchdog, alive: () => clock.monotonic() - fed < 10_000 };
  },
};

for (const [name, build] of Object.entries(benches)) {
  describe(name, () => {
    const beat = (clock: SimClock, watchdog: Watchdog, part: "lane" | "reader"): (() => void) =>
      clock.every(millis(100), () => watchdog.progress(part));

    it("is content while every declared part makes progress", async () => {
      const clock = new SimClock();
      const { watchdog, alive } = build(clock);
      await watchdog.start();
      beat(clock, watchdog, "lane");
      beat(clock, watchdog, "reader");
      clock.advance(60_000);
      expect(alive()).toBe(true);
    });

    it("bites when one part stands still, however lively the other is", async () => {
      for (const dead of ["lane", "reader"] as const) {
        const clock = new SimClock();
        const { watchdog, alive } = build(clock);
        await watchdog.start();
        beat(clock, watchdog, dead === "lane" ? "reader" : "lane");
        const stop = beat(clock, watchdog, dead);
        clock.advance(5000);
        stop();
        clock.advance(16_000);
        expect(alive(), dead).toBe(false);
      }
    });

    it("bites when nothing progresses at all, since no timer of its own feeds it", async () => {
      const clock = new SimClock();
      const { watchdog, alive } = build(clock);
      await watchdog.start();
      clock.advance(20_000);
      expect(alive()).toBe(false);
    });
  });
}

describe("a hardware watchdog", () => {
  it("gets the magic close only when the lane ends in order", async () => {
    const folder = mkdtempSync(join(tmpdir(), "watchdog-"));
    const device = join(folder, "watchdog");
    writeFileSync(device, "");
    const clock = new SimClock();
    const said: string[] = [];
    const settings = { limits, timeout: millis(9000), device };
    const watchdog = new SupervisedWatchdog(clock, settings, (state) => said.push(state), silentLog);
    await watchdog.start();
    for (let i = 0; i < 100; i++) {
      clock.advance(100);
      watchdog.progress("lane");
      watchdog.progress("reader");
    }
    await watchdog.stop();
    expect(readFileSync(device, "utf8")).toBe("\0\0\0\0V");
    expect(said[0]).toBe("READY=1");
    expect(said.at(-1)).toBe("STOPPING=1");
    rmSync(folder, { recursive: true });
  });

  it("that is named and missing keeps the lane from starting unwatched", async () => {
    const settings = { limits, timeout: millis(9000), device: "/nowhere/watchdog" };
    await expect(new SupervisedWatchdog(new SimClock(), settings, () => {}, silentLog).start()).rejects.toThrow(
      "GL-2501",
    );
  });
});
