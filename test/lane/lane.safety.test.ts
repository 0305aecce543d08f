import { describe, expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import type { CodeRead, Credential } from "../../src/core/flow.ts";
import { millis } from "../../src/core/units.ts";
import { credentialFor, LaneBench } from "./lane-bench.ts";

const lane = () => new LaneBench().ready();

describe("entry", () => {
  it("opens for a verified green with a normal forehead, once", async () => {
    const one = await lane();
    await one.stands("entry").shows("green-1").forehead(36.5).wait(1500);
    expect(one.pulses).toEqual(["entry"]);
    expect(one.street?.screen).toBe("go");
    expect(one.types).toEqual([]);
  });

  it.each([
    ["a fever", 38.2],
    ["a hat", 33],
    ["a dead thermometer", "silent"],
    ["nobody's forehead", null],
  ] as const)("stays shut for a green with %s", async (_, body) => {
    const one = await lane();
    await one.stands("entry").shows("green-1").forehead(body).wait(9000);
    expect(one.pulses).toEqual([]);
  });

  it("calls staff at once for a green whom a dead thermometer can't measure", async () => {
    const one = await lane();
    await one.forehead("silent").wait(2000);
    await one.stands("entry").shows("green-1").wait(800);
    expect(one.street?.screen).toBe("see-staff");
    expect(one.guardView?.attended.map(({ reasons }) => reasons)).toEqual([["unavailable"]]);
  });

  it("never pairs the code of one with the forehead of the next", async () => {
    const one = await lane();
    await one.stands("entry").shows("green-1").forehead(null).wait(1000);
    await one.stands("entry", false).wait(100);
    await one.stands("entry").forehead(36.5).wait(6000);
    expect(one.pulses).toEqual([]);
  });

  it("is measured undisturbed by people who come to the exit and leave it", async () => {
    const one = await lane();
    await one.stands("exit").wait(500);
    one.stands("exit", false);
    await one.stands("entry").shows("green-1").wait(100);
    one.stands("exit");
    await one.forehead(36.5).wait(200);
    await one.stands("exit", false).wait(900);
    expect(one.pulses).toContain("entry");
  });

  it("P15: leaves nothing of a green in log, events or views", async () => {
    const one = await lane();
    await one.stands("entry").shows("green-4711").forehead(36.5).wait(1000);
    await one.turns().stands("entry", false).forehead(null).wait(3000);
    const left = JSON.stringify([one.logger.lines, one.events, one.street, one.guardView]);
    expect(left).not.toContain("4711");
    expect(left).not.toMatch(/36\.\d/);
  });
});

describe("a screen", () => {
  it("goes with its person: nobody who comes next sees the answer of the one before", async () => {
    const one = await lane();
    await one.stands("entry").shows("red-1").forehead(36.5).wait(1500);
    expect(one.street?.screen).toBe("see-staff");
    await one.stands("entry", false).forehead(null).wait(50);
    expect(one.street?.screen).toBe("idle-entry");
    await one.stands("entry").wait(300);
    expect(one.street?.screen).toBe("idle-entry");
  });

  it("is the same for red, yellow, fever, low and unavailable, after the same time", async () => {
    const seen = new Set<string>();
    for (const [code, body] of [
      ["red-1", 36.5],
      ["yellow-1", 36.5],
      ["green-1", 38.5],
      ["revoked-1", 36.5],
    ] as const) {
      const one = await lane();
      const start = one.clock.monotonic();
      one.stands("entry").shows(code).forehead(body);
      while (one.street?.screen !== "see-staff" && one.clock.monotonic() - start < 9000) await one.wait(50);
      seen.add(JSON.stringify([one.street?.complaint, one.clock.monotonic() - start, one.screens]));
    }
    expect(seen.size).toBe(1);
  });
});

describe("a guard", () => {
  const red = async () => {
    const one = await lane();
    await one.stands("entry").shows("red-1").forehead(36.5).wait(1500);
    return one;
  };

  it("can't let a red in by a manual check, however long the red stands there", async () => {
    const one = await red();
    for (const _ of [1, 2, 3]) {
      expect(await one.lane.guard({ kind: "manual-check", person: null }, "0231")).toMatchObject({ ok: false });
      one.line("button-manual-check", true).line("button-manual-check", false);
      await one.wait(20_000);
    }
    expect(one.pulses).toEqual([]);
  });

  it("can't let a red in as part of a family that showed no codes", async () => {
    const one = await red();
    await one.lane.guard({ kind: "family", people: 2 }, "0231");
    await one.wait(3000);
    expect(one.pulses).toEqual([]);
  });

  it("can escort a red, which is reported with the reason", async () => {
    const one = await red();
    const person = one.guardView?.attended[0]?.id ?? -1;
    const answer = await one.lane.guard({ kind: "escorted-release", person, reason: "to-isolation" }, "0231");
    await one.wait(1000);
    expect(answer).toEqual({ ok: true });
    expect(one.pulses).toEqual(["entry"]);
    expect(one.types).toEqual(expect.arrayContaining(["red-code", "escorted-release"]));
  });

  it("who isn't signed in calls help with the button and opens nothing", async () => {
    const one = await lane();
    one.lane.shift(null);
    one.stands("entry").line("button-manual-check", true);
    await one.wait(1000);
    expect(one.pulses).toEqual([]);
    expect(one.types).toContain("unanswered-call");
  });

  it("P7: who presses mask refused means one person, not everybody until the evening", async () => {
    const one = await lane();
    one.line("button-mask-refused", true).line("button-mask-refused", false);
    await one.stands("entry").shows("green-1").forehead(36.5).wait(1500);
    expect(one.street?.screen).toBe("mask");
    await one.stands("entry", false).forehead(null).wait(1000);
    await one.stands("entry").shows("green-2").forehead(36.5).wait(1500);
    expect(one.pulses).toEqual(["entry"]);
  });
});

describe("the way out", () => {
  it.each([
    ["nothing shown", null, null],
    ["a red code and a fever", "red-1", 39],
    ["a dead thermometer", null, "silent"],
  ] as const)("P0: opens for whoever stands there with %s", async (_, code, body) => {
    const one = await lane();
    one.stands("exit").forehead(body);
    if (code !== null) one.shows(code);
    await one.wait(8000);
    expect(one.pulses).toContain("exit");
    expect(one.pulses).not.toContain("entry");
  });

  it("P0: opens while the entrance is locked down", async () => {
    const one = await lane();
    const order = { kind: "lockdown", cid: "c1", who: "k1", forMs: 60_000 } as const;
    expect(await one.lane.order(order)).toEqual({ status: "done" });
    await one.stands("exit").wait(8000);
    expect(one.pulses).toEqual(["exit"]);
  });
});

describe("a code whose check takes long", () => {
  const slowly = async () => {
    const clock = new SimClock();
    const verify = (code: CodeRead): Promise<Credential> =>
      new Promise((resolve) => clock.after(millis(800), () => resolve(credentialFor(code))));
    return new LaneBench(clock, { verifier: { verify, used: () => {}, again: (same) => same } }).ready();
  };

  it.each(["red", "yellow"] as const)(
    "P8: is reported when it proves %s, though its holder has left",
    async (colour) => {
      const one = await slowly();
      await one.stands("entry").shows(`${colour}-1`).wait(300);
      await one.stands("entry", false).wait(3000);
      expect(one.types).toEqual([`${colour}-code`]);
      expect(one.street?.screen).toBe("idle-entry");
      await one.stands("entry").shows("green-2").forehead(36.5).wait(3000);
      expect(one.pulses).toEqual(["entry"]);
    },
  );

  it("P15: leaves nothing of a green whose holder has left, and opens nothing", async () => {
    const one = await slowly();
    await one.stands("entry").shows("green-1").forehead(36.5).wait(300);
    await one.stands("entry", false).wait(100);
    await one.stands("entry").wait(5000);
    expect([one.types, one.pulses]).toEqual([[], []]);
  });
});

describe("a pass that the one before walks in with", () => {
  it("P-replay: is seen to by staff, once, though its holder was granted already", async () => {
    const used = new Set<string | null>();
    const one = await new LaneBench(new SimClock(), {
      verifier: {
        verify: async (code) => credentialFor(code),
        used: ({ passId }) => void used.add(passId),
        again: (credential) => (used.has(credential.passId) ? { ...credential, outcome: "replayed" } : credential),
      },
    }).ready();
    await one.stands("entry").shows("green-1").forehead(36.5).wait(1500);
    await one.stands("entry", false).forehead(null).wait(400);
    await one.stands("entry").shows("green-1").forehead(36.5).wait(2000);
    expect(one.street?.screen).toBe("wait");
    one.turns();
    for (let shown = 0; shown < 20; shown += 1) await one.shows("green-1").wait(200);
    expect(one.pulses).toEqual(["entry"]);
    expect(one.lane.desk.people.map(({ reasons }) => reasons)).toEqual([["replayed"]]);
    expect(one.lane.tally.totals).toMatchObject({ granted: 2, attended: 1, passages: 1, noEntry: 1 });
  });
});

describe("a family's page", () => {
  it("P11: is no page where it shows one pass in two writings: one passage, not two", async () => {
    const verify = async (): Promise<Credential> => ({ ...credentialFor({ text: "green-1" }), forWhom: "family" });
    const one = await new LaneBench(new SimClock(), {
      verifier: { verify, used: () => {}, again: (same) => same },
    }).ready();
    await one.stands("entry").shows("written one way", "written another way").wait(1000);
    await one.forehead(36.5).wait(3000);
    await one.forehead(null).wait(800);
    await one.forehead(36.5).wait(3000);
    one.turns();
    await one.wait(8000);
    expect(one.pulses).toEqual(["entry"]);
  });
});

describe("an order to release", () => {
  it("is rejected, not called done, while the turnstile rests from the passage before", async () => {
    const one = await lane();
    const order = { kind: "release", cid: "c1", who: "k1" } as const;
    await one.stands("entry").shows("green-1").forehead(36.5).wait(1500);
    one.turns().stands("entry", false).forehead(null);
    expect(await one.lane.order(order)).toEqual({ status: "rejected", reason: "turnstile-busy" });
    await one.wait(1000);
    expect(await one.lane.order(order)).toEqual({ status: "done" });
    expect(one.pulses).toEqual(["entry", "entry"]);
  });
});

describe("fire", () => {
  it("frees the way though the disk refuses the latch, says so, and stays until the disk takes the reset", async () => {
    const one = await lane();
    one.diskRefuses = true;
    one.line("fire", true);
    expect(one.freed).toBeGreaterThan(0);
    expect(one.lane.mode).toBe("emergency");
    expect(one.lane.health.codes()).toContain("GL-2320");
    one.line("fire", false);
    expect(await one.lane.guard({ kind: "reset-emergency" }, "0231")).toEqual({ ok: false, why: "latch-stays" });
    expect(one.lane.mode).toBe("emergency");
    one.diskRefuses = false;
    expect(await one.lane.guard({ kind: "reset-emergency" }, "0231")).toEqual({ ok: true });
    expect(one.latched).toBe(false);
  });

  it("frees at once from any state, latches, and ends by a local reset with the contact at rest alone", async () => {
    const one = await lane();
    await one.stands("entry").shows("green-1").forehead(36.5).wait(200);
    one.line("fire", true);
    expect(one.freed).toBeGreaterThan(0);
    expect(one.latched).toBe(true);
    expect(await one.lane.guard({ kind: "reset-emergency" }, "0231")).toMatchObject({ ok: false });
    for (const kind of ["restart", "lockdown", "release", "unlock"] as const) {
      const order = { kind, cid: kind, who: "k1", forMs: 60_000 };
      expect(await one.lane.order(order)).toMatchObject({ status: "rejected" });
    }
    one.line("fire", false);
    await one.wait(5000);
    expect(one.street?.screen).toBe("free-exit");
    expect(one.types).toContain("emergency-release");
    expect(await one.lane.guard({ kind: "reset-emergency" }, "0231")).toEqual({ ok: true });
    expect(one.latched).toBe(false);
  });
});
