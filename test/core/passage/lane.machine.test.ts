import { describe, expect, it } from "vitest";
import { Bench } from "./harness.ts";

describe("one person at the entrance", () => {
  it("a green with a normal forehead is released, turns, and the lane is locked again", () => {
    const lane = new Bench().ready().comes().shows("green").forehead();
    expect(lane.of("release").map((done) => done.ticket.release)).toEqual([
      { direction: "entry", cause: "grant", people: 1, wide: false },
    ]);
    lane.turns().leaves().wait(1000);
    expect(lane.of("passed")).toHaveLength(1);
    expect(lane.state.matches({ turnstile: "locked" })).toBe(true);
    expect(lane.of("unused")).toHaveLength(0);
  });

  it("a forehead taken before the code counts for five seconds and no longer", () => {
    const soon = new Bench().ready().comes().forehead().wait(4900).shows("green");
    expect(soon.of("release")).toHaveLength(1);
    const late = new Bench().ready().comes().forehead().wait(5100).shows("green");
    expect(late.of("release")).toHaveLength(0);
    expect(late.forehead().of("release")).toHaveLength(1);
  });

  it("a code without a forehead for five seconds is dropped and asked for again", () => {
    const lane = new Bench().ready().comes().shows("green").wait(5000);
    expect(lane.names()).toContain("torn");
    expect(lane.forehead().of("release")).toHaveLength(0);
    expect(lane.shows("green").of("release")).toHaveLength(1);
  });

  it("leaving between code and forehead drops both", () => {
    const lane = new Bench().ready().comes().shows("green").leaves().comes().forehead();
    expect(lane.of("release")).toHaveLength(0);
    expect(lane.of("decided")).toHaveLength(0);
  });

  it("a red that walks away before the forehead is decided and so reported all the same", () => {
    const lane = new Bench().ready().comes().shows("red").leaves();
    expect(lane.of("decided").map((done) => done.decision.verdict.kind)).toEqual(["deny"]);
    expect(lane.state.matches({ access: "idle" })).toBe(true);
  });

  it("a second pass before the forehead of the first is asked for one at a time", () => {
    const lane = new Bench().ready().comes().shows("green").shows("green").forehead();
    expect(lane.names()).toContain("oneAtATime");
    expect(lane.of("release")).toHaveLength(0);
  });

  it("nobody turning closes the window after the turnstile's five seconds and one of slack", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().wait(5999);
    expect(lane.of("unused")).toHaveLength(0);
    lane.turns();
    expect(lane.of("passed")).toHaveLength(1);
    const idle = new Bench().ready().comes().shows("green").forehead().wait(6000);
    expect(idle.of("unused")).toEqual([expect.objectContaining({ unused: 1 })]);
    expect(idle.turns().of("forced")).toEqual([{ did: "forced", direction: "entry" }]);
  });

  it("standing without a code becomes no-credential after the configured time", () => {
    const lane = new Bench().ready().comes().wait(8000);
    expect(lane.of("decided")[0]?.decision.people[0]?.credential.outcome).toBe("no-credential");
  });

  it("is asked nothing in vain when no reader works: staff are called at once", () => {
    const lane = new Bench().ready().send({ type: "blind", on: true }).comes();
    expect(lane.of("decided")[0]?.decision.people[0]?.credential.outcome).toBe("unverifiable");
  });

  it("who shows another code after a denial is judged anew", () => {
    const lane = new Bench().ready().comes().shows("expired");
    expect(lane.of("decided")).toHaveLength(1);
    lane.send({ type: "again", turn: lane.turn }).shows("green").forehead();
    expect(lane.of("release")).toHaveLength(1);
  });
});

describe("the next person", () => {
  it("is read while the one before walks, and released only after that passage", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().leaves();
    lane.comes().shows("green").forehead();
    expect(lane.of("decided")).toHaveLength(2);
    expect(lane.of("release")).toHaveLength(1);
    lane.turns().wait(600);
    expect(lane.of("release")).toHaveLength(2);
  });

  it("who leaves while the turnstile is still busy loses the grant as a no-entry", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().leaves();
    lane.comes().shows("green").forehead().leaves();
    expect(lane.of("unused")).toHaveLength(1);
    lane.turns().wait(600);
    expect(lane.of("release")).toHaveLength(1);
  });
});

