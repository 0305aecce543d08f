import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/load.ts";
import { withValue } from "../../src/config/walk.ts";
import { instant } from "../../src/core/units.ts";
import { bundle, scrubbed } from "../../src/service/bundle.ts";
import { Series } from "../../src/service/series.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;

describe("the support bundle", () => {
  it("holds the lane's story and none of the tokens planted in secrets, telephones and log", () => {
    const file = withValue(
      withValue(example, "broker.key", "/secret/PLANTED-KEY-PATH"),
      "site.phones.technical",
      "0536 777 8888",
    );
    const series = new Series();
    series.add(instant(Date.UTC(2020, 3, 20)), { drift: 0.04, decodeP50: 41, decodeP95: 180, backlog: 0, link: 1 });
    const packed = bundle({
      program: "0.1.0",
      file: readConfig(file).file,
      history: [],
      doctor: [],
      troubles: [],
      counters: { found: 3 },
      series,
      log: ["a pass 370702199001011234 went by", `token ${"A1b2".repeat(20)}`, "call 13812345678", "decoded in 38 ms"],
    });
    const text = gunzipSync(packed).toString();
    for (const planted of ["PLANTED-KEY", "777 8888", "370702199001011234", "A1b2A1b2", "13812345678"])
      expect(text).not.toContain(planted);
    expect(text).toContain("decoded in 38 ms");
    expect(JSON.parse(text)).toMatchObject({
      file: { lane: { id: "east-03" }, broker: { key: "(withheld)" } },
      series: { decodeP50: [41] },
    });
  });

  it("scrubs lines without touching figures a colleague needs", () => {
    expect(scrubbed("GL-2031 at 0x5a, 30 times, 12345 ms")).toBe("GL-2031 at 0x5a, 30 times, 12345 ms");
    expect(scrubbed("id 37070219900101123X\u001b[31m")).toBe("id ################## [31m");
  });
});

describe("the 24-hour series", () => {
  it("forgets what is older than a day and keeps gaps as gaps", () => {
    const series = new Series();
    for (let minute = 0; minute < 1500; minute++)
      series.add(instant(minute * 60_000), { drift: null, decodeP50: minute, decodeP95: null, backlog: 0, link: 1 });
    const columns = series.columns();
    expect(columns.at).toHaveLength(1440);
    expect(columns.decodeP50[0]).toBe(60);
    expect(columns.drift.every((value) => value === null)).toBe(true);
  });
});
