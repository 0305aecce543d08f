import { describe, expect, it } from "vitest";
import { credentialOutcomes, siteKinds } from "../../../src/core/flow.ts";
import { classify } from "../../../src/core/temperature/classify.ts";
import { defaultMeasureSettings } from "../../../src/core/temperature/settings.ts";
import { celsius, instant, instantFromIso, millis, monotonic } from "../../../src/core/units.ts";
import { clearanceOf } from "../../../src/core/verdict/clearance.ts";
import { complaintNumber, plausibleComplaint } from "../../../src/core/verdict/complaint.ts";
import { RulesError, type SiteRulesInput, siteRules } from "../../../src/core/verdict/site-rules.ts";
import { streetOf } from "../../../src/core/verdict/street.ts";
import { body, codes, credential, judge, noon } from "./facts.ts";

const street = (verdict: ReturnType<typeof judge>, more: Partial<Parameters<typeof streetOf>[1]> = {}) =>
  streetOf(verdict, { direction: "entry", mode: "normal", period: "during", notAPass: null, people: 1, ...more });
const at = (iso: string) => ({ at: { ...noon, at: instantFromIso(iso) } });
const measured = (estimate: number) => classify(celsius(estimate), defaultMeasureSettings, monotonic(0));

describe("the clauses of the notices", () => {
  it("P1: none of the places lets anybody in without a code", () => {
    for (const kind of siteKinds) {
      const verdict = judge({ credential: credential("no-credential"), temperature: null }, { kind });
      expect(verdict).toMatchObject({ kind: "deny", reasons: [{ code: "no-credential", clause: "P1" }], report: null });
    }
  });

  it("P2: before the day and hour the lane only advises and reports nothing, from that instant on it decides", () => {
    const rules = { effectiveFrom: instantFromIso("2020-04-26T08:00:00+08:00") };
    const red = { credential: credential("red") };
    const before = judge({ ...red, ...at("2020-04-26T07:59:59.999+08:00") }, rules);
    expect(before).toEqual({ kind: "grant", reasons: [], advice: ["from-start-day"], report: null });
    expect(street(before, { period: "before" }).screen).toBe("before-start");
    expect(judge({ ...red, ...at("2020-04-26T00:00:00Z") }, rules)).toMatchObject({
      kind: "deny",
      report: { level: "red" },
    });
  });

  it("P2: after the end entry is free and nothing is said, measured or reported", () => {
    const rules = { effectiveUntil: instantFromIso("2022-12-07T00:00:00+08:00") };
    const after = judge(
      { credential: credential("red"), temperature: body("fever"), ...at("2022-12-07T00:00:00+08:00") },
      rules,
    );
    expect(after).toEqual({ kind: "grant", reasons: [], advice: [], report: null });
    expect(street(after, { period: "after" })).toMatchObject({ screen: "after-end", tone: null });
  });

  it("P2: without trusted time the last known period holds", () => {
    const rules: Partial<SiteRulesInput> = { effectiveFrom: instantFromIso("2020-04-26T08:00:00+08:00") };
    const lost = { at: { at: instant(0), trust: "unsynced" as const, error: millis(0) } };
    const red = { credential: credential("red") };
    expect(judge({ ...red, ...lost }, { ...rules, lastKnownPeriod: "during" }).kind).toBe("deny");
    expect(judge({ ...red, ...lost }, { ...rules, lastKnownPeriod: "before" }).kind).toBe("grant");
    const holdover = { at: { ...noon, trust: "holdover" as const, error: millis(10_001) } };
    expect(judge({ ...red, ...holdover }, { ...rules, lastKnownPeriod: "before" }).kind).toBe("grant");
  });

  it("P3: green passes; red and yellow do not, and staff take over in a compound and a hospital", () => {
    expect(judge()).toEqual({ kind: "grant", reasons: [], advice: [], report: null });
    for (const outcome of ["red", "yellow"] as const) {
      expect(judge({ credential: credential(outcome) }).kind).toBe("deny");
      for (const kind of ["compound", "hospital"] as const)
        expect(judge({ credential: credential(outcome) }, { kind }).kind).toBe("attend");
    }
  });

  it.each<[string, object]>([
    ["a fever limit below 37.3 °C", { fever: { limit: celsius(37.2) } }],
    ["turning away at exactly 37.3 °C", { fever: { comparison: "at-or-above" } }],
    ["a field of its own", { requireMask: true }],
    ["a field of its own among the temperatures", { fever: { minimum: 36 } }],
  ])("P4: a site can't add %s", (_, added) => {
    try {
      siteRules({ kind: "mall", ...added });
      expect.fail("accepted");
    } catch (error) {
      expect(error).toBeInstanceOf(RulesError);
      expect(error).toMatchObject({ code: "GL-1017", clause: "P4" });
    }
  });

  it("P4: a converted code counts like any other, and no kind of place turns away a green", () => {
    for (const kind of siteKinds) expect(judge({}, { kind }).kind).toBe("grant");
  });

  it.each([
    [37.24, "grant", 37.2],
    [37.25, "grant", 37.3],
    [37.3, "grant", 37.3],
    [37.349, "grant", 37.3],
    [37.35, "deny", 37.4],
    [37.4, "deny", 37.4],
  ])("P5: a green with %s °C on the way in: %s, compared as %s °C", (estimate, kind, rounded) => {
    const temperature = measured(estimate);
    expect(temperature.estimate).toBe(rounded);
    expect(judge({ temperature }).kind).toBe(kind);
  });

  it("P5: the way out is measured, too: fever is for staff to see, and the barrier yields", () => {
    const verdict = judge({ direction: "exit", credential: credential("no-credential"), temperature: body("fever") });
    expect(verdict).toMatchObject({ kind: "attend", reasons: [{ code: "fever", clause: "P5" }], report: null });
  });

  it("P6: at exactly 37.3 °C a green holder is granted with the clinic's advice, at 36.9 °C without", () => {
    const verdict = judge({ temperature: measured(37.3) });
    expect(verdict).toMatchObject({ kind: "grant", reasons: [], advice: ["wear-mask", "clinic"] });
    expect(street(verdict).screen).toBe("go-advice");
    expect(judge({ temperature: measured(36.9) }).advice).toEqual([]);
    expect(judge({ credential: credential("yellow"), temperature: measured(37.3) }).advice).toContain("clinic");
    expect(judge({ credential: credential("red"), temperature: measured(38) }).advice).not.toContain("clinic");
  });

  it("P6: fever sends to the fever clinic in a hospital, to the waiting place at stations and schools", () => {
    const temperature = body("fever");
    expect(judge({ temperature }, { kind: "hospital" })).toMatchObject({
      kind: "attend",
      advice: ["wear-mask", "fever-clinic"],
    });
    for (const kind of ["station", "school"] as const)
      expect(judge({ temperature }, { kind })).toMatchObject({
        kind: "deny",
        advice: ["wear-mask", "clinic", "waiting-place"],
      });
    expect(judge({ temperature })).toMatchObject({ kind: "deny", advice: ["wear-mask", "clinic"] });
  });

  it("P7: a mask refused to the guard's face is a denial, a mask nobody spoke of is nothing", () => {
    expect(judge({ mask: "refused" })).toMatchObject({
      kind: "deny",
      reasons: [{ code: "mask-refused", clause: "P7" }],
    });
    expect(judge({ mask: "unknown" })).toEqual(judge({ mask: "worn" }));
    expect(clearanceOf(["mask-refused"])).toMatchObject({ manualCheck: false, escortedRelease: false });
  });

  it("P8: red with fever is one verdict with two reasons and one report to both addressees", () => {
    const verdict = judge({ credential: credential("red"), temperature: body("fever") });
    expect(codes(verdict)).toEqual(["red", "fever"]);
    expect(verdict.report).toEqual({ category: "health", level: "red", routing: ["subdistrict", "epidemic-control"] });
  });

  it("P9 and P10: red is told about central isolation, yellow about staying at home", () => {
    expect(judge({ credential: credential("red") }).advice).toContain("central-isolation");
    expect(judge({ credential: credential("yellow") }).advice).toContain("isolate-home");
  });

  it("P10: yellow with fever is told the mask and the clinic, too", () => {
    const { advice } = judge({ credential: credential("yellow"), temperature: body("fever") });
    expect(advice).toEqual(expect.arrayContaining(["isolate-home", "wear-mask", "clinic"]));
  });

  it.each([
    [1, true],
    [2, true],
    [3, false],
    [14, false],
  ])("P11: a printed green with %s day(s) left is granted; told to reprint: %s", (paperDaysLeft, told) => {
    const verdict = judge({ credential: credential("green", { medium: "paper", paperDaysLeft }) });
    expect(verdict).toMatchObject({ kind: "grant", advice: told ? ["reprint-soon"] : [] });
    expect(street(verdict).screen).toBe(told ? "go-paper" : "go");
  });

  it("P11: an expired printed code is asked to be reprinted, and a guard may look at it", () => {
    const verdict = judge({ credential: credential("expired-paper", { medium: "paper" }) });
    expect(verdict).toMatchObject({ kind: "deny", reasons: [{ clause: "P11" }], advice: ["reprint"], report: null });
    expect(clearanceOf(["expired-paper"]).manualCheck).toBe(true);
  });

  it("P12: a code of another province is neither red nor an alarm: it is told how to convert", () => {
    const verdict = judge({ credential: credential("needs-conversion"), temperature: null });
    expect(verdict).toMatchObject({
      kind: "deny",
      reasons: [{ clause: "P12", level: "none" }],
      advice: ["convert"],
      report: null,
    });
    expect(street(verdict)).toMatchObject({ screen: "needs-conversion", tone: "next", call: false });
  });

  it("P13: who has no code is shown how to get one", () => {
    const verdict = judge({ credential: credential("no-credential"), temperature: null });
    expect(verdict.advice).toEqual(["get-code"]);
    expect(street(verdict).screen).toBe("no-credential");
  });

  it("P14: a place code is an aid, never a pass: it is told apart and asked to show its owner's own", () => {
    const verdict = judge({ credential: credential("not-a-pass", { notAPass: "place" }), temperature: null });
    expect(street(verdict, { notAPass: "place" }).screen).toBe("not-a-pass-place");
    expect(street(verdict, { notAPass: "payment" }).screen).toBe("not-a-pass-payment");
    expect(street(verdict, { notAPass: "wifi" }).screen).toBe("not-a-pass-other");
  });

  it("P16: a manual check clears what eyes can see, and nothing else", () => {
    const byEye = [
      ...["no-credential", "not-a-pass", "malformed", "expired", "expired-paper", "pending", "platform-slow"],
      ...["platform-down", "trust-stale", "no-trusted-time", "unverifiable", "low", "unavailable", "paper-again"],
    ];
    for (const outcome of credentialOutcomes) {
      if (outcome === "green") continue;
      expect([outcome, clearanceOf([outcome]).manualCheck]).toEqual([outcome, byEye.includes(outcome)]);
    }
    expect(clearanceOf(["low"]).manualCheck).toBe(true);
    expect(clearanceOf(["unavailable"]).manualCheck).toBe(true);
    expect(clearanceOf(["fever"])).toMatchObject({ manualCheck: false, blockedBy: "fever" });
    expect(clearanceOf([])).toMatchObject({ manualCheck: false, escortedRelease: false });
  });

  it("P17: what the platform can't say falls back by site policy, and an unstaffed site may not deny", () => {
    for (const outcome of ["pending", "platform-slow", "platform-down", "trust-stale", "unverifiable"] as const) {
      const facts = { credential: credential(outcome) };
      expect(judge(facts).kind).toBe("attend");
      expect(judge(facts, { onUnknown: "deny" }).kind).toBe("deny");
      expect(street(judge(facts)).tone).toBe("wait");
    }
    expect(() => siteRules({ kind: "mall", staffed: false, onUnknown: "deny" })).toThrow(/P17/);
  });

  it("P18: a complaint number tells lane, quarter of an hour and group, and a slip of the tongue is noticed", () => {
    const number = complaintNumber("lq-03", instantFromIso("2020-05-01T08:14:00+08:00"), "expired");
    expect(number).toMatch(/^LQ03-\d{4}-2-\d$/);
    expect(plausibleComplaint(number)).toBe(true);
    expect(complaintNumber("LQ03", instantFromIso("2020-05-01T08:00:00+08:00"), "expired")).toBe(number);
    let unnoticed = 0;
    for (let place = 0; place < number.length - 2; place += 1) {
      for (const digit of "0123456789") {
        const slip = `${number.slice(0, place)}${digit}${number.slice(place + 1)}`;
        if (slip !== number && /\d/.test(number[place] ?? "") && plausibleComplaint(slip)) unnoticed += 1;
      }
    }
    expect(unnoticed).toBeLessThanOrEqual(2);
  });

  it("P20: whoever has no code at all can still be let in by a guard who looks", () => {
    expect(clearanceOf(["no-credential"]).manualCheck).toBe(true);
    expect(clearanceOf(["no-credential", "low"]).manualCheck).toBe(true);
    expect(clearanceOf(["no-credential", "fever"]).manualCheck).toBe(false);
  });

  it("P21: a lane that can't read calls the guard to look, a closed one sends on; neither touches the way out", () => {
    for (const mode of ["out-of-service", "maintenance"] as const)
      expect(judge({ mode })).toMatchObject({ kind: "attend", reasons: [{ code: "out-of-service", clause: "P21" }] });
    expect(judge({ mode: "lockdown" })).toMatchObject({ kind: "deny", reasons: [{ code: "lockdown" }] });
    for (const mode of ["out-of-service", "maintenance", "lockdown"] as const)
      expect(judge({ mode, direction: "exit" }).kind).toBe("grant");
  });

  it("P-replay: a used pass is for the guard and the record; a printed one shown again is for the guard alone", () => {
    expect(judge({ credential: credential("replayed") })).toMatchObject({
      kind: "attend",
      reasons: [{ code: "replayed", clause: "P-replay" }],
      report: { category: "security", level: "yellow" },
    });
    const again = judge({ credential: credential("green", { medium: "paper", paperAgain: true }) });
    expect(again).toMatchObject({ kind: "attend", reasons: [{ code: "paper-again" }], report: null });
    expect(street(again).screen).toBe("check-paper");
    expect(judge({ direction: "exit", credential: credential("replayed") })).toMatchObject({
      kind: "grant",
      report: null,
    });
  });

  it("red and yellow are released with an escort alone, and never against a closed lane", () => {
    expect(clearanceOf(["red", "fever"])).toMatchObject({ manualCheck: false, escortedRelease: true });
    expect(clearanceOf(["lockdown", "red"])).toMatchObject({ manualCheck: false, escortedRelease: false });
    expect(clearanceOf(["revoked"])).toMatchObject({ manualCheck: false, escortedRelease: false });
  });
});
