import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { millis, monotonic, seconds } from "../../../src/core/units.ts";
import { createBreaker } from "../../../src/verify/platform/breaker.ts";

const settings = { failures: 3, first: seconds(1), longest: seconds(8) };
const at = (ms: number) => monotonic(ms);

describe("the breaker", () => {
  it("opens after failures in a row only, then lets one request find out", () => {
    const breaker = createBreaker(settings, () => 1);
    breaker.failed(at(0));
    breaker.failed(at(0));
    breaker.succeeded();
    breaker.failed(at(0));
    breaker.failed(at(0));
    expect(breaker.permit(at(0))).toBe("yes");
    breaker.failed(at(0));
    expect(breaker.permit(at(999))).toBe("no");
    expect(breaker.permit(at(1000))).toBe("probe");
    expect(breaker.permit(at(1000))).toBe("no");
    breaker.succeeded();
    expect(breaker.permit(at(1001))).toBe("yes");
  });

  it("doubles its pause up to the longest, and never below half of it", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (chance) => {
        const breaker = createBreaker(settings, () => chance);
        let now = 0;
        for (let i = 0; i < 3; i++) breaker.failed(at(now));
        for (const length of [1000, 2000, 4000, 8000, 8000]) {
          const pause = millis(length * (0.5 + chance / 2));
          expect(breaker.permit(at(now + pause - 1))).toBe("no");
          now += pause;
          expect(breaker.permit(at(now))).toBe("probe");
          breaker.failed(at(now));
        }
      }),
    );
  });

  it("takes late failures of requests from before it opened for no news", () => {
    const breaker = createBreaker(settings, () => 1);
    for (let i = 0; i < 3; i++) breaker.failed(at(0));
    for (let i = 0; i < 20; i++) breaker.failed(at(500));
    expect(breaker.permit(at(1000))).toBe("probe");
  });
});
