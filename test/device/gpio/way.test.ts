import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultWay, Way } from "../../../device/gpio/way.ts";
import type { Direction } from "../../../src/core/flow.ts";
import { monotonic } from "../../../src/core/units.ts";
import type { InputEvent } from "../../../src/ports/inputs.ts";

/** Beam pictures in the order given, `E` entry beam, `X` exit beam, `EX` both, `-` none; each held for its time. */
type Picture = "-" | "E" | "EX" | "X";
type Step = readonly [Picture, number];

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

const said = (events: readonly InputEvent[]): string[] =>
  events.map((event) => {
    switch (event.kind) {
      case "passage":
      case "turn-back":
        return `${event.kind} ${event.direction}`;
      case "alarm":
        return event.alarm;
      case "health":
        return `${event.health} ${event.what}`;
      default:
        return `${event.line} ${event.active}`;
    }
  });

function watch(steps: readonly Step[], pulses: readonly Direction[] = []): string[] {
  const watched = new Watched();
  for (const direction of pulses) watched.pulse(direction);
  for (const step of steps) watched.show(step);
  watched.show(["-", 500]);
  return said(watched.events);
}

const mirror = (steps: readonly Step[]): Step[] =>
  steps.map(([picture, hold]) => [picture === "E" ? "X" : picture === "X" ? "E" : picture, hold]);
const opposite = (direction: Direction): Direction => (direction === "entry" ? "exit" : "entry");
const mirrorText = (text: string): string =>
  text.replace(/(?<!reverse-)(entry|exit)$/, (word) => opposite(word as Direction));

interface Row {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly pulses: readonly Direction[];
  readonly events: readonly string[];
}
const through: Step[] = [
  ["E", 200],
  ["EX", 300],
  ["X", 200],
];
const rows: readonly Row[] = [
  { name: "through with a release is a passage", steps: through, pulses: ["entry"], events: ["passage entry"] },
  { name: "through without a release is forced", steps: through, pulses: [], events: ["forced-passage"] },
  {
    name: "in and out again is a turn-back, and keeps the release",
    steps: [["E", 200], ["EX", 300], ["E", 200], ["-", 100], ...through],
    pulses: ["entry"],
    events: ["turn-back entry", "passage entry"],
  },
  { name: "leaning into the first beam is nothing", steps: [["E", 900]], pulses: ["entry"], events: [] },
  {
    name: "rocking in the way is one body",
    steps: [
      ["E", 99],
      ["EX", 99],
      ["X", 99],
      ["EX", 99],
      ["X", 99],
      ["EX", 99],
      ["E", 99],
      ["EX", 99],
      ["X", 99],
    ],
    pulses: ["entry"],
    events: ["passage entry"],
  },
  {
    name: "all the way back from the far beam is a turn-back",
    steps: [
      ["E", 99],
      ["EX", 99],
      ["X", 99],
      ["EX", 99],
      ["E", 99],
    ],
    pulses: ["entry"],
    events: ["turn-back entry"],
  },
  {
    name: "a follower before the way is clear is tailgating",
    steps: [
      ["E", 200],
      ["EX", 300],
      ["X", 300],
      ["EX", 300],
      ["X", 200],
    ],
    pulses: ["entry"],
    events: ["passage entry", "tailgating"],
  },
  {
    name: "a follower who turns back leaves the first one's passage",
    steps: [
      ["E", 200],
      ["EX", 300],
      ["X", 300],
      ["EX", 300],
      ["E", 200],
    ],
    pulses: ["entry"],
    events: ["passage entry"],
  },
  {
    name: "a follower right behind is tailgating",
    steps: [...through, ["-", 400], ...through],
    pulses: ["entry"],
    events: ["passage entry", "tailgating"],
  },
  {
    name: "two with two releases are two passages",
    steps: [...through, ["-", 400], ...through],
    pulses: ["entry", "entry"],
    events: ["passage entry", "passage entry"],
  },
  {
    name: "somebody much later without a release is forced",
    steps: [...through, ["-", 5000], ...through],
    pulses: ["entry"],
    events: ["passage entry", "forced-passage"],
  },
  { name: "against an opening is reverse entry", steps: through, pulses: ["exit"], events: ["reverse-entry"] },
  {
    name: "standing in the way is held open once, and still a passage",
    steps: [
      ["E", 200],
      ["EX", 15_000],
      ["X", 200],
    ],
    pulses: ["entry"],
    events: ["held-open", "passage entry"],
  },
  {
    name: "after the longest window the release is gone",
    steps: [["-", 17_000], ...through],
    pulses: ["entry"],
    events: ["forced-passage"],
  },
  {
    name: "a missed middle edge (E → X) is still a passage",
    steps: [
      ["E", 200],
      ["X", 200],
    ],
    pulses: ["entry"],
    events: ["passage entry"],
  },
  {
    name: "a missed last edge (EX → none) counts as gone through",
    steps: [
      ["E", 200],
      ["EX", 200],
    ],
    pulses: ["entry"],
    events: ["passage entry"],
  },
  {
    name: "a missed first edge (none → EX) is told by the beam that clears last",
    steps: [
      ["EX", 200],
      ["X", 200],
    ],
    pulses: ["entry"],
    events: ["passage entry"],
  },
  {
    name: "a second body met at the near beam (X → E) ends the first passage",
    steps: [
      ["E", 200],
      ["EX", 200],
      ["X", 200],
      ["E", 200],
      ["EX", 200],
      ["X", 200],
    ],
    pulses: ["entry", "entry"],
    events: ["passage entry", "passage entry"],
  },
  {
    name: "a beam blocked for a minute is broken until it clears",
    steps: [["E", 61_000]],
    pulses: [],
    events: ["held-open", "fault beam-entry", "ok beam-entry"],
  },
  {
    name: "a beam that stays while the other sees people come and go is stuck",
    steps: [
      ["X", 10_500],
      ["EX", 300],
      ["X", 300],
      ["EX", 300],
      ["X", 300],
    ],
    pulses: [],
    events: ["held-open", "fault beam-exit", "turn-back exit", "ok beam-exit"],
  },
];

describe("the way as two beams see it", () => {
  for (const row of rows) {
    it(row.name, () => {
      expect(watch(row.steps, row.pulses)).toEqual(row.events);
    });
  }

  it("sees the mirrored walk as the mirrored events, for every row", () => {
    for (const row of rows) {
      expect(watch(mirror(row.steps), row.pulses.map(opposite)), row.name).toEqual(row.events.map(mirrorText));
    }
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
        expect(said(watched.events).filter((event) => /forced|reverse|tailgating/.test(event))).toEqual([]);
      }),
    );
  });

  it("reports a contact that chatters, which no debounce would, and its recovery", () => {
    const watched = new Watched();
    for (let i = 0; i < 120; i++) watched.show([i % 2 === 0 ? "E" : "-", 10]);
    expect(said(watched.events)).toEqual(["fault chatter-entry"]);
    watched.show(["-", 100]);
    expect(said(watched.events)).toEqual(["fault chatter-entry", "ok chatter-entry"]);
  });

  it("has nothing due while the way is clear, so that an idle lane sets no timer", () => {
    const watched = new Watched();
    watched.show(["E", 100]);
    watched.show(["-", 100]);
    expect(watched.way.due()).toBeNull();
    expect(defaultWay.debounce).toBe(20);
  });
});
