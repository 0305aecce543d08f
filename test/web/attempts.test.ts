import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Monotonic, monotonic } from "../../src/core/units.ts";
import { Attempts } from "../../src/web/attempts.ts";
import { hostName, sameOrigin } from "../../src/web/same-site.ts";

describe("guessing PINs", () => {
  it("gets at most 130 looks a day, from however many addresses and however timed", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ address: fc.integer({ min: 0, max: 5000 }), pause: fc.integer({ min: 0, max: 60_000 }) }),
          {
            minLength: 200,
            maxLength: 600,
          },
        ),
        (tries) => {
          const attempts = new Attempts();
          let now: Monotonic = monotonic(0);
          let looks = 0;
          for (const { address, pause } of tries) {
            now = monotonic(now + pause);
            if (now > 86_400_000) break;
            if (attempts.wait(String(address), now) > 0) continue;
            attempts.wrong(String(address), now);
            looks++;
          }
          expect(looks).toBeLessThanOrEqual(130);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("does not lock a guard out for somebody else's few mistakes", () => {
    const attempts = new Attempts();
    const now = monotonic(0);
    for (let i = 0; i < 5; i++) attempts.wrong("10.0.0.9", now);
    expect(attempts.wait("10.0.0.9", now)).toBe(30_000);
    expect(attempts.wait("10.0.0.8", now)).toBe(0);
  });
});

describe("whose page it is", () => {
  it.each([
    ["localhost:8080", "localhost"],
    ["LOCALHOST", "localhost"],
    ["127.0.0.1:1", "127.0.0.1"],
    ["[::1]:8080", "[::1]"],
    ["evil.example:80", "evil.example"],
    ["localhost:8080@evil", null],
    ["a b", null],
    ["localhost:", null],
    ["localhost:999999", null],
    ["", null],
    [undefined, null],
  ])("reads the host of %j as %j", (header, name) => {
    expect(hostName(header)).toBe(name);
  });

  it("is nobody's without an origin, whatever the host", () => {
    fc.assert(
      fc.property(fc.string(), (host) => {
        expect(sameOrigin({ host }, "http")).toBe(false);
        expect(sameOrigin({ host, origin: `http://${host}x` }, "http")).toBe(false);
      }),
    );
  });
});
