import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  credentialOutcomes,
  type LaneMode,
  siteKinds,
  temperatureClasses,
  type WallTime,
} from "../../../src/core/flow.ts";
import { celsius, instant, instantFromIso, millis } from "../../../src/core/units.ts";
import { clearanceOf } from "../../../src/core/verdict/clearance.ts";
import { complaintNumber } from "../../../src/core/verdict/complaint.ts";
import { decide, type Facts } from "../../../src/core/verdict/decide.ts";
import { periodOf } from "../../../src/core/verdict/period.ts";
import { siteRules } from "../../../src/core/verdict/site-rules.ts";
import { streetOf } from "../../../src/core/verdict/street.ts";
import { body, credential, directions, masks, modes } from "./facts.ts";

const start = instantFromIso("2020-04-26T08:00:00+08:00");
const end = instantFromIso("2022-12-07T00:00:00+08:00");

const time: fc.Arbitrary<WallTime> = fc.record({
  at: fc
    .oneof(
      fc.integer({ min: start - 5, max: start + 5 }),
      fc.integer({ min: end - 5, max: end + 5 }),
      fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2023, 0, 1) }),
    )
    .map(instant),
  trust: fc.constantFrom("synced" as const, "holdover" as const, "unsynced" as const),
  error: fc.constantFrom(0, 9_999, 10_000, 10_001, 1e9).map(millis),
});
const facts: fc.Arbitrary<Facts> = fc.record({
  credential: fc
    .tuple(fc.constantFrom(...credentialOutcomes), fc.boolean(), fc.option(fc.integer({ min: 0, max: 14 })))
    .map(([outcome, paperAgain, paperDaysLeft]) =>
      credential(outcome, { paperAgain, paperDaysLeft, medium: paperDaysLeft === null ? "electronic" : "paper" }),
    ),
  temperature: fc.option(
    fc.tuple(fc.constantFrom(...temperatureClasses), fc.boolean()).map(([kind, near]) => body(kind, near)),
  ),
  mask: fc.constantFrom(...masks),
  direction: fc.constantFrom(...directions),
  mode: fc.constantFrom(...modes),
  at: time,
});
const rules = fc
  .record({
    kind: fc.constantFrom(...siteKinds),
    staffed: fc.boolean(),
    deny: fc.boolean(),
    from: fc.constantFrom(null, start),
    until: fc.constantFrom(null, end),
    lastKnownPeriod: fc.constantFrom("before" as const, "during" as const, "after" as const),
    limit: fc.constantFrom(37.3, 37.4, 37.8),
  })
  .map(({ kind, staffed, deny, from, until, lastKnownPeriod, limit }) =>
    siteRules({
      kind,
      staffed,
      onUnknown: deny && staffed ? "deny" : "attend",
      effectiveFrom: from,
      effectiveUntil: until,
      lastKnownPeriod,
      fever: { limit: celsius(limit) },
    }),
  );
const rank = { grant: 0, attend: 1, deny: 2 } as const;
const inForce = (given: Facts, site: ReturnType<typeof siteRules>): boolean =>
  given.mode !== "emergency" && periodOf(given.at, site) === "during";

const over = (check: (given: Facts, site: ReturnType<typeof siteRules>) => void): void =>
  fc.assert(
    fc.property(facts, rules, (given, site) => {
      check(given, site);
    }),
    { numRuns: 1000 },
  );

