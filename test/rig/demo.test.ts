import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { toBuffer } from "qrcode";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DemoPace, DemoSummary } from "../../src/demo-ledger.ts";

const root = resolve(import.meta.dirname, "../..");

/** Runs the command as a user would and gives its lines and its exit code. */
function demo(...flags: string[]): Promise<{ lines: Record<string, unknown>[]; code: number | null; errors: string }> {
  const child = spawn(process.execPath, [
    join(root, "src/cli/greenlane.js"),
    "demo",
    "--json",
    "--port",
    "0",
    ...flags,
  ]);
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  return new Promise((done) =>
    child.on("close", (code) =>
      done({
        lines: out
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, unknown>),
        code,
        errors,
      }),
    ),
  );
}

const summaryOf = (lines: readonly Record<string, unknown>[]): DemoSummary => lines.at(-1)?.summary as DemoSummary;

function addsUp(summary: DemoSummary): void {
  expect(summary.people).toBe(summary.granted + summary.denied + summary.attended);
  expect(summary.granted + summary.guardReleases + summary.exitReleases).toBe(summary.passages + summary.noEntry);
  expect(summary.alertsReceivedByCentre).toBe(summary.alertsRaised);
  expect(summary.lostEvents).toBe(0);
}

describe("a lane without hardware", () => {
  it("thirty people bring one of everything, and the totals do not depend on the seed", async () => {
    const people = ["--people", "30", "--seed"] as const;
    const [first, second] = await Promise.all([demo(...people, "1"), demo(...people, "7")]);
    const said = first.lines.flatMap((line) => ("visit" in line ? [(line.visit as { screen: string }).screen] : []));
    for (const word of [
      "grant",
      "yellow",
      "red",
      "expired",
      "expired-paper",
      "not-yet-valid",
      "not-a-pass",
      "needs-conversion",
      "bad-signature",
      "pending",
      "unverifiable",
      "malformed",
      "no-credential",
      "fever",
      "low",
      "unavailable",
    ]) {
      expect(said.join(","), word).toContain(word);
    }
    const summary = summaryOf(first.lines);
    expect(summary.people).toBe(30);
    addsUp(summary);
    expect(first.code).toBe(0);
    const visits = (lines: readonly Record<string, unknown>[]) => lines.filter((line) => "visit" in line);
    expect(visits(second.lines)).toEqual(visits(first.lines));
    const { frameToReleaseMs: _one, ...totals } = summary;
    const { frameToReleaseMs: _two, ...others } = summaryOf(second.lines);
    expect(others).toEqual(totals);
  });

  it("a rush ends with its pace, and the summary stays what it is for every script", async () => {
    const { lines } = await demo("--script", "rush", "--people", "4");
    const pace = lines.at(-2)?.pace as DemoPace;
    expect(pace.verdictsPerMinute).toBeGreaterThan(0);
    expect(pace.mostUnderWay).toBeGreaterThanOrEqual(1);
    expect(Object.keys(summaryOf(lines))).toEqual([
      "people",
      "granted",
      "denied",
      "attended",
      "guardReleases",
      "exitReleases",
      "passages",
      "noEntry",
      "alertsRaised",
      "alertsReceivedByCentre",
      "frameToReleaseMs",
      "lostEvents",
    ]);
  });

  it("a broker that is cut while a red and a yellow come loses neither", async () => {
    const { lines, code } = await demo("--script", "broker-cut", "--people", "4");
    const summary = summaryOf(lines);
    addsUp(summary);
    expect(summary.alertsRaised).toBeGreaterThanOrEqual(2);
    expect(code).toBe(0);
  });

  it("a fire bell frees the lane, and after the local reset the next person is served", async () => {
    const { lines, code } = await demo("--script", "fire", "--people", "3");
    const summary = summaryOf(lines);
    addsUp(summary);
    expect(summary.granted).toBe(3);
    expect(code).toBe(0);
  });
});

describe("pictures from outside", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlane-outside-"));
    const code = (text: string) => toBuffer(text, { scale: 6, margin: 8 });
    const jpeg = async (text: string) =>
      sharp(await code(text))
        .jpeg()
        .toBuffer();
    await writeFile(join(folder, "a.png"), await code("https://example.com/a"));
    await writeFile(join(folder, "b.jpg"), await jpeg("HC1:NOT REALLY ONE"));
    await writeFile(join(folder, "c.mjpeg"), Buffer.concat([await jpeg("WIFI:S:c;;"), await jpeg("WIFI:S:c;;")]));
    const { data, info } = await sharp(await code("https://example.com/d"))
      .toColourspace("b-w")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const header = `YUV4MPEG2 W${info.width} H${info.height} F30:1 Cmono\n`;
    await writeFile(join(folder, "d.y4m"), Buffer.concat([Buffer.from(`${header}FRAME\n`), data]));
    for (const number of ["000", "001", "002"])
      await writeFile(join(folder, `e-${number}.png`), await code("BEGIN:VCARD\nFN:E\nEND:VCARD"));
    await writeFile(join(folder, "f.png"), "no picture");
    await sharp({ create: { width: 640, height: 480, channels: 3, background: "#ddd" } })
      .png()
      .toFile(join(folder, "g.png"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("photos, MJPEG, Y4M and a numbered sequence come through the same lane, each as one person", async () => {
    const { lines, code } = await demo("--frames", folder);
    const answers = lines.flatMap(({ frames }) => (frames === undefined ? [] : [frames as Record<string, unknown>]));
    expect(answers.map(({ file, outcome, notAPass }) => [file, outcome, notAPass])).toEqual([
      ["a.png", "not-a-pass", "link"],
      ["b.jpg", "needs-conversion", null],
      ["c.mjpeg", "not-a-pass", "wifi"],
      ["d.y4m", "not-a-pass", "link"],
      ["e-%03d.png", "not-a-pass", "contact"],
      ["f.png", null, null],
      ["g.png", null, null],
    ]);
    expect(answers.find(({ file }) => file === "f.png")?.error).toMatch(/GL-2011/);
    expect(code).toBe(0);
  });
});

describe("what is asked wrongly", () => {
  it.each([
    [["--people", "many"], /--people/],
    [["--script", "nowhere"], /there are: .*day/],
    [["--frames", join(root, "config")], /PNG/],
  ])("%j says what and where, on one line, with exit code 2", async (flags, words) => {
    const { lines, code } = await demo(...flags);
    expect(lines.at(-1)?.error).toMatch(words);
    expect(code).toBe(2);
  });
});
