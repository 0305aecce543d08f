import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { DemoSummary } from "../../src/demo-ledger.ts";

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
    const first = await demo("--people", "30", "--seed", "1");
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
    const second = await demo("--people", "30", "--seed", "7");
    const visits = (lines: readonly Record<string, unknown>[]) => lines.filter((line) => "visit" in line);
    expect(visits(second.lines)).toEqual(visits(first.lines));
    const { frameToReleaseMs: _one, verdictsPerMinute: _pace, mostUnderWay: _most, ...totals } = summary;
    const { frameToReleaseMs: _two, verdictsPerMinute: _other, mostUnderWay: _more, ...others } = summaryOf(second.lines);
    expect(others).toEqual(totals);
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
