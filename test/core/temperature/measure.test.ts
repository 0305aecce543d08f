import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correctionTable } from "../../../src/core/temperature/correction.ts";
import { thermometerTrouble } from "../../../src/core/temperature/fitness.ts";
import { measure, startMeasuring } from "../../../src/core/temperature/measure.ts";
import { celsius, instantFromIso, millis, monotonic, toTenths } from "../../../src/core/units.ts";
import { SensorBench, warm } from "./foreheads.ts";

/** Time from the first sample of the forehead to the result, or null. */
function timed(bench: SensorBench, step: () => void, limit = 6000): number | null {
  const start = bench.now;
  while (bench.result === null && bench.now - start < limit) step();
  return bench.result === null ? null : bench.now - start;
}

describe("a forehead that stays", () => {
  it("is measured within half a second at 16 Hz and within 0.8 s at 10 Hz", () => {
    for (const [period, most] of [
      [62.5, 500],
      [100, 800],
    ] as const) {
      const bench = new SensorBench();
      bench.period = period;
      expect(timed(bench, () => bench.sample(bench.skin(36.5)))).toBeLessThanOrEqual(most);
      expect(bench.result).toMatchObject({ class: "normal", nearLimit: false, measurements: 1 });
    }
  });

  it("is read as it is, never pulled towards normal: 35 to 40 °C in steps of 0.25 °C at any ambient temperature", () => {
    for (let tenthsOfAmbient = 120; tenthsOfAmbient <= 320; tenthsOfAmbient += 50) {
      for (let quarter = 141; quarter <= 160; quarter += 1) {
        const bench = new SensorBench(warm, 0.01);
        bench.ambient = tenthsOfAmbient / 10;
        bench.background = bench.ambient;
        bench.nobody(70_000).tell("begin");
        const body = quarter / 4;
        let jitter = 0;
        timed(bench, () => {
          jitter = 0.002 - jitter;
          bench.exactly(bench.skin(body) + jitter);
        });
        const estimate = bench.result?.estimate;
        expect(Math.abs((estimate ?? 0) - toTenths(celsius(body)))).toBeLessThanOrEqual(0.11);
        if (body < 37) expect(bench.result?.class).toBe("normal");
        if (body >= 37.5) expect(bench.result?.class).toBe("fever");
      }
    }
  });

  it.each([
    [36.94, 36.9, "normal", false, 1],
    [37.0, 37, "normal", true, 2],
    [37.249, 37.2, "normal", true, 2],
    [37.25, 37.3, "normal", true, 2],
    [37.3, 37.3, "normal", true, 2],
    [37.349, 37.3, "normal", true, 2],
    [37.35, 37.4, "fever", false, 2],
    [37.4, 37.4, "fever", false, 2],
    [37.6, 37.6, "fever", false, 2],
    [37.7, 37.7, "fever", false, 1],
  ])("at %s °C gives %s, %s (near the limit: %s) after %s measurement(s)", (body, estimate, kind, near, times) => {
    const flat = { ...warm, correction: correctionTable("none", [{ ambient: celsius(20), add: celsius(0) }]) };
    const bench = new SensorBench(flat, 0);
    timed(bench, () => bench.exactly(body));
    expect(bench.result).toMatchObject({ class: kind, estimate, nearLimit: near, measurements: times });
  });

  it("of a sensor that reads 0.8 °C low is a fever once the calibration counts, and was none before", () => {
    const flat = { ...warm, correction: correctionTable("none", [{ ambient: celsius(20), add: celsius(0) }]) };
    const calibration = { gain: 1.02, offset: celsius(0.06), expires: instantFromIso("2021-05-01T00:00:00Z") };
    const estimates = [null, calibration].map((each) => {
      const bench = new SensorBench({ ...flat, calibration: each }, 0);
      timed(bench, () => bench.exactly(36.9));
      return bench.result;
    });
    expect(estimates).toMatchObject([
      { class: "normal", estimate: 36.9 },
      { class: "fever", estimate: 37.7 },
    ]);
  });

  it("near the limit is measured at most three times within four seconds, and the median decides", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 370, max: 376 }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 50 }),
        (three, seed) => {
          const bench = new SensorBench(warm, 0.01, seed);
          let begun = bench.now;
          let shown = 0;
          let started = -1;
          timed(bench, () => {
            const count = bench.state.attempt.estimates.length;
            if (count === 1 && started < 0) started = bench.now;
            shown = (three[count] ?? 0) / 10;
            bench.sample(bench.skin(shown));
            begun = bench.now;
          });
          expect(bench.result).not.toBeNull();
          expect(bench.result?.measurements).toBeLessThanOrEqual(3);
          expect(begun - started).toBeLessThanOrEqual(4100);
          const used = three.slice(0, bench.result?.measurements).sort((a, b) => a - b);
          const middle = (used[Math.floor(used.length / 2)] ?? 0) / 10;
          expect(Math.abs((bench.result?.estimate ?? 0) - middle)).toBeLessThanOrEqual(0.11);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("answers after four seconds in the band even when nothing steady follows", () => {
    const bench = new SensorBench();
    let wobble = 0;
    const took = timed(bench, () => {
      wobble = 1 - wobble;
      bench.sample(bench.skin(37.2) - (bench.state.attempt.estimates.length > 0 ? wobble : 0));
    });
    expect(took).toBeLessThanOrEqual(5000);
    expect(bench.result).toMatchObject({ class: "normal", nearLimit: true, measurements: 1 });
  });
});

