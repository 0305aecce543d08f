import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Range } from "../../src/protocol/ranges.ts";
import { Disk } from "../../src/report/outbox/disk.ts";
import { Promises } from "./promises.ts";

const capacity = 8 * 1024 * 1024;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "greenlane-promises-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Two hundred events, every fifth one of the system, of which the outbox no longer has `gone`. */
async function written(gone: (system: readonly number[], alerts: readonly number[]) => readonly number[]) {
  const disk = new Disk({ directory, capacity, reserve: false, synchronous: "OFF" });
  const { epoch } = await disk.open();
  const lines: string[] = [];
  const [system, alerts]: [number[], number[]] = [[], []];
  for (let n = 0; n < 200; n += 1) {
    const { seq } = await disk.put(n % 5 === 2 ? "system" : "alert", "{}");
    (n % 5 === 2 ? system : alerts).push(seq);
    lines.push(`ACK ${epoch} ${seq}`);
  }
  await disk.trim(
    epoch,
    gone(system, alerts).map((seq): Range => [seq, seq]),
  );
  await disk.close();
  return { epoch, lines };
}

function judged(lines: readonly string[]) {
  const promises = new Promises();
  promises.learn(lines);
  promises.check(directory, capacity);
  const { lost, twice, holes } = promises;
  return { lost, twice, holes };
}

describe("what was promised", () => {
  it("is not lost where a trim was cut short between its alerts and its system events", async () => {
    const { epoch, lines } = await written((_, alerts) => alerts.filter((seq) => seq <= 50));
    expect(judged([...lines, `TRIM ${epoch} 50`])).toEqual({ lost: 0, twice: 0, holes: 0 });
  });

  it.each([
    ["just after what was to be trimmed", 51, 1],
    ["in the middle", 120, 1],
    ["at the end, where no hole shows it", 200, 0],
  ])("is lost where it is missing %s", async (_, seq, holes) => {
    const { epoch, lines } = await written(() => [seq]);
    expect(judged([...lines, `TRIM ${epoch} 50`])).toEqual({ lost: 1, twice: 0, holes });
  });

  it("is lost where nothing was to be trimmed and the first is missing", async () => {
    const { lines } = await written(() => [1]);
    expect(judged(lines)).toEqual({ lost: 1, twice: 0, holes: 1 });
  });
});
