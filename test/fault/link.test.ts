import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { encode, parseEnvelope } from "../../src/protocol/parse.ts";
import type { Receipt } from "../../src/protocol/payloads.ts";
import { laneTopic } from "../../src/protocol/topics.ts";
import { uuidV7 } from "../../src/protocol/uuid.ts";
import { Disk } from "../../src/report/outbox/disk.ts";
import { createReporter, type Reporter, type ReporterOptions } from "../../src/report/reporter.ts";
import type { Trouble } from "../../src/report/troubles.ts";
import { startBroker, type TestBroker } from "../support/broker.ts";
import { TestCentre } from "../support/centre.ts";
import { districtKeys } from "../support/keys.ts";
import { redEvent, systemEvent } from "../support/lane-events.ts";
import { TcpProxy } from "../support/proxy.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";
import { SlowLink } from "../support/slow-link.ts";
import { pause } from "./child.ts";
import { amount, figures, randomOf } from "./plan.ts";

const lane = { district: "linqu", site: "mall-1", lane: "lane-1" };

describe("the link between lane and centre", () => {
  let directory: string;
  let broker: TestBroker;
  let centre: TestCentre;
  let running: Reporter[];
  let troubles: Trouble[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "greenlane-link-"));
    running = [];
    troubles = [];
  });
  afterEach(async () => {
    for (const reporter of running) await reporter.stop();
    await centre.stop();
    await broker.stop();
    rmSync(directory, { recursive: true });
  });

  async function world(deny?: (topic: string) => boolean): Promise<void> {
    broker = await startBroker(deny === undefined ? {} : { deny });
    centre = new TestCentre(lane);
    await centre.start(broker.url);
  }

  async function start(over: Partial<ReporterOptions> = {}): Promise<Reporter> {
    const reporter = await createReporter({
      directory,
      lane,
      clock: new RealClock(),
      logger: new MemoryLogger(),
      mqtt: { url: broker.url, protocolVersion: 4, clientId: "linqu/mall-1/lane-1", keepalive: millis(10_000) },
      districtKey: (await districtKeys()).publicKey,
      dayKey: () => null,
      orderKeys: [],
      settings: { reserve: false, random: () => 0 },
      ...over,
    });
    running.push(reporter);
    reporter.onTrouble((trouble) => troubles.push(trouble));
    await reporter.start();
    return reporter;
  }

  const until = async (seen: () => boolean | Promise<boolean>, ms: number): Promise<number> => {
    const began = performance.now();
    while (!(await seen())) {
      if (performance.now() - began > ms) throw new Error(`not within ${ms} ms`);
      await pause(20);
    }
    return Math.round(performance.now() - began);
  };

  /** An outbox that has been away from its centre for long. */
  async function backlogOf(events: number): Promise<void> {
    const disk = new Disk({ directory, capacity: 256 * 1024 * 1024, reserve: false, synchronous: "OFF" });
    await disk.open();
    const body = (n: number): string =>
      JSON.stringify({
        v: 1,
        id: uuidV7(n),
        src: "linqu/mall-1/lane-1",
        type: "red-code",
        category: "health",
        level: "red",
        boot: uuidV7(1),
        at: "2020-05-06T01:00:00.000Z",
        clock: "synced",
        mono: n,
        routing: [],
        case: null,
        tries: 1,
        reasons: ["red"],
      });
    for (let n = 0; n < events; n += 500)
      await Promise.all(Array.from({ length: Math.min(500, events - n) }, (_, m) => disk.put("alert", body(n + m))));
    await disk.close();
  }

  it("fault 6: a broker that comes back with nothing hears the birth again and gets the backlog within 5 s", async () => {
    await world();
    const reporter = await start();
    await reporter.eventLog.put(redEvent());
    await centre.until(({ events }) => events.size === 1);
    await broker.stop();
    for (let n = 0; n < 100; n += 1) await reporter.eventLog.put(redEvent());
    const born = centre.states.length;
    broker = await startBroker({ port: broker.port });
    await until(() => reporter.uplink.state().broker === "connected", 60_000);
    const ms = await until(
      () => centre.events.size === 101 && centre.states.slice(born).some(({ state }) => state === "online"),
      60_000,
    );
    figures("6 (broker restarted empty)", { "backlog drained ms after connect": ms });
    expect(ms).toBeLessThan(5000);
  });

  it("fault 7: a new red overtakes a backlog of a day, which drains without a hole", async () => {
    const backlog = amount({ quick: 4000, full: 100_000 });
    await backlogOf(backlog);
    await world();
    const reporter = await start({ settings: { reserve: false, random: () => 0, capacity: 256 * 1024 * 1024 } });
    const began = performance.now();
    const waits: number[] = [];
    while (centre.events.size < backlog) {
      if (centre.events.size > 200 && waits.length < 50) {
        const sent = performance.now();
        const { epoch, seq } = await reporter.eventLog.put(redEvent());
        await centre.until(({ events }) => events.has(`${epoch} ${seq}`));
        waits.push(performance.now() - sent);
      }
      await pause(10);
    }
    const seconds = (performance.now() - began) / 1000;
    await until(async () => (await reporter.outboxStatus()).alerts === 0, 60_000);
    const { epoch } = await reporter.outboxStatus();
    waits.sort((a, b) => a - b);
    figures("7 (backlog)", {
      backlog,
      "drained per s": Math.round(backlog / seconds),
      "new reds": waits.length,
      "p50 ms": Math.round(waits[waits.length >> 1] ?? 0),
      "longest ms": Math.round(waits.at(-1) ?? 0),
      duplicates: centre.duplicates,
    });
    expect(centre.holes(epoch)).toEqual([]);
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.at(-1)).toBeLessThan(2000);
  });

  it("fault 8: a half-open link is noticed within 15 s, and what was sent into it arrives", async () => {
    await world();
    const proxy = new TcpProxy(broker.port);
    const url = await proxy.start();
    const reporter = await start({ mqtt: { url, protocolVersion: 4, clientId: "lane-1", keepalive: millis(10_000) } });
    await reporter.eventLog.put(redEvent());
    await centre.until(({ events }) => events.size === 1);
    proxy.blackHole(true);
    const ms = await until(() => reporter.uplink.state().broker !== "connected", 20_000);
    await reporter.eventLog.put(redEvent());
    proxy.blackHole(false);
    await centre.until(({ events }) => events.size === 2);
    figures("8 (half-open)", { "noticed after ms": ms });
    expect(ms).toBeLessThanOrEqual(15_500);
    await proxy.stop();
  });

  it.skipIf(amount({ quick: true, full: false }))(
    "fault 9: over a link of a kilobyte a second that loses a third, reds overtake the backlog, nothing piles up in memory",
    async () => {
      await backlogOf(60_000);
      await world();
      const link = new SlowLink(broker.port, {
        bytesPerSecond: 1000,
        roundTripMs: 2000,
        loss: 0.3,
        random: randomOf("slow link"),
      });
      const reporter = await start({
        mqtt: { url: await link.start(), protocolVersion: 4, clientId: "lane-1", keepalive: millis(10_000) },
        settings: { reserve: false, capacity: 256 * 1024 * 1024 },
      });
      await until(() => centre.events.size > 0, 120_000);
      const before = { rss: process.memoryUsage.rss(), events: centre.events.size, at: performance.now() };
      const waits: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        const { epoch, seq } = await reporter.eventLog.put(redEvent());
        waits.push(await until(() => centre.events.has(`${epoch} ${seq}`), 240_000));
      }
      await until(() => centre.events.size >= before.events + 60, 600_000);
      const minutes = (performance.now() - before.at) / 60_000;
      const grown = (process.memoryUsage.rss() - before.rss) / 2 ** 20;
      figures("9 (slow link)", {
        "events a minute": ((centre.events.size - before.events) / minutes).toFixed(1),
        "new reds after s": waits.map((ms) => (ms / 1000).toFixed(0)).join(" "),
        connects: link.connections,
        minutes: minutes.toFixed(1),
        duplicates: centre.duplicates,
        "resident memory grew by MiB": grown.toFixed(1),
      });
      // The backlog alone is some 40 MB.
      expect(grown).toBeLessThan(30);
      expect(link.connections).toBeLessThanOrEqual(3);
      await link.stop();
    },
  );

  it("fault 10: receipts that are lost, repeated, from another epoch or for what was never sent delete nothing wrongly", async () => {
    await world();
    centre.silent = true;
    const reporter = await start();
    const positions = [];
    for (let n = 0; n < 30; n += 1)
      positions.push(await reporter.eventLog.put(n % 3 === 0 ? systemEvent() : redEvent()));
    await centre.until(({ events }) => events.size >= 30);
    const epoch = positions[0]?.epoch ?? "";
    const held = async (): Promise<number> => {
      const { alerts, system } = await reporter.outboxStatus();
      return alerts + system;
    };
    const wrong: Receipt[] = [
      { epoch: uuidV7(5), upTo: 30, have: [] },
      { epoch, upTo: 0, have: [[31, 1000]] },
      { epoch, upTo: 0, have: [] },
    ];
    for (const receipt of wrong) for (let n = 0; n < 3; n += 1) await centre.say(receipt);
    for (const junk of [
      "",
      "null",
      '{"epoch":1}',
      `{"epoch":"${epoch}","upTo":"30","have":[]}`,
      `{"epoch":"${epoch}","upTo":30,"have":[[9,1]]`,
    ])
      await centre.send(laneTopic(lane, "event/receipt"), Buffer.from(junk));
    await centre.say({ epoch, upTo: 10, have: [[20, 25]] });
    await until(async () => (await held()) <= 14 + troubles.filter(({ code }) => code === "GL-4016").length, 10_000);
    await pause(1500);
    const { alerts, system } = await reporter.outboxStatus();
    // Beyond the 30: the events in which the lane records a strange receipt.
    expect(alerts + system).toBeGreaterThanOrEqual(14);
    expect(alerts).toBe(
      positions.filter(({ seq }, n) => n % 3 !== 0 && !(seq <= 10 || (seq >= 20 && seq <= 25))).length,
    );
    centre.silent = false;
    centre.confirmAll();
    await until(async () => (await held()) === 0, 40_000);
    figures("10 (receipts)", { "rows deleted wrongly": 0, duplicates: centre.duplicates });
  });

  it.skipIf(amount({ quick: true, full: false }))(
    "fault 11: an alert topic that the broker refuses is noticed within a minute, system events pass, and reconnects stay rare",
    async () => {
      await world((topic) => topic.endsWith("/event/alert"));
      const proxy = new TcpProxy(broker.port);
      const url = await proxy.start();
      const reporter = await start({
        mqtt: { url, protocolVersion: 4, clientId: "lane-1", keepalive: millis(10_000) },
        settings: { reserve: false },
      });
      await reporter.eventLog.put(redEvent());
      const system = await reporter.eventLog.put(systemEvent());
      const began = performance.now();
      await until(
        () => troubles.some(({ code, active }) => active && (code === "GL-4035" || code === "GL-4012")),
        60_000,
      );
      const noticed = performance.now() - began;
      await until(() => centre.events.has(`${system.epoch} ${system.seq}`), 60_000);
      await until(
        () => troubles.some(({ code, active }) => active && code === "GL-4035"),
        60_000 - (performance.now() - began),
      );
      const seconds = (performance.now() - began) / 1000;
      figures("11 (denied topic)", {
        "noticed after s": Math.round(noticed / 1000),
        "named after s": Math.round(seconds),
        connects: proxy.connections,
      });
      expect(proxy.connections / seconds).toBeLessThan(1);
      expect((await reporter.outboxStatus()).alerts).toBe(1);
      await proxy.stop();
    },
  );

  it.skipIf(amount({ quick: true, full: false }))(
    "fault 12: two devices with one name are noticed and don't fight more than five times a minute each",
    async () => {
      await world();
      const other = join(directory, "other");
      const seen = 120_000;
      const proxies = [new TcpProxy(broker.port), new TcpProxy(broker.port)];
      const urls = [await proxies[0]?.start(), await proxies[1]?.start()];
      for (const [index, folder] of [directory, other].entries())
        await start({
          directory: folder,
          mqtt: { url: urls[index] ?? "", protocolVersion: 4, clientId: "one-name", keepalive: millis(10_000) },
          settings: { reserve: false },
        });
      await until(() => troubles.some(({ code, active }) => code === "GL-4012" && active), 120_000);
      const before = proxies.map(({ connections }) => connections);
      await pause(seen);
      const perMinute = proxies.map(({ connections }, index) => ((connections - (before[index] ?? 0)) * 60_000) / seen);
      figures("12 (take-over)", { "connects a minute each": perMinute.map((rate) => rate.toFixed(1)).join(" and ") });
      expect(Math.max(...perMinute)).toBeLessThanOrEqual(5 + 60_000 / seen);
      for (const proxy of proxies) await proxy.stop();
    },
  );

  it("hands out nothing but events, whatever is on the wire", async () => {
    await world();
    const reporter = await start();
    await reporter.eventLog.put(redEvent());
    await centre.until(({ wire }) => wire.length > 0);
    for (const event of centre.wire) expect(parseEnvelope(encode(event)).ok).toBe(true);
  });
});
