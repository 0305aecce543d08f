import { beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { LinesSim } from "../../../device/gpio/lines.sim.ts";
import { GpioError } from "../../../device/gpio/lines.ts";
import { GpioTurnstile, type TurnstileWiring } from "../../../device/gpio/turnstile.ts";
import { TurnstileBody } from "../../../device/gpio/turnstile-body.sim.ts";
import { millis } from "../../../src/core/units.ts";
import type { InputLine } from "../../../src/ports/inputs.ts";
import { restContacts, setContact, wireBody, wiring } from "./bench.ts";
import { recordEvents, turnstilePromises } from "./turnstile.conformance.ts";

let clock: SimClock;
let chip: LinesSim;
let body: TurnstileBody;
let turnstile: GpioTurnstile;
let events: string[];

function build(changed: Partial<TurnstileWiring> = {}): void {
  clock = new SimClock();
  chip = new LinesSim(clock);
  body = new TurnstileBody(clock);
  restContacts(chip);
  wireBody(chip, body);
  turnstile = new GpioTurnstile(clock, chip, { ...wiring, ...changed });
  events = recordEvents(turnstile);
}
async function started(free = false): Promise<void> {
  await turnstile.open();
  await turnstile.holdShut(free);
  await turnstile.start();
  await clock.pass(100);
}
beforeEach(() => build());

describe("the turnstile on GPIO lines keeps the promises of its ports", () => {
  for (const [sentence, promise] of Object.entries(turnstilePromises)) {
    it(sentence, async () => {
      await started();
      await promise(
        {
          release: turnstile,
          inputs: turnstile,
          freePassage: turnstile,
          body,
          set: (line, active) => setContact(chip, line, active),
          pass: (duration) => clock.pass(duration),
        },
        events,
      );
      await turnstile.stop();
      await clock.pass(20_000);
      expect(clock.pending()).toBe(0);
    });
  }
});

describe("where a line can't be taken", () => {
  const without = (...names: readonly InputLine[]): void => {
    const lines = names.map((name) => (name === "fire" ? wiring.fire : wiring.contacts[name])?.line);
    const input = chip.input.bind(chip);
    chip.input = (wanted, edge) =>
      lines.includes(wanted)
        ? Promise.reject(new GpioError("GL-2305", "taken by another driver"))
        : input(wanted, edge);
  };
  const start = async (): Promise<void> => {
    await turnstile.open();
    await turnstile.holdShut(false);
    await expect(turnstile.start()).rejects.toThrow("GL-2305");
    await clock.pass(100);
  };

  it("the others are heard all the same: the fire contact and whoever wants out", async () => {
    without("button-assistance");
    await start();
    expect(body.free()).toBe(false);
    setContact(chip, "presence-exit", true);
    await clock.pass(200);
    expect(events).toContain("presence-exit true");
    setContact(chip, "fire", true);
    await clock.pass(200);
    expect(events).toContain("fire true");
  });

  it("P0: without any contact that tells of the exit the way is free, and with one of them it is held", async () => {
    without("rex");
    await start();
    await clock.pass(5000);
    expect(body.free()).toBe(false);
    build();
    without("rex", "presence-exit");
    await start();
    await clock.pass(5000);
    expect(body.free()).toBe(true);
  });
});

describe("outputs", () => {
  it("are taken at rest in their own polarity, and only the way is held", async () => {
    await started();
    expect(chip.driven().slice(0, 4)).toEqual([
      { line: 5, high: true, at: 0 },
      { line: 6, high: false, at: 0 },
      { line: 13, high: false, at: 0 },
      { line: 13, high: true, at: 0 },
    ]);
    expect(body.free()).toBe(false);
  });

  it.each(["entry", "exit"] as const)(
    "are at rest once stopped, in the middle of a pulse for the %s too",
    async (side) => {
      await started();
      void turnstile.pulse(side).catch(() => {});
      await clock.pass(100);
      await turnstile.stop();
      expect([chip.level(5), chip.level(6)]).toEqual([true, false]);
    },
  );

  it("never hold the way after a latched emergency, nor with the fire contact active at boot", async () => {
    await started(true);
    expect(chip.driven().some(({ line, high }) => line === 13 && high)).toBe(false);
    build();
    setContact(chip, "fire", true);
    await started();
    await clock.pass(10_000);
    expect(chip.driven().some(({ line, high }) => line === 13 && high)).toBe(false);
    expect(body.free()).toBe(true);
  });

  it("give a pulse of the configured length, and a fault where the level read back differs", async () => {
    await started();
    const before = chip.driven().length;
    const released = turnstile.pulse("entry");
    await clock.pass(1000);
    await released;
    const [on, off] = chip
      .driven()
      .slice(before)
      .filter(({ line }) => line === 5);
    expect([on?.high, off?.high, (off?.at ?? 0) - (on?.at ?? 0)]).toEqual([false, true, 250]);

    chip.stick(5, false);
    const failed = turnstile.pulse("entry").catch((error: unknown) => error);
    await clock.pass(1000);
    expect(await failed).toMatchObject({ kind: "fault", code: "GL-2302" });
  });

  it.each([
    [20, 100],
    [5000, 1000],
  ])("never give a pulse that a turnstile ignores or takes for a level: %s ms becomes %s", async (asked, given) => {
    build({ pulse: millis(asked) });
    await started();
    const before = chip.driven().length;
    const released = turnstile.pulse("entry");
    await clock.pass(6000);
    await released;
    const [on, off] = chip
      .driven()
      .slice(before)
      .filter(({ line }) => line === 5);
    expect((off?.at ?? 0) - (on?.at ?? 0)).toBe(given);
  });

  it("tell once that the free-passage output doesn't follow, for as long as it doesn't", async () => {
    await started();
    chip.stick(13, false);
    await clock.pass(5000);
    expect(events).toEqual(["fault outputs"]);
    chip.stick(13, null);
    await clock.pass(2000);
    expect(events).toEqual(["fault outputs", "ok outputs"]);
  });

  it("put the free-passage output right again when something else has changed it", async () => {
    await started();
    chip.set(13, false);
    body.holdInput(false);
    await clock.pass(1000);
    expect(body.free()).toBe(false);
    turnstile.free();
    await clock.pass(0);
    body.holdInput(true);
    await clock.pass(1000);
    expect(body.free()).toBe(true);
  });
});

describe("inputs", () => {
  it("tell the fire contact before start, and take one that cannot be read for fire", async () => {
    expect(turnstile.active("fire")).toBe(true);
    await turnstile.open();
    expect(turnstile.active("fire")).toBe(false);
    setContact(chip, "fire", true);
    expect(turnstile.active("fire")).toBe(true);
    setContact(chip, "fire", false);
    chip.vanish(true);
    expect(turnstile.active("fire")).toBe(true);
  });

  it.each(["stays open", "closes again"] as const)(
    "free the way at once in a fire before start, and tell it at start, though the contact %s",
    async (then) => {
      await turnstile.open();
      await turnstile.holdShut(false);
      await clock.pass(100);
      expect(body.free()).toBe(false);
      setContact(chip, "fire", true);
      await clock.pass(200);
      expect(body.free()).toBe(true);
      if (then === "closes again") setContact(chip, "fire", false);
      await clock.pass(5000);
      await turnstile.start();
      await clock.pass(2000);
      expect(body.free()).toBe(true);
      expect(events).toContain("fire true");
    },
  );

  it("take either end of a supervised fire loop for fire", async () => {
    build({ fireLoop: { line: 20, activeLow: true } });
    chip.set(20, true);
    await started();
    expect(turnstile.active("fire")).toBe(false);
    chip.set(20, false);
    await clock.pass(100);
    expect(turnstile.active("fire")).toBe(true);
    expect(events).toEqual(["fire true"]);
  });

  it("see within two seconds a level whose edge was lost", async () => {
    await started();
    chip.loseEdges(true);
    setContact(chip, "tamper", true);
    await clock.pass(200);
    expect(events).toEqual(["tamper true"]);
  });

  it("tell within two seconds that the chip vanished, free the way by the fire rule, and tell when it is back", async () => {
    await started();
    chip.vanish(true);
    await clock.pass(2000);
    expect(events).toEqual(["fault inputs", "fire true", "fault outputs"]);
    chip.vanish(false);
    await clock.pass(2000);
    expect(events.slice(3)).toEqual(["ok inputs", "fire false", "ok outputs"]);
  });
});

describe("PASS contacts instead of beams", () => {
  const closed = (direction: "entry" | "exit", yes: boolean): void => chip.set(direction === "entry" ? 17 : 27, yes);
  const opened = async (direction: "entry" | "exit", open: number): Promise<void> => {
    closed(direction, false);
    await clock.pass(open);
    closed(direction, true);
    await clock.pass(100);
  };
  beforeEach(async () => {
    build({ passage: "pass-contacts" });
    await started();
  });

  it("take a short opening for a passage and judge it like any other", async () => {
    const released = turnstile.pulse("entry");
    await clock.pass(300);
    await released;
    await opened("entry", 400);
    await clock.pass(5000);
    await opened("entry", 400);
    expect(events).toEqual(["passage entry", "forced-passage"]);
  });

  it("see no passage in a power loss, however long, nor in what follows its return", async () => {
    for (const outage of [300, 4000, 60_000]) {
      events.length = 0;
      closed("entry", false);
      closed("exit", false);
      await clock.pass(outage);
      closed("entry", true);
      closed("exit", true);
      await clock.pass(500);
      expect(events, `${outage} ms`).toEqual(["fault turnstile-power", "ok turnstile-power"]);
    }
  });

  it("see no passage in a contact that opens when the mains went, though only one of them does", async () => {
    closed("entry", false);
    await clock.pass(60);
    setContact(chip, "mains-lost", true);
    await clock.pass(500);
    closed("entry", true);
    await clock.pass(500);
    expect(events).toEqual(["mains-lost true"]);
  });

  it("see no passage in an opening longer than a body takes, though it is no fault yet", async () => {
    await opened("entry", 7000);
    expect(events).toEqual([]);
  });

  it("take a contact that stays open for a fault, and its closing for a mending, never for a passage", async () => {
    await opened("entry", 11_000);
    await opened("exit", 60);
    expect(events).toEqual(["fault pass-entry", "ok pass-entry"]);
  });
});
