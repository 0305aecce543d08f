import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reasonCodes, siteKinds } from "../../src/core/flow.ts";
import type { Setup } from "../../src/core/live.ts";
import { streetFacts } from "../../src/core/street.ts";
import { escortReasons } from "../../src/core/verdict/clearance.ts";
import { reasonFacts } from "../../src/core/verdict/reasons.ts";
import { guardCounts, streetScreens } from "../../src/core/views.ts";
import { looks } from "../../src/ui/display/looks.ts";
import { stepsAt } from "../../src/ui/guard/steps.ts";
import { rowOf } from "./street-table.ts";

type Tree = { readonly [key: string]: Tree | string | readonly (string | Tree | readonly string[])[] };

const load = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../config/locales/${name}.json`), "utf8"));
const zh = load("zh-CN");
const en = load("en");

function leaves(tree: unknown): string[] {
  if (typeof tree === "string") return [tree];
  return typeof tree === "object" && tree !== null ? Object.values(tree).flatMap(leaves) : [];
}

function keys(tree: Tree | string | readonly unknown[], path = ""): string[] {
  if (typeof tree === "string" || Array.isArray(tree)) return [path];
  return Object.entries(tree).flatMap(([key, value]) => keys(value as Tree, `${path}/${key}`));
}

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

describe("what the street reads", () => {
  const shown = [...leaves(zh.street), ...leaves(en.street)];

  it.each(["异常", "不合格", "禁止", "拒绝", "违规", "发热", "红码", "黄码", "报警", "感染", "病"])(
    "never holds %s",
    (word) => {
      expect(shown.filter((text) => text.includes(word))).toEqual([]);
    },
  );

  it.each(["invalid", "denied", "illegal", "alarm", "fever", "infect", "forbid", "refuse"])(
    "never holds %s",
    (word) => {
      expect(shown.filter((text) => text.toLowerCase().includes(word))).toEqual([]);
    },
  );

  it("holds no temperature and no name, and no place to put one", () => {
    expect(shown.filter((text) => /°|℃|\d\d[.,]\d/.test(text))).toEqual([]);
    const allowed = ["days", "entrance", "from", "minutes", "n", "of", "people", "tel", "until"];
    expect([...new Set(shown.flatMap(holes))].filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it.each(streetScreens)(
    "says %s in at most ten Han, five to a line, and six English words, without stop or shout",
    (screen) => {
      const lines: string[] = zh.street.screens[screen].headline;
      expect(lines.length).toBeLessThanOrEqual(2);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(5);
      expect(lines.join("").length).toBeLessThanOrEqual(10);
      const english = en.street.screens[screen].headline.join(" ");
      expect(english.split(/\s+/).length).toBeLessThanOrEqual(6);
      expect(lines.join("") + english).not.toMatch(/[。！!.]/);
    },
  );

  it.each(streetScreens)("says for %s what the design says, and sounds as it sounds", (screen) => {
    const { headline, tone } = rowOf(screen);
    expect(zh.street.screens[screen].headline.join("")).toBe(headline.zh.replace("，", ""));
    expect(en.street.screens[screen].headline.join(" ")).toBe(headline.en);
    expect(streetFacts[screen].tone).toBe(tone);
  });

  it("tells nobody apart: everything that calls for staff has one screen, one tone, one footer", () => {
    const neutral = reasonCodes.filter((code) => reasonFacts[code].street === "see-staff");
    expect(new Set(neutral.map((code) => reasonFacts[code].group)).size).toBe(1);
    expect(streetFacts["see-staff"]).toEqual(streetFacts["see-staff-call"]);
    expect(looks["see-staff"]).toEqual(looks["see-staff-call"]);
    expect(zh.street.screens["see-staff"].headline).toEqual(zh.street.screens["see-staff-call"].headline);
  });
});

describe("the two languages", () => {
  it("have the same texts", () => {
    const optional = (key: string): boolean => key.endsWith("/spoken");
    expect(
      keys(zh)
        .filter((key) => !optional(key))
        .sort(),
    ).toEqual(
      keys(en)
        .filter((key) => !optional(key))
        .sort(),
    );
  });

  it("take the same values in each guard's text", () => {
    const differing = keys(zh.guard).filter((path) => {
      const at = (tree: Tree): unknown =>
        path
          .split("/")
          .slice(1)
          .reduce<unknown>((part, key) => (part as Tree)[key], tree);
      const [a, b] = [leaves(at(zh.guard)), leaves(at(en.guard))].map((all) =>
        [...new Set(all.flatMap(holes))].sort().join(),
      );
      return a !== b;
    });
    expect(differing).toEqual([]);
  });

  it("have words for every reason, every count and every reason of an escorted release", () => {
    for (const language of [zh, en]) {
      for (const code of reasonCodes) {
        const words = language.guard.reasons[code];
        expect(words?.plate, code).toBeTruthy();
        for (const kind of siteKinds) {
          const steps = stepsAt(words, { site: { kind } } as Setup);
          expect(steps.length, `${code} at a ${kind}`).toBeGreaterThanOrEqual(2);
          expect(steps.length, `${code} at a ${kind}`).toBeLessThanOrEqual(3);
        }
      }
      for (const name of guardCounts) expect(language.guard.footer[name]).toBeTruthy();
      expect(Object.keys(language.guard.sheets.escort.reasons).sort()).toEqual([...escortReasons].sort());
    }
  });

  it("have words for every answer of the lane to a guard", () => {
    const source = ["guard-action.ts", "lane.ts"]
      .map((name) => readFileSync(join(import.meta.dirname, "../../src/lane", name), "utf8"))
      .join("\n");
    const answers = [...source.matchAll(/\bno\("([a-z-]+)"\)|ok: false, why: "([a-z-]+)"/g)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    expect(answers.length).toBeGreaterThan(5);
    for (const language of [zh, en])
      expect(answers.filter((why) => language.guard.answers[why] === undefined)).toEqual([]);
  });
});