describe("an approach", () => {
  it("never gives less than the forehead by more than 0.3 °C, or 0.5 °C where the last centimetres take over a second", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 36, max: 39, noNaN: true }),
        fc.integer({ min: 50, max: 500 }),
        fc.integer({ min: 1, max: 99 }),
        (body, constant, seed) => {
          const bench = new SensorBench(warm, 0.03, seed);
          const to = bench.skin(body);
          const start = bench.now;
          timed(bench, () => bench.sample(to - (to - 22) * Math.exp(-(bench.now - start) / constant)));
          expect(bench.result?.estimate).toBeGreaterThanOrEqual(
            toTenths(celsius(body)) - (constant <= 300 ? 0.31 : 0.51),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it("so slow that every run of samples agrees is read where it ends, not on the way", () => {
    const bench = new SensorBench(warm, 0.01);
    const to = bench.skin(38);
    const start = bench.now;
    timed(bench, () => bench.sample(Math.min(to, to - 1 + (bench.now - start) * 0.0007)));
    expect(bench.result?.estimate).toBeGreaterThanOrEqual(37.9);
  });

  it("with a stop at arm's length, too low for a body, is asked closer and measured when the forehead is there", () => {
    const bench = new SensorBench();
    bench.during(1000, () => bench.sample(30.5));
    expect(bench.state.answer).toMatchObject({ kind: "measuring", asks: "closer" });
    bench.body(36.6, 2000);
    expect(bench.result).toMatchObject({ class: "normal" });
  });

  it("of sixty people a minute, half a second each, measures every one of them", () => {
    const bench = new SensorBench();
    for (let person = 0; person < 60; person += 1) {
      bench.body(36.5 + (person % 3) * 0.1, 500);
      expect(bench.result?.class).toBe("normal");
      bench.nobody(500);
      expect(bench.result).toBeNull();
    }
    expect(bench.state.presence).toBe(60);
  });
});

describe("low", () => {
  it.each([
    ["a hat", 29],
    ["a forehead from the cold", 31],
    ["somebody a step too far", 27],
    ["hair on half of the spot", 33],
  ])("is the answer for %s after three tries, never a figure and never normal", (_, skin) => {
    const bench = new SensorBench();
    const took = timed(bench, () => bench.sample(skin), 8000);
    expect(bench.result).toMatchObject({ class: "low", estimate: null, measurements: 3 });
    expect(took).toBeLessThanOrEqual(4000);
  });

  it("turns into a measurement when the hat comes off", () => {
    const bench = new SensorBench();
    bench.during(900, () => bench.sample(29));
    expect(bench.state.answer).toMatchObject({ asks: "closer" });
    bench.body(36.8, 2500);
    expect(bench.result).toMatchObject({ class: "normal", estimate: expect.closeTo(36.8, 0) });
  });

  it("is the answer for somebody who never holds still", () => {
    const bench = new SensorBench();
    let swing = 0;
    timed(
      bench,
      () => {
        swing = (swing + 1) % 4;
        bench.sample(33 + swing);
      },
      12_000,
    );
    expect(bench.result?.class).toBe("low");
  });
});

describe("unavailable", () => {
  it("while the sensor warms up", () => {
    const bench = new SensorBench({ ...warm, warmUp: millis(60_000) });
    bench.body(36.5, 500);
    expect(bench.result).toMatchObject({ class: "unavailable", estimate: null });
    bench.nobody(60_000).body(36.5, 600);
    expect(bench.result?.class).toBe("normal");
  });

  it.each([9, 36])("at %s °C around the sensor", (ambient) => {
    const bench = new SensorBench();
    bench.ambient = ambient;
    bench.background = ambient;
    bench.nobody(70_000).body(36.5, 700);
    expect(bench.result?.class).toBe("unavailable");
  });

  it("before a background as warm as skin, from which no forehead can be told", () => {
    const bench = new SensorBench();
    bench.ambient = 33.5;
    bench.background = 33.5;
    bench.nobody(300_000).tell("begin");
    expect(bench.tell("ask").result?.class).toBe("unavailable");
  });

  it("in a draught that cools the sensor by more than half a degree a minute, and no longer a minute after it", () => {
    const bench = new SensorBench();
    bench.nobody(20_000).during(20_000, () => {
      bench.ambient -= 0.004;
      bench.sample(bench.background);
    });
    bench.body(36.5, 700);
    expect(bench.result?.class).toBe("unavailable");
    bench.nobody(66_000).body(36.5, 700);
    expect(bench.result?.class).toBe("normal");
  });

  it.each(["no-answer", "checksum", "error-flag", "out-of-range", "stale"] as const)(
    "half a second after the last good reading (%s)",
    (fault) => {
      const bench = new SensorBench();
      bench.body(36.5, 190);
      bench.during(700, () => bench.fault(fault));
      expect(bench.result?.class).toBe("unavailable");
    },
  );

  it("not before a sensor that was only just opened had its half second for a first reading", () => {
    const opened = (after: number) => {
      const present = measure(startMeasuring(monotonic(0)), { type: "body", present: true, at: monotonic(1) }, warm);
      return measure(present, { type: "tick", at: monotonic(after) }, warm).answer;
    };
    expect(opened(500)).toMatchObject({ kind: "nobody" });
    expect(opened(501)).toMatchObject({ kind: "done", temperature: { class: "unavailable" } });
  });

  it("when the bus falls silent altogether, which only a tick can tell", () => {
    const bench = new SensorBench();
    bench.body(36.5, 190).tick(600);
    expect(bench.result?.class).toBe("unavailable");
  });

  it("at once for somebody who is asked while nothing answers, and not for a lane where nobody stands", () => {
    const bench = new SensorBench().tick(5000);
    expect(bench.state.answer.kind).toBe("nobody");
    expect(bench.tell("ask").result?.class).toBe("unavailable");
  });

  it("when the sensor is stuck at the last person's reading", () => {
    const bench = new SensorBench();
    bench.body(36.5, 600).stands(true);
    bench.during(200, () => bench.sample(35));
    bench.stands(false);
    const last = bench.skin(36.5);
    bench.during(2600, () => bench.exactly(last));
    bench.stands(true).exactly(last);
    expect(bench.result?.class).toBe("unavailable");
  });

  it("for something hotter than a human being", () => {
    const bench = new SensorBench();
    timed(bench, () => bench.sample(44), 8000);
    expect(bench.result?.class).toBe("unavailable");
  });

  it("never for a single bad reading in between", () => {
    const bench = new SensorBench();
    bench.body(36.5, 190).fault().body(36.5, 500);
    expect(bench.result?.class).toBe("normal");
  });
});

describe("the thermometer's own troubles", () => {
  const trouble = (bench: SensorBench) => thermometerTrouble(bench.state, monotonic(bench.now), bench.settings);

  it("follow from its readings alone, one at a time, and end with their cause", () => {
    const bench = new SensorBench();
    expect(trouble(bench)).toBeNull();
    expect(trouble(bench.tick(600))).toBe("thermometer-silent");
    expect(trouble(bench.nobody(200))).toBeNull();
    bench.ambient = 24;
    expect(trouble(bench.nobody(200))).toBe("thermometer-unsettled");
    expect(trouble(bench.nobody(70_000))).toBeNull();
    bench.body(36.5, 500).during(2200, () => bench.exactly(35.5));
    expect(trouble(bench)).toBe("thermometer-stuck");
    expect(trouble(bench.body(36.5, 200))).toBeNull();
    expect(trouble(new SensorBench({ ...warm, warmUp: millis(60_000) }))).toBe("thermometer-warming");
  });

  it("come within two seconds of somebody's coming or going that leaves the reading the same to the last bit", () => {
    for (const comes of [true, false]) {
      for (const before of [0, 5000, 15_000]) {
        const bench = new SensorBench().stands(!comes).nobody(500);
        bench.during(before, () => bench.exactly(22));
        bench.exactly(22).stands(comes);
        bench.during(1700, () => bench.exactly(22));
        expect(trouble(bench), `${before} ms still before it`).toBeNull();
        bench.during(250, () => bench.exactly(22));
        expect(trouble(bench), `${before} ms still before it`).toBe("thermometer-stuck");
        expect(trouble(bench.nobody(100))).toBeNull();
      }
    }
  });

  it("don't come of a still reading before which nobody moves, nor of one that moved by a step since somebody came", () => {
    const bench = new SensorBench();
    bench.during(15_000, () => bench.exactly(22));
    expect(trouble(bench)).toBeNull();
    bench.stands(true).exactly(22.02);
    bench.during(15_000, () => bench.exactly(22.02));
    expect(trouble(bench)).toBeNull();
  });
});

describe("whose temperature it is", () => {
  it("nobody's once the forehead has gone, and the next forehead is another presence", () => {
    const bench = new SensorBench();
    bench.body(38.5, 600);
    expect(bench.result?.class).toBe("fever");
    const first = bench.state.presence;
    bench.nobody(400).body(36.5, 600);
    expect(bench.result?.class).toBe("normal");
    expect(bench.state.presence).toBeGreaterThan(first);
  });

  it("stays with a body that the presence contact never lost, and goes with it", () => {
    const bench = new SensorBench();
    bench.stands(true).body(36.5, 600).nobody(1500);
    expect(bench.result?.class).toBe("normal");
    expect(bench.stands(false).result).toBeNull();
  });

  it("is measured anew after begin, though the same forehead stays", () => {
    const bench = new SensorBench();
    bench.body(38.5, 600).tell("begin");
    expect(bench.result).toBeNull();
    bench.body(36.5, 700);
    expect(bench.result?.class).toBe("normal");
  });
});

describe("over any sequence of samples, faults and pauses", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("object" as const),
      value: fc.double({ min: -40, max: 60, noNaN: true }),
      n: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({
      kind: fc.constant("body" as const),
      value: fc.double({ min: 34, max: 41, noNaN: true }),
      n: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({ kind: fc.constant("fault" as const), value: fc.constant(0), n: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant("tick" as const), value: fc.constant(0), n: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constantFrom("begin" as const, "ask" as const), value: fc.constant(0), n: fc.constant(1) }),
    fc.record({ kind: fc.constant("stands" as const), value: fc.constantFrom(0, 1), n: fc.constant(1) }),
  );
  it("a figure stands only for normal and fever, fever begins above 37.3, and the tries are one to three", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 999 }), (steps, seed) => {
        const bench = new SensorBench(warm, 0.03, seed);
        for (const { kind, value, n } of steps) {
          for (let index = 0; index < n; index += 1) {
            if (kind === "object") bench.sample(value);
            else if (kind === "body") bench.sample(bench.skin(value));
            else if (kind === "fault") bench.fault();
            else if (kind === "tick") bench.tick(100);
            else if (kind === "stands") bench.stands(value === 1);
            else bench.tell(kind);
            const { result } = bench;
            if (result === null) continue;
            const figure = result.class === "normal" || result.class === "fever";
            expect(result.estimate !== null).toBe(figure);
            if (figure) expect(result.class === "fever").toBe((result.estimate ?? 0) > 37.35);
            expect([1, 2, 3]).toContain(result.measurements);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
