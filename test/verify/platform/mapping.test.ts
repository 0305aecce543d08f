import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlatformOutcome } from "../../../src/verify/parts.ts";
import { MappingError, outcomeOf, readMapping, subjectOf } from "../../../src/verify/platform/mapping.ts";

const folder = resolve(import.meta.dirname, "../../../config/platforms");
const read = (name: string): unknown => JSON.parse(readFileSync(resolve(folder, `${name}.json`), "utf8"));

/** Every row of every table, written down a second time from the vendor's own words. */
const rows: readonly (readonly [table: string, answer: unknown, means: PlatformOutcome])[] = [
  ["standard", { status: "green" }, "green"],
  ["standard", { status: "yellow" }, "yellow"],
  ["standard", { status: "red" }, "red"],
  ["standard", { status: "pending" }, "pending"],
  ["standard", { status: "expired" }, "expired"],
  ["standard", { status: "unknown" }, "unknown"],
  ["standard", { status: "malformed" }, "malformed"],
  ["standard", { status: "other-province" }, "needs-conversion"],
  ["standard", { status: "busy" }, "platform-slow"],
  ["standard", { status: "down" }, "platform-down"],
  ["alipay", { alipay_ebpp_industry_gov_healthcode_verify_response: { code_color: "green" } }, "green"],
  ["alipay", { alipay_ebpp_industry_gov_healthcode_verify_response: { code_color: "yellow" } }, "yellow"],
  ["alipay", { alipay_ebpp_industry_gov_healthcode_verify_response: { code_color: "red" } }, "red"],
  ["alipay", { alipay_ebpp_industry_gov_healthcode_verify_response: { code_color: "init" } }, "pending"],
  ["alipay", { code_color: "green" }, "green"],
  ["alipay", { code_color: "yellow" }, "yellow"],
  ["alipay", { code_color: "red" }, "red"],
  ["alipay", { code_color: "init", refresh_time: null }, "pending"],
  ["alibaba", { result: 1 }, "green"],
  ["alibaba", { result: 2 }, "yellow"],
  ["alibaba", { result: 3 }, "red"],
  ["alibaba", { result: 4 }, "expired"],
  ["alibaba", { result: 5 }, "unknown"],
  ["alibaba", { result: 6 }, "unverifiable"],
  ["alibaba", { result: 7 }, "platform-slow"],
  ["dahua", { emHealthCodeStatus: 0 }, "unverifiable"],
  ["dahua", { emHealthCodeStatus: 1 }, "red"],
  ["dahua", { emHealthCodeStatus: 2 }, "green"],
  ["dahua", { emHealthCodeStatus: 3 }, "yellow"],
  ["dahua", { emHealthCodeStatus: 4 }, "malformed"],
  ["acs", { status: "10" }, "red"],
  ["acs", { status: "01" }, "yellow"],
  ["acs", { status: "00" }, "green"],
  ["julong", { PassStatus: 0 }, "green"],
  ["julong", { PassStatus: 1 }, "unverifiable"],
  ["julong", { PassStatus: 2 }, "red"],
  ["julong", { PassStatus: 3 }, "unverifiable"],
  ["julong", { PassStatus: 4 }, "unknown"],
  ["julong", { PassStatus: 5 }, "unverifiable"],
  ["julong", { PassStatus: 6 }, "platform-slow"],
  ["uniubi", { code: "22006" }, "platform-down"],
  ["uniubi", { code: 22007 }, "malformed"],
  ["uniubi", { code: "22009", data: { codeColor: "green" } }, "platform-slow"],
  ["uniubi", { code: "22010" }, "malformed"],
  ["uniubi", { code: "0", data: { codeColor: "green" } }, "green"],
  ["uniubi", { code: "0", data: { codeColor: "yellow" } }, "yellow"],
  ["uniubi", { code: "0", data: { codeColor: "red" } }, "red"],
];

const names = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));

describe("the mapping tables", () => {
  it.each(rows)("%s: %j means %s", (name, answer, means) => {
    expect(outcomeOf(readMapping(read(name)), answer)).toBe(means);
  });

  it.each(names)("has a test for each row of %s", (name) => {
    const table = readMapping(read(name));
    const inTable = table.fields.reduce((sum, field) => sum + Object.keys(field.rows).length, 0);
    expect(rows.filter(([of]) => of === name)).toHaveLength(inTable);
    expect(table.name).toBe(name);
  });

  it.each(names)("calls whatever %s has no row for unverifiable, never a colour", (name) => {
    const table = readMapping(read(name));
    const known = new Set(table.fields.flatMap(({ rows: each }) => Object.keys(each)));
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (answer, value) => {
        expect(outcomeOf(table, answer)).toBe("unverifiable");
        if (known.has(value)) return;
        for (const { at } of table.fields) expect(outcomeOf(table, nested(at, value))).toBe("unverifiable");
      }),
      { numRuns: 50 },
    );
  });

  it("does not take a property of every object for a row or a field", () => {
    const table = readMapping(read("standard"));
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      expect(outcomeOf(table, { status: name })).toBe("unverifiable");
      expect(outcomeOf({ ...table, fields: [{ at: name, rows: { green: "green" } }] }, {})).toBe("unverifiable");
    }
  });

  it("reads no more than the status and an opaque reference", () => {
    const table = readMapping(read("standard"));
    expect(subjectOf(table, { status: "red", subject: "s-1", user_name: "never read" })).toBe("s-1");
    expect(subjectOf(table, { subject: "x".repeat(65) })).toBeNull();
    expect(subjectOf(table, { subject: { name: "never read" } })).toBeNull();
    expect(subjectOf(readMapping(read("alipay")), { subject: "s-1" })).toBeNull();
  });

  it.each([
    [{}, "a name and a source"],
    [{ name: "x", source: "y" }, "fields is missing"],
    [{ name: "x", source: "y", fields: [{ at: "s", rows: { "1": "gren" } }] }, "s = 1 has no known outcome"],
    [{ name: "x", source: "y", fields: [{ at: "s", rows: {} }] }, "ask has path and field"],
  ])("refuses the table %j: %s", (table, why) => {
    expect(() => readMapping(table)).toThrow(MappingError);
    expect(() => readMapping(table)).toThrow(why);
  });
});

const nested = (at: string, value: unknown): unknown =>
  at.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
