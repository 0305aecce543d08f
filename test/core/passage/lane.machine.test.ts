import { describe, expect, it } from "vitest";
import { millis, monotonic } from "../../../src/core/units.ts";
import { Bench, credentialOf } from "./harness.ts";

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

  it("leaving after the forehead drops it: the next one's code does not meet it", () => {
    const lane = new Bench().ready().comes().forehead().leaves().comes().shows("green");
    expect(lane.of("release")).toHaveLength(0);
    expect(lane.forehead().of("release")).toHaveLength(1);
  });

  it("what was read or measured for an earlier turn counts for nothing", () => {
    const lane = new Bench().ready().comes().leaves().comes();
    const old = lane.turn - 1;
    const readAt = monotonic(lane.clock.now());
    const green = { type: "credential", turn: old, credential: credentialOf("green"), readAt } as const;
    lane.send({ type: "codes", turn: old, count: 1 }).send(green).send({ type: "again", turn: old });
    lane.send({ type: "temperature", turn: old, body: lane.body() });
    expect(lane.state.context).toMatchObject({ expected: 0, people: [], forehead: null });
    lane.send({ type: "codes", turn: lane.turn, count: 1 }).send(green);
    lane.send({ type: "temperature", turn: old, body: lane.body() });
    expect(lane.state.context).toMatchObject({ people: [], forehead: null });
    expect(lane.of("decided")).toHaveLength(0);
  });

  it("a red that walks away before the forehead is decided and so reported all the same", () => {
    const lane = new Bench().ready().comes().shows("red").leaves();
    expect(lane.of("decided").map((done) => done.decision.verdict.kind)).toEqual(["deny"]);
    expect(lane.state.matches({ access: "idle" })).toBe(true);
  });

  it("a green that staff have to see to opens nothing", () => {
    const lane = new Bench().ready().comes().shows("green").forehead("low").wait(10_000);
    expect(lane.of("decided").map((done) => done.decision.verdict.kind)).toEqual(["attend"]);
    expect(lane.of("release")).toHaveLength(0);
  });

  it("a red is answered no sooner than a green: with its forehead", () => {
    const lane = new Bench().ready().comes().shows("red").wait(4900);
    expect(lane.of("decided")).toHaveLength(0);
    expect(lane.forehead().of("decided")).toHaveLength(1);
  });

  it("P2: outside the rules' dates nobody is asked for anything", () => {
    const lane = new Bench().ready().send({ type: "period", open: true }).comes();
    expect(lane.of("decided")).toHaveLength(1);
  });

  it("who goes the other way on a release is a body without one, and the release stays", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().turns("exit");
    expect(lane.of("forced")).toEqual([{ did: "forced", direction: "exit" }]);
    expect(lane.turns().of("passed")).toHaveLength(1);
  });

  it("a relay that fails ends the grant unused, and shuts the lane", () => {
    const lane = new Bench().ready().comes();
    lane.relay = "broken";
    lane.shows("green").forehead().wait(300);
    expect(lane.of("unused")).toEqual([expect.objectContaining({ unused: 1 })]);
    expect(lane.state.matches({ supervision: "outOfService" })).toBe(true);
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

  it("a wheelchair has the longer window, and nobody after it", () => {
    const lane = new Bench().ready().comes().send({ type: "assistance" }).shows("green").forehead();
    expect(lane.wait(15_900).of("unused")).toHaveLength(0);
    lane.turns().leaves().wait(3000).comes().shows("green").forehead();
    expect(lane.of("release").map((done) => done.ticket.release.wide)).toEqual([true, false]);
  });

  it("what the guard said of somebody who leaves unanswered is not said of the next one", () => {
    const lane = new Bench().ready().comes().send({ type: "assistance" }).send({ type: "mask", mask: "refused" });
    lane.leaves().comes().shows("green").forehead();
    expect(lane.of("decided")[0]?.decision.mask).toBe("unknown");
    expect(lane.of("release")[0]?.ticket.release.wide).toBe(false);
  });

  it("rests between the end of an unused window and the next pulse, whoever it is for", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().send({ type: "rex" }).wait(6000);
    expect(lane.of("unused")).toHaveLength(1);
    expect(lane.wait(250).of("release")).toHaveLength(1);
    expect(lane.wait(100).of("release")).toHaveLength(2);
  });

  it("gives no further pulse while the relay has not answered the last one", () => {
    const lane = new Bench().ready().comes();
    lane.relay = "silent";
    lane.shows("green").forehead().turns().send({ type: "rex" }).wait(3000);
    expect(lane.of("release")).toHaveLength(1);
    lane.send({ type: "pulse.done" }).wait(300);
    expect(lane.of("release")).toHaveLength(2);
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

  it("is nobody while the one who walks through still shows a code to the camera", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().leaves();
    lane.send({ type: "again", turn: lane.turn }).wait(20_000);
    expect(lane.of("decided")).toHaveLength(1);
  });

  it.each([
    ["before their forehead", (lane: Bench) => lane.turns().wait(100).forehead()],
    ["while their grant waits for the turnstile", (lane: Bench) => lane.forehead().turns()],
  ])("P-replay: holds up the pass that the one before walks in with %s, and is not let in", (_, end) => {
    const lane = new Bench();
    lane.remembers = true;
    lane.ready().comes().shows("green").forehead().wait(300).leaves();
    end(lane.comes().shows("green")).wait(20_000);
    expect(lane.of("release")).toHaveLength(1);
    expect(lane.of("decided").at(-1)?.decision.people[0]?.credential.outcome).toBe("replayed");
    expect(lane.state.context.wantedGrant).toBeNull();
  });

  const letsIn = (lane: Bench) => lane.send({ type: "guard.release", cause: "guard", people: 1, wide: false });
  it.each([
    ["the code", (lane: Bench) => letsIn(lane.shows("green")).turns().wait(600).forehead()],
    ["the forehead", (lane: Bench) => letsIn(lane.forehead()).turns().wait(600).shows("green")],
    ["the grant", (lane: Bench) => letsIn(lane).shows("green").forehead().turns()],
  ])("gets nothing of %s of somebody whom the guard let in, however close they follow", (_, follow) => {
    const lane = new Bench().ready().comes();
    follow(lane).wait(3000);
    expect(lane.of("release").map(({ ticket }) => ticket.release.cause)).toEqual(["guard"]);
    expect(lane.state.context.wantedGrant).toBeNull();
  });

  it("keeps code and forehead when somebody leaves, or the one before goes in on a grant", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().leaves();
    lane.comes().shows("green").turns().wait(600).forehead();
    expect(lane.of("release")).toHaveLength(2);
    const other = new Bench().ready().comes().shows("green").send({ type: "rex" }).turns("exit").wait(600).forehead();
    expect(other.of("release").map(({ ticket }) => ticket.release.cause)).toEqual(["rex", "grant"]);
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
    const lane = new Bench().ready().comes().shows("green", 3).forehead().wait(4000).forehead().wait(4000);
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

  it("is judged only when each of its passes is checked", () => {
    const lane = new Bench().ready().comes().send({ type: "codes", turn: 1, count: 2 });
    const readAt = monotonic(lane.clock.now());
    lane.send({ type: "credential", turn: 1, credential: credentialOf("green"), readAt }).forehead();
    expect(lane.of("decided")).toHaveLength(0);
    lane.send({ type: "credential", turn: 1, credential: credentialOf("green", "p2"), readAt }).forehead();
    expect(lane.of("release").map((done) => done.ticket.release.people)).toEqual([2]);
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
    [
      "lockdown",
      (lane: Bench) => lane.ready().send({ type: "lockdown", lasting: lane.clockMillis(60_000), until: null }),
    ],
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

  it("who was let out and still stands at the exit is let out again, as often as it takes", () => {
    const lane = new Bench().ready().comes("exit").wait(3000).wait(6300).wait(3000);
    expect(lane.of("release").map((done) => done.ticket.release.direction)).toEqual(["exit", "exit"]);
  });

  it("P5: a code that asks for no forehead on entry still waits for it on the way out, and holds nobody up", () => {
    const lane = new Bench().ready().comes("exit").shows("not-a-pass");
    expect(lane.of("decided")).toHaveLength(0);
    expect(
      lane
        .wait(3000)
        .of("release")
        .map((done) => done.ticket.release.cause),
    ).toEqual(["exit"]);
    lane.forehead("fever");
    expect(lane.of("decided").map((done) => done.decision.people[0]?.temperature?.class)).toEqual(["fever"]);
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

  it.each([
    ["boot", (lane: Bench) => lane],
    ["maintenance", (lane: Bench) => lane.ready().send({ type: "maintenance", on: true })],
    [
      "a lockdown",
      (lane: Bench) => lane.ready().send({ type: "lockdown", lasting: lane.clockMillis(60_000), until: null }),
    ],
    ["a fault", (lane: Bench) => lane.ready().send({ type: "service", ok: false })],
  ])("fire stands above %s", (_, prepare) => {
    const lane = prepare(new Bench()).send({ type: "fire" });
    expect(lane.state.matches({ supervision: "emergencyRelease" })).toBe(true);
    expect(lane.names()).toContain("free");
  });

  it("what was asked for during a fire is refused then and does not happen after it", () => {
    const lane = new Bench().ready().send({ type: "rex" }).turns("exit").send({ type: "rex" }).send({ type: "fire" });
    lane.send({ type: "rex" }).send({ type: "guard.release", cause: "guard", people: 1, wide: false });
    lane.send({ type: "order.release" }).send({ type: "maintenance", on: true });
    lane.send({ type: "lockdown", lasting: lane.clockMillis(60_000), until: null }).wait(5000);
    lane.send({ type: "fire.reset" }).wait(1000).ready().wait(5000);
    expect(lane.state.matches({ supervision: "normal" })).toBe(true);
    expect(lane.of("release")).toHaveLength(1);
  });

  it("fire between two passages of a family ends their release: nobody is counted in afterwards", () => {
    const lane = new Bench().ready().comes().shows("green", 2).forehead().forehead().turns().wait(100);
    lane.send({ type: "fire" }).wait(1000).turns();
    expect(lane.of("unused")).toEqual([expect.objectContaining({ unused: 1 })]);
    expect(lane.of("passed")).toHaveLength(1);
    expect(lane.of("pulseAgain")).toHaveLength(0);
  });

  it("a guard may let somebody in while the lane is out of service, but not before its devices answered", () => {
    const release = { type: "guard.release", cause: "guard", people: 1, wide: false } as const;
    expect(new Bench().send(release).ready().wait(1000).of("release")).toHaveLength(0);
    const faulty = new Bench().ready().send({ type: "service", ok: false }).send(release);
    expect(faulty.of("release").map((done) => done.ticket.release.cause)).toEqual(["guard"]);
  });

  it("a lockdown closes the entrance alone, and takes the grant that still waits for the turnstile", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().leaves().comes().shows("green").forehead();
    lane.send({ type: "lockdown", lasting: lane.clockMillis(60_000), until: null });
    expect(lane.of("unused")).toHaveLength(1);
    lane.turns().wait(1000).leaves().comes().shows("green").forehead().wait(1000);
    expect(lane.of("release")).toHaveLength(1);
    expect(lane.of("decided")).toHaveLength(2);
    lane.leaves().comes("exit").shows("red").forehead();
    expect(lane.of("decided").at(-1)?.decision.direction).toBe("exit");
    expect(lane.send({ type: "unlock" }).wait(1000).of("release")).toHaveLength(2);
  });

  it.each([
    ["a lockdown", { type: "lockdown", lasting: millis(60_000), until: null }, { type: "unlock" }],
    ["maintenance", { type: "maintenance", on: true }, { type: "maintenance", on: false }],
  ] as const)("neither guard nor order opens the entrance during %s, or makes up for it afterwards", (_, on, off) => {
    const lane = new Bench().ready().send(on);
    lane.send({ type: "guard.release", cause: "guard", people: 1, wide: false }).send({ type: "order.release" });
    expect(lane.wait(1000).send(off).wait(1000).of("release")).toHaveLength(0);
  });

  it("a lockdown that is renewed lasts from its renewal", () => {
    const lockdown = (lane: Bench) => lane.send({ type: "lockdown", lasting: lane.clockMillis(10_000), until: null });
    const lane = lockdown(lockdown(new Bench().ready()).wait(8000)).wait(8000);
    expect(lane.state.matches({ supervision: "lockdown" })).toBe(true);
    expect(lane.wait(2000).state.matches({ supervision: "normal" })).toBe(true);
  });

  it("a latch found at boot begins in emergency release", () => {
    const lane = new Bench(true);
    expect(lane.state.matches({ supervision: "emergencyRelease" })).toBe(true);
    expect(lane.names()).toContain("free");
    expect(lane.ready().state.matches({ supervision: "emergencyRelease" })).toBe(true);
  });

  it("a lockdown lapses by the monotonic clock, and never interrupts a passage", () => {
    const lane = new Bench().ready().comes().shows("green").forehead();
    lane.send({ type: "lockdown", lasting: lane.clockMillis(10_000), until: null }).turns();
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

  it("an order while the turnstile rests is not carried out later, behind somebody's exit", () => {
    const lane = new Bench().ready().comes().shows("green").forehead().wait(1000).turns().leaves();
    lane.wait(100).send({ type: "order.release" }).send({ type: "rex" }).wait(20_000);
    expect(lane.of("release").map(({ ticket }) => ticket.release.cause)).toEqual(["grant", "rex"]);
  });
});
