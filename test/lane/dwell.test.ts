/** How long each answer stays on the street's screen (SCREENS, dwell), on the lane's own clock. */
import { describe, expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import type { CodeRead } from "../../src/core/flow.ts";
import { reasonCodes } from "../../src/core/flow.ts";
import type { StreetScreen } from "../../src/core/views.ts";
import { credentialFor, LaneBench } from "./lane-bench.ts";

const RESULT = 2000;
const NEXT_STEP = 30_000;
const STEP = 50;

type Forehead = number | "silent";
/** Who comes: the code that is shown (null shows none), the forehead, and whether the guard marked a mask refused. */
type Visit = readonly [code: string | null, forehead: Forehead, mask?: "refused"];

/** Every reason for which somebody is not let in, and what the street then sees. */
const nextSteps: Readonly<
  Record<Exclude<(typeof reasonCodes)[number], "lockdown" | "out-of-service">, [StreetScreen, Visit]>
> = {
  red: ["see-staff", ["red-1", 36.5]],
  yellow: ["see-staff", ["yellow-1", 36.5]],
  revoked: ["see-staff", ["revoked-1", 36.5]],
  "bad-signature": ["see-staff", ["bad-signature-1", 36.5]],
  replayed: ["see-staff", ["replayed-1", 36.5]],
  fever: ["see-staff", ["green-1", 38.4]],
  low: ["see-staff", ["green-1", 33]],
  unavailable: ["see-staff", ["green-1", "silent"]],
  "expired-paper": ["expired-paper", ["expired-paper-1", 36.5]],
  expired: ["expired", ["expired-1", 36.5]],
  "not-yet-valid": ["not-yet-valid", ["not-yet-valid-1", 36.5]],
  "needs-conversion": ["needs-conversion", ["needs-conversion-1", 36.5]],
  unknown: ["unknown", ["unknown-1", 36.5]],
  malformed: ["malformed", ["malformed-1", 36.5]],
  "not-a-pass": ["not-a-pass-other", ["not-a-pass-1", 36.5]],
  "no-credential": ["no-credential", [null, 36.5]],
  "no-trusted-time": ["check-by-hand", ["no-trusted-time-1", 36.5]],
  "trust-stale": ["check-by-hand", ["trust-stale-1", 36.5]],
  unverifiable: ["check-by-hand", ["unverifiable-1", 36.5]],
  "paper-again": ["check-paper", ["paper-1", 36.5]],
  "platform-down": ["platform-down", ["platform-down-1", 36.5]],
  "platform-slow": ["platform-slow", ["platform-slow-1", 36.5]],
  pending: ["pending", ["pending-1", 36.5]],
  "mask-refused": ["mask", ["green-1", 36.5, "refused"]],
};

const results: readonly [StreetScreen, Visit][] = [
  ["go", ["green-1", 36.5]],
  ["go-advice", ["green-1", 37.3]],
  ["go-paper", ["lasting-1", 36.5]],
];

/** Two papers that no outcome names: one with a day left, one that was shown a moment ago. */
const verify = async (code: CodeRead) => {
  const read = credentialFor(code);
  if (code.text.startsWith("lasting"))
    return { ...read, outcome: "green" as const, paperDaysLeft: 1, medium: "paper" as const };
  if (code.text.startsWith("paper"))
    return { ...read, outcome: "green" as const, paperAgain: true, medium: "paper" as const };
  return read;
};

async function shown(screen: StreetScreen, [code, forehead, mask]: Visit): Promise<LaneBench> {
  const bench = await new LaneBench(new SimClock(), {
    verifier: { verify, used: () => {}, again: (same) => same },
  }).ready();
  if (mask !== undefined) await bench.lane.guard({ kind: "mask-refused", refused: true }, "0231");
  bench.stands("entry").forehead(forehead);
  await bench.wait(200);
  if (code !== null) bench.shows(code);
  await until(bench, screen);
  return bench.forehead(null);
}

/** Lets time pass until this screen is there. */
async function until(bench: LaneBench, screen: StreetScreen): Promise<void> {
  for (let ms = 0; bench.street?.screen !== screen; ms += STEP) {
    if (ms > 100_000) throw new Error(`${screen} never came; there is ${bench.street?.screen}`);
    await bench.wait(STEP);
  }
}

/** For how long the screen stays from now on, in ms to the next step. */
async function stays(bench: LaneBench): Promise<number> {
  const before = bench.street?.screen;
  let ms = 0;
  for (; bench.street?.screen === before && ms < 200_000; ms += STEP) await bench.wait(STEP);
  return ms;
}

const about = (ms: number) => [ms - STEP, ms, ms + STEP];

describe("a next step", () => {
  const table = Object.entries(nextSteps).map(([reason, [screen, visit]]) => [reason, screen, visit] as const);

  it("is written down here for every reason", () => {
    expect(Object.keys(nextSteps).sort()).toEqual(
      reasonCodes.filter((code) => code !== "lockdown" && code !== "out-of-service").sort(),
    );
  });

  it.each(table)("%s: stays while its person stands there, for 30 s", async (_, screen, visit) => {
    const bench = await shown(screen, visit);
    expect(about(NEXT_STEP)).toContain(await stays(bench));
    expect(bench.street?.screen).toBe("idle-entry");
  });

  it.each(table)("%s: is gone as soon as its person is", async (_, screen, visit) => {
    const bench = await shown(screen, visit);
    await bench.wait(3000);
    expect(bench.street?.screen).toBe(screen);
    bench.stands("entry", false);
    expect(bench.street?.screen).toBe("idle-entry");
  });

  it.each(table)("%s: makes room for the next code", async (_, screen, visit) => {
    const bench = await shown(screen, visit);
    await bench.wait(3000);
    expect(bench.street?.screen).toBe(screen);
    // The picture that ends a turn belongs to none; the next one is read.
    await bench.shows("green-2").wait(STEP);
    expect(bench.street?.screen).not.toBe(screen);
    await bench.shows("green-2").wait(STEP);
    expect(bench.street?.screen).toBe("forehead");
  });
});

describe("a result", () => {
  it.each(results)("%s: stays for 2 s, whether its person stands there or has gone", async (screen, visit) => {
    const stayed = await shown(screen, visit);
    expect(about(RESULT)).toContain(await stays(stayed));
    const gone = await shown(screen, visit);
    gone.turns().stands("entry", false);
    expect(about(RESULT)).toContain(await stays(gone));
  });

  it.each(results)("%s: makes room for the next person at once", async (screen, visit) => {
    const bench = await shown(screen, visit);
    await bench.turns().stands("entry", false).wait(500);
    expect(bench.street?.screen).toBe(screen);
    await bench.stands("entry").shows("green-2").wait(STEP);
    expect(bench.street?.screen).toBe("forehead");
  });

  it("go-exit: stays for 2 s on the way out", async () => {
    const bench = await new LaneBench().ready();
    bench.stands("exit").forehead(36.5);
    await until(bench, "go-exit");
    expect(await stays(bench)).toBeLessThanOrEqual(RESULT + STEP);
  });

  it("a grant that nobody used is asked for again, for 30 s at most", async () => {
    const bench = await shown("go", ["green-1", 36.5]);
    bench.stands("entry", false);
    await until(bench, "show-again");
    expect(await stays(bench)).toBeLessThanOrEqual(NEXT_STEP + STEP);
  });
});

describe("please see staff, and nobody came", () => {
  const silent = Object.entries(nextSteps).filter(([, [screen]]) => screen === "see-staff");

  it.each(silent)(
    "%s: at 60 s the site's phone comes, for 30 s and with the same complaint number",
    async (_, [screen, visit]) => {
      const bench = await shown(screen, visit);
      const { complaint } = bench.street ?? {};
      await bench.wait(60_000 - STEP);
      expect(bench.street?.screen).toBe("idle-entry");
      await until(bench, "see-staff-call");
      expect(bench.lane.desk.people[0]?.calls).toBe(3);
      expect(bench.street?.complaint).toBe(complaint);
      const stayed = await stays(bench);
      expect(stayed).toBeLessThanOrEqual(NEXT_STEP);
      expect(stayed).toBeGreaterThan(NEXT_STEP - 300);
      expect(bench.street?.screen).toBe("idle-entry");
    },
  );

  it("gives way to whoever lets them through at last", async () => {
    const bench = await shown("see-staff", ["red-1", 36.5]);
    await bench.wait(62_000);
    expect(bench.street?.screen).toBe("see-staff-call");
    expect(await bench.lane.order({ kind: "release", cid: "c1", who: "k1" })).toMatchObject({
      status: "done",
    });
    await bench.wait(STEP);
    expect(bench.street?.screen).toBe("go-release");
  });

  it("is not told to somebody else", async () => {
    const bench = await shown("see-staff", ["red-1", 36.5]);
    await bench.wait(40_000);
    bench.stands("entry", false).forehead(null);
    await bench.wait(1000);
    bench.stands("entry");
    await bench.wait(60_000);
    expect(bench.screens).not.toContain("see-staff-call");
  });

  it("is not told once the guard is done", async () => {
    const bench = await shown("see-staff", ["red-1", 36.5]);
    await bench.wait(40_000);
    await bench.lane.guard({ kind: "dismiss", person: bench.lane.desk.people[0]?.id ?? -1 }, "0231");
    await bench.wait(60_000);
    expect(bench.screens).not.toContain("see-staff-call");
  });
});
