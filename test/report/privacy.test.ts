import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { celsius, millis } from "../../src/core/units.ts";
import { createReporter, type Reporter } from "../../src/report/reporter.ts";
import { startBroker, type TestBroker } from "../support/broker.ts";
import { TestCentre } from "../support/centre.ts";
import { districtKeys } from "../support/keys.ts";
import { redEvent } from "../support/lane-events.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";
import { traces } from "../support/traces.ts";

const lane = { district: "linqu", site: "mall-1", lane: "lane-1" };

describe("what reporting leaves of a person", () => {
  let directory: string;
  let broker: TestBroker;
  let centre: TestCentre;
  let reporter: Reporter;
  const logger = new MemoryLogger();
  const dayKey = new Uint8Array(32).fill(9);

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "greenlane-privacy-"));
    broker = await startBroker();
    centre = new TestCentre(lane);
    await centre.start(broker.url);
    reporter = await createReporter({
      directory,
      lane,
      clock: new RealClock(),
      logger,
      mqtt: { url: broker.url, protocolVersion: 4, clientId: "lane-1", keepalive: millis(10_000) },
      districtKey: (await districtKeys()).publicKey,
      dayKey: () => dayKey,
      orderKeys: [],
      settings: { reserve: false, random: () => 0 },
    });
    await reporter.start();
  });
  afterEach(async () => {
    await reporter.stop();
    await centre.stop();
    await broker.stop();
    rmSync(directory, { recursive: true });
  });

  const files = (): Buffer[] =>
    readdirSync(directory, { recursive: true, encoding: "utf8" })
      .map((name) => join(directory, name))
      .filter((name) => statSync(name).isFile())
      .map((name) => readFileSync(name));

  it("is on the disk, in the log, in the logs and on the wire only in encrypted form, also while nobody confirms", async () => {
    centre.silent = true;
    const subjects = Array.from({ length: 40 }, (_, n) => `subject-planted-${n}-7f3a9c`);
    const passes = subjects.map((_, n) => `pass-planted-${n}-51be02`);
    for (const [n, subject] of subjects.entries())
      await reporter.eventLog.put(redEvent({ subject, pseudonymOf: passes[n] ?? null, temperature: celsius(36.6) }));
    await centre.until(({ events }) => events.size >= 40);
    const haystacks = [...files(), ...centre.bytes, Buffer.from(logger.lines.join("\n"))];
    expect(haystacks.reduce((sum, bytes) => sum + bytes.length, 0)).toBeGreaterThan(20_000);
    for (const secret of [...subjects, ...passes]) expect(traces(secret, haystacks)).toEqual([]);
  });

  it("is nothing at all on the lane once the centre has it: rows and log are overwritten", async () => {
    const { seq } = await reporter.eventLog.put(redEvent({ case: "case-planted-3d1f" }));
    await centre.until(({ events }) => [...events.values()].some((event) => event.seq === seq));
    // Trim and the emptying of the log follow the receipt within a few seconds.
    const clean = (): boolean => traces("case-planted-3d1f", files()).length === 0;
    expect(traces("case-planted-3d1f", centre.bytes)).not.toEqual([]);
    await expect.poll(clean, { timeout: 10_000, interval: 200 }).toBe(true);
  }, 15_000);
});
