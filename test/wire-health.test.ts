import { describe, expect, it } from "vitest";
import { SimClock } from "../device/clock/clock.sim.ts";
import { troubleIds, troubles } from "../src/core/troubles/declared.ts";
import { millis } from "../src/core/units.ts";
import { type Trouble, TroubleBoard, troubleCodes } from "../src/report/troubles.ts";
import { watchHealth } from "../src/wire-health.ts";

describe("the registry of troubles of a wired lane", () => {
  it("hears of link and outbox as they change, and knows each code that reporting leaves to it", () => {
    const board = new TroubleBoard(() => {});
    const told: [string, boolean][] = [];
    const health = { observe: (id: string, lasts: boolean) => void told.push([id, lasts]) };
    const end = watchHealth(
      health,
      { onTrouble: (listener: (t: Trouble) => void) => board.onTrouble(listener) },
      [],
      new SimClock(),
    );
    const registered = Object.entries(troubleCodes).flatMap(([code, { registry }]) => (registry ? [code] : []));
    for (const code of registered) board.set(code as keyof typeof troubleCodes, true);
    expect(told.map(([id]) => troubles[troubleIds.find((known) => known === id) ?? "machine-fault"].code)).toEqual(
      registered,
    );
    board.set("GL-4033", false);
    expect(told.at(-1)).toEqual(["broker-away", false]);
    end();
    board.set("GL-4033", true);
    expect(told).toHaveLength(registered.length + 1);
  });

  it("asks once a second for what nobody tells by himself", () => {
    const clock = new SimClock();
    let stale = false;
    const seen: boolean[] = [];
    const end = watchHealth(
      { observe: (_, lasts) => void seen.push(lasts) },
      { onTrouble: () => () => {} },
      [() => ({ "trust-stale": stale })],
      clock,
    );
    clock.advance(millis(1000));
    stale = true;
    clock.advance(millis(1000));
    end();
    clock.advance(millis(5000));
    expect(seen).toEqual([false, true]);
  });
});
