import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { file, forget, MOST_CASES, noCases } from "../../src/core/cases.ts";
import { eventRows } from "../../src/core/event-rows.ts";
import { eventTypes } from "../../src/core/events.ts";
import { type Credential, type CredentialOutcome, credentialOutcomes } from "../../src/core/flow.ts";
import {
  codeEvent,
  eventOf,
  isRefused,
  isReported,
  redacted,
  refusedEvent,
  WITHHELD,
} from "../../src/core/reporting.ts";
import { instant, minutes, monotonic } from "../../src/core/units.ts";
import { body, judge } from "./verdict/facts.ts";

const holder = (outcome: CredentialOutcome, person = "s-1", passId = "p-1"): Credential => ({
  outcome,
  notAPass: null,
  medium: "electronic",
  passId,
  subject: person,
  forWhom: "self",
  paperDaysLeft: null,
  offline: true,
  colour: "green",
  paperAgain: false,
});
const at = instant(Date.UTC(2020, 4, 1));
const place = { case: "c-1", tries: 1 };

describe("what is reported", () => {
  it("P15: has no builder that takes a green, and no row for fever or a manual check", () => {
    expect(isReported(holder("green")) || isRefused(holder("green"))).toBe(false);
    // @ts-expect-error A green credential is no ReportedCredential: this line must not compile.
    void (() => codeEvent({ ...holder("green"), outcome: "green" as const }, judge(), null, place, at));
    // @ts-expect-error Nor can it be a refused one.
    void (() => refusedEvent({ ...holder("green"), outcome: "green" as const }, place, at));
    // @ts-expect-error Nor is there a plain event about a person's code.
    void (() => eventOf("red-code", at));
    expect(eventTypes.some((type) => /green|fever|manual|grant/.test(type))).toBe(false);
  });

  it("P8: of a red code is its subject, temperature and reasons, to both addressees, and nothing else of the person", () => {
    const credential = holder("red");
    if (!isReported(credential)) return expect.fail();
    const event = codeEvent(credential, judge({ credential, temperature: body("fever") }), body("fever"), place, at);
    expect(event).toEqual({
      type: "red-code",
      category: "health",
      level: "red",
      at,
      routing: ["subdistrict", "epidemic-control"],
      case: "c-1",
      tries: 1,
      subject: "s-1",
      pseudonymOf: null,
      temperature: 38.1,
      reasons: ["red", "fever"],
      who: null,
      detail: {},
    });
    expect(JSON.stringify(event)).not.toContain("p-1");
  });

  it("of a refused pass is its id for a pseudonym, without subject and temperature", () => {
    const credential = holder("revoked");
    if (!isRefused(credential)) return expect.fail();
    const event = refusedEvent(credential, place, at);
    expect(event).toMatchObject({ category: "security", level: "yellow", pseudonymOf: "p-1", subject: null });
    expect(event.temperature).toBeNull();
  });

  it("has a level only where somebody must act on it: health, security and safety", () => {
    for (const type of eventTypes) {
      const { category, level } = eventRows[type];
      expect(level !== "none").toBe(category === "health" || category === "security" || category === "safety");
    }
    expect(eventRows.tamper.level).toBe("red");
    expect(eventRows["emergency-release"].level).toBe("red");
  });

  it("lets nothing through that was read or typed", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom("<b>", "张三", "a b", "'; drop", "__proto__", "x".repeat(65)),
    );
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.double(), fc.boolean())), (detail) => {
        const clean = redacted(detail);
        expect(Object.keys(clean).length).toBeLessThanOrEqual(20);
        for (const [key, value] of Object.entries(clean)) {
          expect(key).toMatch(/^[a-zA-Z][a-zA-Z0-9.-]{0,47}$/);
          if (typeof value === "string") expect(value).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$/);
          if (typeof value === "number") expect(Number.isFinite(value)).toBe(true);
        }
      }),
    );
    expect(eventOf("escorted-release", at, { who: "0231", detail: { reason: "Zhang San was here" } })).toMatchObject({
      who: "0231",
      detail: { reason: WITHHELD },
    });
  });
});

describe("cases", () => {
  const minute = (count: number) => monotonic(minutes(count));

  it("count the tries of one person within ten minutes as one, and begin anew after it", () => {
    let cases = noCases;
    for (let tries = 1; tries <= 5; tries += 1) {
      const filed = file(cases, holder("red"), minute(tries * 2 - 2), `fresh-${tries}`);
      expect(filed.place).toEqual({ case: "fresh-1", tries });
      cases = filed.cases;
    }
    expect(file(cases, holder("red"), minute(10), "fresh-6").place).toEqual({ case: "fresh-6", tries: 1 });
    expect(file(cases, holder("red", "s-2"), minute(9), "fresh-7").place).toEqual({ case: "fresh-7", tries: 1 });
  });

  it("of refused passes are reported from the third within ten minutes, whosever they are", () => {
    const first = file(noCases, holder("replayed", "s-1", "p-1"), minute(0), "a");
    const second = file(first.cases, holder("bad-signature", "s-2", "p-2"), minute(1), "b");
    const third = file(second.cases, holder("revoked", "s-3", "p-3"), minute(9.9), "c");
    expect([first.place, second.place, third.place]).toEqual([null, null, { case: "c", tries: 1 }]);
    expect(file(second.cases, holder("revoked", "s-3", "p-3"), minute(10), "c").place).toBeNull();
  });

  it("keep nothing of a green or of anybody who is told to refresh, convert or wait", () => {
    for (const outcome of credentialOutcomes) {
      const { cases, place: found } = file(noCases, holder(outcome), minute(0), "a");
      const known = isReported(holder(outcome)) || isRefused(holder(outcome));
      if (!known) expect([cases, found]).toEqual([noCases, null]);
      expect(forget(cases, minute(10))).toEqual(noCases);
    }
  });

  it("stay bounded however many people come", () => {
    let cases = noCases;
    for (let person = 0; person < MOST_CASES + 50; person += 1)
      cases = file(cases, holder("yellow", `s-${person}`), minute(0), `c-${person}`).cases;
    expect(cases.open.length).toBe(MOST_CASES);
  });
});