describe("a family page", () => {
  it("gives one widened release of three passages after three foreheads", () => {
    const lane = new Bench().ready().comes().shows("green", 3).forehead().wait(2000).forehead().wait(2000);
    expect(lane.of("release")).toHaveLength(0);
    lane.forehead();
    expect(lane.of("release").map((done) => done.ticket.release)).toEqual([
      { direction: "entry", cause: "grant", people: 3, wide: true },
    ]);
    lane.turns().wait(3000).turns().wait(3000).turns();
    expect(lane.of("passed")).toHaveLength(3);
    expect(lane.of("pulseAgain")).toHaveLength(2);
    expect(lane.of("unused")).toHaveLength(0);
  });

  it("goes to the guard together when one of them has to", () => {
    const lane = new Bench().ready().comes().shows("green", 2).forehead().forehead("low");
    expect(lane.of("decided").map((done) => done.decision.verdict.kind)).toEqual(["attend"]);
    expect(lane.of("release")).toHaveLength(0);
  });
});

describe("P0: nobody is held inside", () => {
  it.each([
    ["boot", (lane: Bench) => lane],
    ["normal", (lane: Bench) => lane.ready()],
    ["lockdown", (lane: Bench) => lane.ready().send({ type: "lockdown", lasting: lane.clockMillis(60_000) })],
    ["out of service", (lane: Bench) => lane.ready().send({ type: "service", ok: false })],
    ["maintenance", (lane: Bench) => lane.ready().send({ type: "maintenance", on: true })],
    ["a person at the entrance", (lane: Bench) => lane.ready().comes().shows("green")],
  ])("in %s who stands at the exit is let out without code, forehead or staff", (_, prepare) => {
    const lane = prepare(new Bench()).comes("exit").wait(3000);
    expect(lane.of("release").filter((done) => done.ticket.release.direction === "exit")).toHaveLength(1);
    lane.turns("exit");
    expect(lane.of("passed")).toHaveLength(1);
  });

  it("the exit waits for a passage on entry and opens right after it", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().send({ type: "rex" });
    expect(lane.of("release")).toHaveLength(1);
    lane.turns().wait(600);
    expect(lane.of("release")[1]?.ticket.release).toMatchObject({ direction: "exit", cause: "rex" });
  });

  it("a relay that fails on the way out frees the turnstile", () => {
    const lane = new Bench().ready();
    lane.relay = "broken";
    lane.send({ type: "rex" }).wait(300);
    expect(lane.names()).toContain("free");
    expect(lane.names()).toContain("relayFault");
  });

  it("red on exit is judged, and the barrier yields", () => {
    const lane = new Bench().ready().comes("exit").shows("red").forehead();
    expect(lane.of("decided").map((done) => done.decision.verdict.kind)).toEqual(["attend"]);
    expect(lane.of("release").map((done) => done.ticket.release)).toEqual([
      { direction: "exit", cause: "exit", people: 1, wide: false },
    ]);
  });
});

describe("supervision", () => {
  it("fire frees from every mode, annuls the grant in flight, and only a local reset ends it", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().send({ type: "fire" });
    expect(lane.names()).toContain("free");
    expect(lane.of("unused")).toHaveLength(1);
    for (const event of [
      { type: "unlock" },
      { type: "ready" },
      { type: "maintenance", on: true },
      { type: "service", ok: true },
    ] as const) {
      expect(lane.send(event).state.matches({ supervision: "emergencyRelease" })).toBe(true);
    }
    lane.send({ type: "fire.reset" });
    expect(lane.state.matches({ supervision: "outOfService" })).toBe(true);
  });

  it("a latch found at boot begins in emergency release", () => {
    const lane = new Bench(true);
    expect(lane.state.matches({ supervision: "emergencyRelease" })).toBe(true);
    expect(lane.names()).toContain("free");
    expect(lane.ready().state.matches({ supervision: "emergencyRelease" })).toBe(true);
  });

  it("a lockdown lapses by the monotonic clock, and never interrupts a passage", () => {
    const lane = new Bench().ready().comes().shows("green").forehead();
    lane.send({ type: "lockdown", lasting: lane.clockMillis(10_000) }).turns();
    expect(lane.of("passed")).toHaveLength(1);
    lane.comes().shows("green").forehead().wait(600);
    expect(lane.of("release")).toHaveLength(1);
    lane.wait(10_000);
    expect(lane.state.matches({ supervision: "normal" })).toBe(true);
  });

  it("an order in the middle of a passage is not carried out later", () => {
    const lane = new Bench()
      .ready()
      .comes()
      .shows("green")
      .forehead()
      .send({ type: "order.release" })
      .turns()
      .wait(1000);
    expect(lane.of("release")).toHaveLength(1);
    expect(lane.send({ type: "order.release" }).of("release")).toHaveLength(2);
  });
});
