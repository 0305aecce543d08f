import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JWK } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { openSubject } from "../../src/protocol/seal.ts";
import { createReporter, type Reporter, type ReporterOptions } from "../../src/report/reporter.ts";
import { startBroker, type TestBroker } from "../support/broker.ts";
import { TestCentre } from "../support/centre.ts";
import { districtKeys } from "../support/keys.ts";
import { redEvent, systemEvent } from "../support/lane-events.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";

const lane = { district: "linqu", site: "mall-1", lane: "lane-1" };

describe("a reporter on an embedded broker", () => {
  let directory: string;
  let broker: TestBroker;
  let centre: TestCentre;
  let reporter: Reporter;
  let privateKey: JWK;
  let options: ReporterOptions;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "greenlane-report-"));
    broker = await startBroker();
    centre = new TestCentre(lane);
    await centre.start(broker.url);
    const keys = await districtKeys();
    privateKey = keys.privateKey;
    options = {
      directory,
      lane,
      clock: new RealClock(),
      logger: new MemoryLogger(),
      mqtt: { url: broker.url, protocolVersion: 4, clientId: "linqu/mall-1/lane-1", keepalive: millis(10_000) },
      districtKey: keys.publicKey,
      dayKey: () => new Uint8Array(32),
      orderKeys: [],
      settings: { reserve: false, random: () => 0 },
    };
    reporter = await createReporter(options);
  });
  afterEach(async () => {
    await reporter.stop();
    await centre.stop();
    await broker.stop();
    rmSync(directory, { recursive: true });
  });

  it("delivers an alert with its subject for the district alone, and forgets it on the receipt", async () => {
    await reporter.start();
    const received = new Promise<number>((resolve) => reporter.eventLog.onReceived(({ seq }) => resolve(seq)));
    const position = await reporter.eventLog.put(redEvent());
    await centre.until(({ events }) => events.size === 1);
    const event = [...centre.events.values()][0];
    expect(event).toMatchObject({ ...position, type: "red-code", late: false, src: "linqu/mall-1/lane-1" });
    expect(await openSubject(event?.subject ?? "", privateKey)).toBe("subject-of-a-red-pass");
    expect(await received).toBe(position.seq);
  });

  it("is born with its epoch, and says a planned goodbye when it is stopped", async () => {
    await reporter.start();
    await centre.until(({ states }) => states.length === 1);
    await reporter.stop();
    await centre.until(({ states }) => states.length === 2);
    expect(centre.states).toMatchObject([
      { state: "online", boot: reporter.boot, session: 1 },
      { state: "offline", boot: reporter.boot, session: 1, planned: true },
    ]);
  });

  it("keeps everything while the broker is away and delivers it in full when it is back", async () => {
    await reporter.start();
    await reporter.eventLog.put(redEvent());
    await centre.until(({ events }) => events.size === 1);
    await broker.stop();
    for (let n = 0; n < 30; n += 1) await reporter.eventLog.put(n % 3 === 0 ? systemEvent() : redEvent());
    broker = await startBroker({ port: broker.port });
    await centre.until(({ events }) => events.size === 31);
    expect([...centre.events.values()].map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 31 }, (_, n) => n + 1),
    );
  });

  it("keeps what was stored over a restart and continues the numbers of the epoch", async () => {
    await centre.stop();
    await reporter.start();
    const first = await reporter.eventLog.put(redEvent());
    await reporter.stop();
    reporter = await createReporter(options);
    await reporter.start();
    const second = await reporter.eventLog.put(redEvent());
    expect(second).toEqual({ epoch: first.epoch, seq: first.seq + 1 });
    await centre.start(broker.url);
    await centre.until(({ events }) => events.size === 2);
    expect(centre.holes(first.epoch)).toEqual([]);
  });
});
