import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint, PictureWatch } from "../../../device/camera/picture-watch.ts";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { millis } from "../../../src/core/units.ts";
import type { CameraHealth } from "../../../src/ports/frames.ts";

/** A camera at the product's limits that gives the pictures of `next`, and what is told of it with its time. */
function bench(rate: number) {
  const clock = new SimClock();
  const watch = new PictureWatch(loadConfig("config/lane.example.json").devices.camera, clock.monotonic());
  const told: { readonly at: number; readonly health: CameraHealth }[] = [];
  let last: CameraHealth = "ok";
  const tell = (health: CameraHealth): void => {
    if (health !== last) told.push({ at: clock.monotonic(), health });
    last = health;
  };
  let number = 0;
  const camera = { moves: true, gives: true };
  clock.every(millis(1000 / rate), () => {
    if (camera.moves) number += 1;
    if (camera.gives) tell(watch.frame(Uint8Array.of(number >> 8, number & 255), clock.monotonic()));
  });
  clock.every(millis(100), () => tell(watch.at(clock.monotonic())));
  return { clock, camera, told };
}

describe("a camera at the product's own limits", () => {
  it.each([5, 10, 15, 30])(
    "that freezes or falls silent at %i Hz is told within two seconds, its return at once",
    (rate) => {
      const { clock, camera, told } = bench(rate);
      clock.advance(10_000);
      expect(told).toEqual([]);
      camera.moves = false;
      clock.advance(2000);
      expect(told.map(({ health }) => health)).toEqual(["frozen"]);
      camera.moves = true;
      clock.advance(1000);
      camera.gives = false;
      clock.advance(2000);
      expect(told.map(({ health }) => health)).toEqual(["frozen", "ok", "gone"]);
      camera.gives = true;
      clock.advance(1000);
      expect(told.map(({ health }) => health)).toEqual(["frozen", "ok", "gone", "ok"]);
    },
  );

  it("that comes back with the very picture of before is not back", () => {
    const { clock, camera, told } = bench(10);
    clock.advance(3000);
    camera.gives = false;
    camera.moves = false;
    clock.advance(3000);
    camera.gives = true;
    clock.advance(200);
    expect(told.map(({ health }) => health)).toEqual(["gone", "frozen"]);
  });

  it("is never called frozen for a picture that repeats for less than a second and a half", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 13 }), { maxLength: 30 }), (repeats) => {
        const { clock, camera, told } = bench(10);
        for (const times of repeats) {
          camera.moves = false;
          clock.advance(times * 100);
          camera.moves = true;
          clock.advance(100);
        }
        expect(told).toEqual([]);
      }),
    );
  });
});

describe("the fingerprint of a picture", () => {
  it("changes with the noise of a sensor: one step of brightness in one pixel of a hundred", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff }), (seed) => {
        const still = new Uint8Array(640 * 480 * 2).fill(128);
        const noisy = Uint8Array.from(still);
        for (let at = seed % 100; at < noisy.length; at += 2 + ((at * seed) % 197)) noisy[at] = 129;
        expect(fingerprint(noisy)).not.toBe(fingerprint(still));
      }),
      { numRuns: 20 },
    );
  });
});
