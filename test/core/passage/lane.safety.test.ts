import { describe, expect, it } from "vitest";
import { millis } from "../../../src/core/units.ts";
import { Bench } from "./harness.ts";

const red = (lane: Bench) =>
  lane.of("decided").filter(({ decision }) => decision.people.some(({ credential }) => credential.outcome === "red"));

describe("a red code that was found", () => {
  it("P8: is reported once though a second pass is held up before the forehead", () => {
    const lane = new Bench().ready().comes().shows("red");
    lane.send({ type: "codes", turn: lane.turn, count: 1 });
    lane.shows("green").forehead().wait(40_000);
    expect(red(lane)).toHaveLength(1);
    expect(lane.of("release").filter(({ ticket }) => ticket.release.cause === "grant")).toHaveLength(0);
  });

  it.each([
    ["a lockdown", { type: "lockdown", lasting: millis(20_000) }],
    ["a fault", { type: "service", ok: false }],
    ["maintenance", { type: "maintenance", on: true }],
    ["a fire", { type: "fire" }],
  ] as const)("P8: is reported once though %s begins before the forehead", (_, event) => {
    const lane = new Bench().ready().comes().shows("red").send(event).wait(10_000);
    expect(red(lane)).toHaveLength(1);
    lane.leaves().wait(40_000);
    expect(red(lane)).toHaveLength(1);
  });
});

describe("a guard's release that could not be carried out", () => {
  it.each([
    ["a lockdown", { type: "lockdown", lasting: millis(20_000) }, { type: "unlock" }],
    ["maintenance", { type: "maintenance", on: true }, { type: "maintenance", on: false }],
  ] as const)("because of %s is not made up for when that ends", (_, begins, ends) => {
    const lane = new Bench().ready().comes().shows("green").forehead();
    lane.send({ type: "guard.release", cause: "guard", people: 1, wide: false });
    lane.send(begins).turns().wait(10_000).send(ends).wait(10_000);
    expect(lane.of("release").map(({ ticket }) => ticket.release.cause)).toEqual(["grant"]);
  });

  it("because of a fault holds for the guard, who stands there, but no longer for an order", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().turns();
    lane.send({ type: "order.release" }).send({ type: "service", ok: false }).wait(10_000);
    lane.send({ type: "service", ok: true }).wait(10_000);
    expect(lane.of("release").map(({ ticket }) => ticket.release.cause)).toEqual(["grant"]);
  });
});

describe("a refused mask", () => {
  it("P7: counts for the next verdict alone, not for everybody after it", () => {
    const lane = new Bench().ready().send({ type: "mask", mask: "refused" });
    lane.comes().shows("green").forehead().leaves().wait(1000).comes().shows("green").forehead();
    expect(lane.of("decided").map(({ decision }) => decision.mask)).toEqual(["refused", "unknown"]);
  });
});

describe("somebody who stands at the exit and does nothing", () => {
  it("never keeps the entrance from being served", () => {
    const lane = new Bench().ready().comes("exit").wait(10_000).comes("entry").wait(200);
    lane.shows("green").forehead().wait(1000);
    expect(lane.of("decided").some(({ decision }) => decision.direction === "entry")).toBe(true);
  });

  it("nor after having been measured", () => {
    const lane = new Bench().ready().comes("exit").forehead().comes("entry").wait(10_000);
    lane.shows("green").forehead().wait(1000);
    expect(lane.of("decided").map(({ decision }) => decision.direction)).toEqual(["exit", "entry"]);
  });
});

describe("somebody who was answered and still stands at the entrance", () => {
  it("is not asked again because of a person who leaves, who is let out meanwhile", () => {
    const lane = new Bench().ready().comes().shows("expired").wait(35_000).comes("exit").wait(10_000);
    expect(lane.of("decided")).toHaveLength(1);
    expect(lane.of("release").map(({ ticket }) => ticket.release.direction)).toContain("exit");
    lane.leaves("exit").wait(10_000);
    expect(lane.of("decided")).toHaveLength(1);
  });
});

describe("a grant that waits for the turnstile", () => {
  const waiting = () => {
    const lane = new Bench().ready().comes().shows("green").forehead().turns().leaves();
    return lane.comes().shows("green").forehead().send({ type: "rex" }).wait(700);
  };

  it("is not taken for begun by the release of somebody who leaves meanwhile", () => {
    const lane = waiting();
    expect(lane.of("release").map(({ ticket }) => ticket.release.direction)).toEqual(["entry", "exit"]);
    expect(lane.state.value.access).toBe("waiting");
    lane.turns("exit").wait(700);
    expect(lane.of("release").at(-1)?.ticket.release).toMatchObject({ direction: "entry", cause: "grant" });
    expect(lane.state.value.access).toBe("granted");
  });

  it("is gone with its person, and never opens for the next one", () => {
    const lane = waiting().leaves().wait(10_000).comes().wait(3000);
    expect(lane.of("release").map(({ ticket }) => ticket.release.direction)).toEqual(["entry", "exit"]);
  });
});
