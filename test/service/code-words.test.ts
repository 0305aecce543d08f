import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const words = JSON.parse(readFileSync("config/locales/codes.zh-CN.json", "utf8")) as Record<string, string>;

/** Codes that only the command line and the log say, in English. */
const elsewhere = ["GL-1000", "GL-1060", "GL-1061", "GL-1062", "GL-2601"];

describe("the codes that the panel can show", () => {
  it("each have a sentence in Chinese that says what to do", () => {
    const said = new Set<string>();
    for (const folder of ["src/config", "src/service", "src/web/technician", "src/ui/technician"])
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((one) =>
        /\.tsx?$/.test(one),
      ))
        for (const code of readFileSync(join(folder, name), "utf8").match(/GL-\d{4}/g) ?? []) said.add(code);
    expect(said.size).toBeGreaterThan(80);
    expect([...said].filter((code) => !(code in words) && !elsewhere.includes(code)).sort()).toEqual([]);
    expect(Object.values(words).filter((sentence) => sentence.length < 4)).toEqual([]);
  });
});
