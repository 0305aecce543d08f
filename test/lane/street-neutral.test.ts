/** The street sees no diagnosis: what leaves the server for the pedestrian's page, and what is heard, byte for byte. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { SimClock } from "../../device/clock/clock.sim.ts";
import type { StreetUpdate } from "../../src/core/live.ts";
import type { Sound } from "../../src/ports/voice.ts";
import { createWeb } from "../../src/web/server.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { LaneBench } from "./lane-bench.ts";

/** Every outcome that the street reads as "please see staff", by what is shown and what the sensor sees. */
const outcomes = {
  red: ["red-1", 36.6],
  yellow: ["yellow-1", 36.6],
  revoked: ["revoked-1", 36.6],
  "bad-signature": ["bad-signature-1", 36.6],
  replayed: ["replayed-1", 36.6],
  fever: ["green-1", 38.4],
  low: ["green-1", 33],
  unavailable: ["green-1", "silent"],
} as const;
type Outcome = keyof typeof outcomes;

interface Seen {
  /** What the page's connection was told from the answer to the screen after it: each change, and when it came. */
  readonly answer: readonly (readonly [number, string])[];
  /** Everything that the connection was told. */
  readonly all: string;
  readonly sounds: readonly string[];
  /** From the code to the answer, in ms of the lane's clock. */
  readonly delay: number;
  readonly calls: number;
}

let pages: string;
beforeAll(() => {
  pages = mkdtempSync(join(tmpdir(), "neutral-"));
  writeFileSync(join(pages, "build.txt"), "b");
});
afterAll(() => rmSync(pages, { recursive: true }));

async function visit(outcome: Outcome): Promise<Seen> {
  const [code, forehead] = outcomes[outcome];
  const clock = new SimClock();
  const web = createWeb({
    ...{ host: "127.0.0.1", port: 0, clock, logger: new MemoryLogger(), pages, sounds: pages },
    lane: { number: "03", side: "entry", arrow: "right" },
    site: {
      kind: "mall",
      name: { zh: "华安小区", en: "Huaan" },
      phones: { complaint: "12345", technical: null, site: null, health: null },
      otherEntrance: null,
      waitingPlace: null,
      feverClinic: null,
    },
    signIn: async () => null,
    onGuardAction: async () => ({ ok: true }),
  });
  const { port } = await web.start();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live/display`, { origin: `http://127.0.0.1:${port}` });
  const messages: string[] = [];
  socket.on("message", (data) => messages.push(String(data)));
  await once(socket, "message");
  const sounds: [number, Sound | "silence"][] = [];
  let told = 1;
  const bench = new LaneBench(clock, {
    display: {
      street(view) {
        told += 1;
        web.display.street(view);
      },
      guard: (view) => web.display.guard(view),
    },
    voice: {
      play: (sound) => void sounds.push([clock.monotonic(), sound]),
      silence: () => void sounds.push([clock.monotonic(), "silence"]),
    },
  });
  await bench.ready();
  bench.stands("entry");
  await bench.wait(500);
  const shown = clock.monotonic();
  bench.shows(code).forehead(forehead);
  await bench.wait(40_000);
  const calls = bench.lane.desk.people.map((person) => person.calls)[0] ?? 0;
  bench.forehead(null).stands("entry", false);
  await bench.wait(2000);
  while (messages.length < told) await once(socket, "message");
  socket.terminate();
  await bench.lane.stop();
  await web.stop();
  const changes = messages
    .slice(1)
    .map((text) => ({ at: (JSON.parse(text) as StreetUpdate).at, text: text.replace(/"at":\d+,"time":[^,]*,/, "") }))
    .filter(({ text }, index, all) => text !== all[index - 1]?.text);
  const from = changes.findIndex(({ text }) => text.includes('"see-staff"'));
  const until = changes.findIndex(({ text }, index) => index > from && !text.includes('"see-staff"'));
  const at = changes[from]?.at ?? Number.NaN;
  const answer = changes.slice(from, until).map((change) => [change.at - at, change.text] as const);
  const end = (changes[until]?.at ?? Number.NaN) - at;
  return {
    answer: [...answer, [end, "the next screen"]],
    all: messages.join("\n"),
    sounds: sounds
      .filter(([when]) => when >= at && when < at + end)
      .map(([when, sound]) => JSON.stringify([when - at, sound])),
    delay: at - shown,
    calls,
  };
}

describe("the street sees no diagnosis", () => {
  const seen = new Map<Outcome, Seen>();
  beforeAll(async () => {
    for (const outcome of Object.keys(outcomes) as Outcome[]) seen.set(outcome, await visit(outcome));
  }, 60_000);
  const of = (outcome: Outcome): Seen => seen.get(outcome) as Seen;

  it.each(Object.keys(outcomes) as Outcome[])("%s: the page is told the same bytes at the same times", (outcome) => {
    expect(of(outcome).answer.at(-1)).toEqual([30_000, "the next screen"]);
    expect(of(outcome).answer).toEqual(of("red").answer);
  });

  it.each(Object.keys(outcomes) as Outcome[])("%s: the same sounds at the same times, the same calls", (outcome) => {
    expect(of(outcome).sounds.join()).toContain('"staff"');
    expect(of(outcome).sounds).toEqual(of("red").sounds);
    expect(of(outcome).calls).toBe(2);
  });

  it.each(Object.keys(outcomes) as Outcome[])("%s: nothing on the wire names it", (outcome) => {
    const told = of(outcome).all.replaceAll('"screen":"see-staff"', "");
    for (const word of [...Object.keys(outcomes), "verdict", "reason", "temperature", "38.4", "subject"])
      expect(told).not.toContain(`"${word}"`);
    expect(told).not.toMatch(/38\.4|subject-1|red-1/);
  });

  it("answers a fever as soon as a red code, and the other way round", () => {
    for (const outcome of ["yellow", "revoked", "bad-signature", "replayed", "fever"] as const)
      expect([outcome, of(outcome).delay]).toEqual([outcome, of("red").delay]);
  });
});
