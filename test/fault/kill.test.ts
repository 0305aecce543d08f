import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { builtChildren } from "./build.ts";
import { Child, pause } from "./child.ts";
import { amount, figures, randomOf } from "./plan.ts";
import { Promises } from "./promises.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "greenlane-kill-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("fault 1: a lane killed at random moments has every event that it promised, and no number twice", async () => {
  const random = randomOf("kill");
  const children = await builtChildren();
  const promises = new Promises();
  const kills = amount({ quick: 20, full: 500 });
  const capacity = 32 * 1024 * 1024;
  for (let n = 0; n < kills; n += 1) {
    const child = new Child(join(children, "writer-child.js"), {
      directory,
      synchronous: "FULL",
      capacity,
      trimAfter: 400,
    });
    await child.until((lines) => lines.some((line) => line.startsWith("OPEN")));
    await pause(random() * 250);
    await child.kill();
    promises.learn(child.lines);
    if (n % 10 === 9) promises.check(directory, capacity);
  }
  promises.check(directory, capacity);
  const { confirmed, lost, twice, holes, changes } = promises;
  figures("1 (kill -9)", { kills, confirmed, lost, twice, holes, epochs: 1 + changes.length });
  // About once in 500 the kill falls between the two writes of one frame of the log, as a power cut does: a new epoch.
  const alarms = changes.filter(({ why }) => why !== "torn");
  expect(changes.length - alarms.length).toBeLessThanOrEqual(2 + kills / 20);
  expect({ lost, twice, holes, alarms }).toEqual({ lost: 0, twice: 0, holes: 0, alarms: [] });
  expect(confirmed).toBeGreaterThan(kills);
});
