/** What every turnstile behind the ports promises, whoever plays the machine. Run by the fake, the adapter and in HIL. */
import assert from "node:assert/strict";
import type { TurnstileBody } from "../../../device/gpio/turnstile-body.sim.ts";
import type { Direction } from "../../../src/core/flow.ts";
import { millis } from "../../../src/core/units.ts";
import type { FreePassage } from "../../../src/ports/free-passage.ts";
import type { InputEvent, InputLine, Inputs } from "../../../src/ports/inputs.ts";
import { ReleaseError, type ReleasePort } from "../../../src/ports/release.ts";

export interface Bench {
  readonly release: ReleasePort;
  readonly inputs: Inputs;
  readonly freePassage: FreePassage;
  /** The machine and its people. */
  readonly body: TurnstileBody;
  /** Works a contact, so that it is active or at rest. */
  set(line: InputLine, active: boolean): void;
  /** Lets time go by. */
  pass(duration: number): Promise<void>;
}

type Case = (bench: Bench, events: string[]) => Promise<void>;
const both: readonly Direction[] = ["entry", "exit"];

/** Each promise by its sentence; the bench is started and its events are written down as texts. */
export const turnstilePromises: Readonly<Record<string, Case>> = {
  "a pulse opens its direction for one person and no other": async (bench, events) => {
    for (const direction of both) {
      const released = bench.release.pulse(direction);
      await bench.pass(1500);
      await released;
      assert.equal(bench.body.open(direction), true);
      assert.equal(bench.body.open(direction === "entry" ? "exit" : "entry"), false);
      const person = bench.body.push(direction);
      await bench.pass(2000);
      assert.equal(await person, "through");
      assert.deepEqual(events, [`passage ${direction}`]);
      assert.equal(bench.body.open(direction), false);
      events.length = 0;
    }
  },
  "without a release the arm holds and only a lean is seen": async (bench, events) => {
    const person = bench.body.push("entry");
    await bench.pass(2000);
    assert.equal(await person, "blocked");
    assert.deepEqual(events, []);
  },
  "an unused opening ends with the turnstile's own window": async (bench) => {
    const released = bench.release.pulse("entry");
    await bench.pass(1500);
    await released;
    await bench.pass(5000);
    assert.equal(bench.body.open("entry"), false);
  },
  "a pulse into another one or its rest is refused, and never frees the way": async (bench) => {
    const first = bench.release.pulse("entry");
    const refused = [bench.release.pulse("exit"), bench.release.pulse("entry")].map((pulse) =>
      pulse.catch((error: unknown) => error),
    );
    await bench.pass(1500);
    await first;
    await bench.pass(400);
    for (const error of await Promise.all(refused)) {
      assert.ok(error instanceof ReleaseError);
      assert.equal(error.kind, "overlap");
    }
    assert.equal(bench.body.free(), false);
    const second = bench.release.pulse("exit");
    await bench.pass(1500);
    await second;
    assert.equal(bench.body.open("exit"), true);
  },
  "turning back keeps the opening for the same person": async (bench, events) => {
    const released = bench.release.pulse("entry");
    await bench.pass(600);
    await released;
    const back = bench.body.turnBack("entry");
    await bench.pass(1500);
    assert.equal(await back, "back");
    const through = bench.body.push("entry");
    await bench.pass(2000);
    assert.equal(await through, "through");
    assert.deepEqual(events, ["turn-back entry", "passage entry"]);
  },
  "a second person on one opening is tailgating": async (bench, events) => {
    const released = bench.release.pulse("entry");
    await bench.pass(600);
    await released;
    const two = bench.body.tailgate("entry");
    await bench.pass(3000);
    await two;
    assert.deepEqual(events, ["passage entry", "tailgating"]);
  },
  "a body without a release is forced, one against an opening is reverse entry": async (bench, events) => {
    const forced = bench.body.force("entry");
    await bench.pass(3000);
    await forced;
    await bench.pass(5000);
    const released = bench.release.pulse("exit");
    await bench.pass(600);
    await released;
    const reverse = bench.body.force("entry");
    await bench.pass(3000);
    await reverse;
    assert.deepEqual(events, ["forced-passage", "reverse-entry"]);
  },
  "standing in the way is held open, once": async (bench, events) => {
    const released = bench.release.pulse("entry");
    await bench.pass(600);
    await released;
    const standing = bench.body.holdOpen("entry", millis(14_000));
    await bench.pass(18_000);
    await standing;
    assert.deepEqual(events, ["held-open", "passage entry"]);
  },
  "once freed everybody goes both ways, for good, and it is no alarm": async (bench, events) => {
    bench.freePassage.free();
    bench.freePassage.free();
    await bench.pass(100);
    assert.equal(bench.body.free(), true);
    for (const direction of both) {
      const person = bench.body.push(direction);
      await bench.pass(2000);
      assert.equal(await person, "through");
    }
    assert.deepEqual(events, ["passage entry", "passage exit"]);
  },
  "contacts are told at each change with what their name says, and can be asked": async (bench, events) => {
    const lines = ["fire", "tamper", "rex", "presence-entry", "button-manual-check", "button-assistance"] as const;
    for (const line of lines) {
      assert.equal(bench.inputs.active(line), false);
      bench.set(line, true);
      await bench.pass(300);
      assert.equal(bench.inputs.active(line), true);
      bench.set(line, false);
      await bench.pass(300);
      assert.equal(bench.inputs.active(line), false);
    }
    assert.deepEqual(
      events,
      lines.flatMap((line) => [`${line} true`, `${line} false`]),
    );
  },
};

/** Starts writing down events as texts. */
export function recordEvents(inputs: Inputs): string[] {
  const texts: string[] = [];
  inputs.onEvent((event) => texts.push(saidOf(event)));
  return texts;
}

export function saidOf(event: InputEvent): string {
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
}