describe("over all facts and rules", () => {
  it("P0: on the way out the verdict is grant or attend, never deny, whatever else is the case", () => {
    over((given, site) => expect(decide({ ...given, direction: "exit" }, site).kind).not.toBe("deny"));
  });

  it("P3: on entry, in force, only a verified green with a normal temperature in a working lane is granted", () => {
    over((given, site) => {
      if (given.direction === "exit" || !inForce(given, site) || decide(given, site).kind !== "grant") return;
      expect(given.credential.outcome).toBe("green");
      expect(given.temperature?.class).toBe("normal");
      expect(given.mask).not.toBe("refused");
      expect(given.mode).toBe("normal");
      expect(given.credential.paperAgain).toBe(false);
    });
  });

  it("T: low, unavailable and missing temperatures never do better than normal, and never grant on entry", () => {
    over((given, site) => {
      const normal = decide({ ...given, temperature: body("normal") }, site).kind;
      for (const temperature of [body("low"), body("unavailable"), null]) {
        const { kind } = decide({ ...given, temperature }, site);
        expect(rank[kind]).toBeGreaterThanOrEqual(rank[normal]);
        if (given.direction === "entry" && inForce(given, site)) expect(kind).not.toBe("grant");
      }
    });
  });

  it("a further finding never makes a verdict milder", () => {
    over((given, site) => {
      const { kind } = decide(given, site);
      const worse: readonly Partial<Facts>[] = [
        { mask: "refused" },
        ...(given.temperature?.class === "normal" ? [{ temperature: body("fever") }] : []),
        ...(given.mode === "normal" ? [{ mode: "lockdown" } satisfies { mode: LaneMode }] : []),
        ...(given.credential.outcome === "green" ? [{ credential: credential("red") }] : []),
      ];
      for (const change of worse)
        expect(rank[decide({ ...given, ...change }, site).kind]).toBeGreaterThanOrEqual(rank[kind]);
    });
  });

  it("a deny or attend has a reason, a report has its reason, and outside the period nothing is reported", () => {
    over((given, site) => {
      const verdict = decide(given, site);
      if (verdict.kind !== "grant") expect(verdict.reasons.length).toBeGreaterThan(0);
      else expect(verdict.reasons).toEqual([]);
      if (verdict.report !== null)
        expect(verdict.reasons.some(({ level }) => level === verdict.report?.level)).toBe(true);
      if (!inForce(given, site)) expect(verdict.report).toBeNull();
      expect(new Set(verdict.advice).size).toBe(verdict.advice.length);
    });
  });

  it("P8: a red or yellow that is found in force is reported in either direction, to both addressees, once", () => {
    over((given, site) => {
      const { outcome } = given.credential;
      if ((outcome !== "red" && outcome !== "yellow") || !inForce(given, site)) return;
      expect(decide(given, site).report).toEqual({
        category: "health",
        level: outcome,
        routing: ["subdistrict", "epidemic-control"],
      });
    });
  });

  it("the colour of the picture is no argument of the decision", () => {
    over((given, site) => {
      const tinted = { ...given, credential: { ...given.credential, colour: "red" } };
      expect(decide(tinted, site)).toEqual(decide(given, site));
    });
  });

  it("the street sees no diagnosis: all neutral answers are one, complaint number and call included", () => {
    const seen = new Set<string>();
    over((given, site) => {
      const verdict = decide(given, site);
      const [headline] = verdict.reasons;
      const period = periodOf(given.at, site);
      const answer = streetOf(verdict, {
        direction: given.direction,
        mode: given.mode,
        period,
        notAPass: null,
        people: 1,
      });
      if (headline === undefined || given.direction === "exit" || given.mode === "emergency") return;
      const neutral = ["red", "yellow", "revoked", "bad-signature", "replayed", "fever", "low", "unavailable"];
      if (!neutral.includes(headline.code)) return expect(answer.screen).not.toBe("see-staff");
      seen.add(JSON.stringify([answer, complaintNumber("LQ03", start, headline.code)]));
    });
    expect([...seen]).toEqual([
      JSON.stringify([
        { screen: "see-staff", tone: "staff", call: true, complaint: true },
        complaintNumber("LQ03", start, "red"),
      ]),
    ]);
  });

  it("on the way out the street sees the open way, whoever comes", () => {
    over((given, site) => {
      const verdict = decide({ ...given, direction: "exit" }, site);
      const context = { mode: given.mode, period: periodOf(given.at, site), notAPass: null, people: 1 };
      const { screen } = streetOf(verdict, { ...context, direction: "exit" });
      expect(["go-exit", "free-exit"]).toContain(screen);
    });
  });

  it("a manual check clears no red, yellow, fever, unknown, refused, not-yet-valid or foreign pass, alone or among others", () => {
    over((given, site) => {
      const reasons = decide(given, site).reasons.map(({ code }) => code);
      const { manualCheck, escortedRelease } = clearanceOf(reasons);
      const barred = ["red", "yellow", "fever", "unknown", "bad-signature", "revoked", "replayed", "not-yet-valid"];
      if (reasons.some((code) => [...barred, "needs-conversion", "mask-refused"].includes(code)))
        expect(manualCheck).toBe(false);
      expect(escortedRelease && !reasons.some((code) => code === "red" || code === "yellow")).toBe(false);
    });
  });
});
