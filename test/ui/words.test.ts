import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeOfDay } from "../../src/core/hours.ts";
import { instantFromIso } from "../../src/core/units.ts";
import { Punctuality } from "../../src/ui/shared/punctuality.ts";
import { dayAndHour, fill, fillAll } from "../../src/ui/shared/words.ts";

describe("filling a text", () => {
  it("leaves a text out rather than showing it with a hole", () => {
    expect(fill("{entrance}步行约 {minutes} 分钟", { entrance: "南门" })).toBeNull();
    expect(fillAll(["{entrance}步行约 {minutes} 分钟", "出口可正常通行"], {})).toEqual(["出口可正常通行"]);
  });

  it("takes the fuller of two texts that begin alike", () => {
    const texts = ["每人各测一次体温（{n}/{of}）", "每人各测一次体温"];
    expect(fillAll(texts, { n: 1, of: 3 })).toEqual(["每人各测一次体温（1/3）"]);
    expect(fillAll(texts, {})).toEqual(["每人各测一次体温"]);
  });

  it("never fills what a value brings along", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(fill("a {x} b", { x: value })).toBe(`a ${value} b`);
      }),
    );
  });

  it("writes dates and times as China has them, whatever the machine's zone", () => {
    const start = instantFromIso("2020-04-26T08:00:00+08:00");
    expect(dayAndHour(start, "zh")).toBe("4月26日8时");
    expect(dayAndHour(start, "en")).toBe("26 April, 08:00");
    expect(timeOfDay(instantFromIso("2020-04-25T16:30:00Z"))).toBe("00:30");
  });
});

describe("punctuality", () => {
  it("believes steady messages for days, however far and however fast the clocks drift apart", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: -200e-6, max: 200e-6, noNaN: true }),
        (offset, drift) => {
          const punctuality = new Punctuality();
          const late: number[] = [];
          for (let second = 0; second < 3 * 86_400; second += 60)
            if (!punctuality.fresh(second * 1000, second * 1000 * (1 + drift) + offset + 5)) late.push(second);
          expect(late).toEqual([]);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("does not believe a message that was held up for 1.6 s, and believes the next one that was not", () => {
    const punctuality = new Punctuality();
    for (let at = 0; at < 10_000; at += 500) expect(punctuality.fresh(at, at + 7)).toBe(true);
    expect(punctuality.fresh(10_000, 11_607)).toBe(false);
    expect(punctuality.fresh(11_700, 11_707)).toBe(true);
  });
});
