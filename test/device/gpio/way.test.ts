import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultWay, Way } from "../../../device/gpio/way.ts";
import type { Direction } from "../../../src/core/flow.ts";
import { monotonic } from "../../../src/core/units.ts";
import type { InputEvent } from "../../../src/ports/inputs.ts";
import { saidOf } from "./turnstile.conformance.ts";
import { mirrored, type Picture, type Step, walks } from "./walks.ts";

class Watched {
  readonly way = new Way();
  readonly events: InputEvent[] = [];
  now = 1000;

  show([picture, hold]: Step): void {
    for (const [beam, letter] of [
      ["entry", "E"],
      ["exit", "X"],
    ] as const)
      this.events.push(...this.way.level(beam, picture.includes(letter), monotonic(this.now)));
    this.wait(hold);
  }

  wait(duration: number): void {
    const end = this.now + duration;
    for (let due = this.way.due(); due !== null && due <= end; due = this.way.due()) {
      this.now = Math.max(this.now, due);
      this.events.push(...this.way.tick(monotonic(this.now)));
    }
    this.now = end;
  }

  pulse(direction: Direction): void {
    this.way.pulsed(direction, monotonic(this.now));
  }
}

function watch(steps: readonly Step[], pulses: readonly Direction[] = []): string[] {
  const watched = new Watched();
  for (const direction of pulses) watched.pulse(direction);
  for (const step of steps) watched.show(step);
  watched.show(["-", 500]);
  return watched.events.map(saidOf);
}

describe("the way as two beams see it", () => {
  for (const row of walks) {
    it(row.name, () => {
      expect(watch(row.steps, row.pulses)).toEqual(row.events);
    });
  }

  it("sees the mirrored walk as the mirrored events, for every row", () => {
    for (const { name, steps, pulses, events } of walks.map(mirrored))
      expect(watch(steps, pulses), name).toEqual(events);
  });

  const anyWalk = fc.array(fc.tuple(fc.constantFrom<Picture>("-", "E", "EX", "X"), fc.integer({ min: 25, max: 400 })), {
    maxLength: 25,
  });

  it("gives the same events with any bounce shorter than the debounce between two pictures", () => {
    fc.assert(
      fc.property(
        anyWalk,
        fc.array(fc.constantFrom<Picture>("-", "E", "EX", "X"), { maxLength: 4 }),
        (walk, bounce) => {
          const clean = watch(walk, ["entry"]);
          const bounced = watch(
            walk.flatMap(([picture, hold]): Step[] => [...bounce.map((glitch): Step => [glitch, 1]), [picture, hold]]),
            ["entry"],
          );
          expect(bounced).toEqual(clean);
        },
      ),
    );
  });

  it("never lets more bodies pass than were released, over all orders of edges", () => {
    fc.assert(
      fc.property(anyWalk, fc.array(fc.constantFrom<Direction>("entry", "exit"), { maxLength: 4 }), (walk, pulses) => {
        const events = watch(walk, pulses);
        for (const direction of ["entry", "exit"] as const) {
          const passed = events.filter((event) => event === `passage ${direction}`).length;
          expect(passed).toBeLessThanOrEqual(pulses.filter((pulse) => pulse === direction).length);
        }
      }),
    );
  });

  it("raises no forced or reverse passage, and no tailgating, while the way is free", () => {
    fc.assert(
      fc.property(anyWalk, (walk) => {
        const watched = new Watched();
        watched.way.freed();
        for (const step of [...walk, ["-", 500] as const]) watched.show(step);
        expect(watched.events.map(saidOf).filter((event) => /forced|reverse|tailgating/.test(event))).toEqual([]);
      }),
    );
  });

  it("reports a contact that chatters, which no debounce would, and its recovery", () => {
    const watched = new Watched();
    for (let i = 0; i < 120; i++) watched.show([i % 2 === 0 ? "E" : "-", 10]);
    expect(watched.events.map(saidOf)).toEqual(["fault chatter-entry"]);
    watched.show(["-", 100]);
    expect(watched.events.map(saidOf)).toEqual(["fault chatter-entry", "ok chatter-entry"]);
  });

  it("has nothing due while the way is clear, so that an idle lane sets no timer", () => {
    const watched = new Watched();
    watched.show(["E", 100]);
    watched.show(["-", 100]);
    expect(watched.way.due()).toBeNull();
    expect(defaultWay.debounce).toBe(20);
  });
});
