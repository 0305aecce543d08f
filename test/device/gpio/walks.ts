/** Every order of edges that two beams can see, and what it means. Run by the rule itself and, in HIL, by the kernel's lines. */
import type { Direction } from "../../../src/core/flow.ts";

/** Beam pictures in the order given, `E` entry beam, `X` exit beam, `EX` both, `-` none; each held for its time in ms. */
export type Picture = "-" | "E" | "EX" | "X";
export type Step = readonly [Picture, number];

export interface Walk {
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
export const walks: readonly Walk[] = [
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

const opposite = (direction: Direction): Direction => (direction === "entry" ? "exit" : "entry");

/** The same walk from the other side. */
export function mirrored({ name, steps, pulses, events }: Walk): Walk {
  return {
    name: `${name}, the other way`,
    steps: steps.map(([picture, hold]) => [picture === "E" ? "X" : picture === "X" ? "E" : picture, hold]),
    pulses: pulses.map(opposite),
    events: events.map((text) =>
      text.replace(/(?<!reverse-)(entry|exit)$/, (word) => (word === "entry" ? "exit" : "entry")),
    ),
  };
}
