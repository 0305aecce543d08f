import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { millis, minutes } from "../../../src/core/units.ts";
import { MOST_TAGS, readBody, writeBody } from "../../../src/verify/replay/body.ts";
import { DATAGRAM_SIZE } from "../../../src/verify/replay/datagram.ts";
import { createReplayLink, createUdpPort, type DatagramPort, RATE } from "../../../src/verify/replay/link.ts";
import { createPeer } from "../../../src/verify/replay/peer.ts";
import { MemoryLogger } from "../../support/quiet.ts";
import { RealClock } from "../../support/real-clock.ts";

const siteKey = Buffer.alloc(32, 7);

/** A wire between lanes that keeps what went over it, and can lose it. */
class Wire {
  readonly seen: Buffer[] = [];
  lose: (datagram: Buffer) => boolean = () => false;
  readonly #lanes = new Map<number, (datagram: Buffer) => void>();
  port(number: number): DatagramPort {
    return {
      open: async (onDatagram) => void this.#lanes.set(number, onDatagram),
      close: async () => void this.#lanes.delete(number),
      send: (datagram, { port }) => {
        this.seen.push(datagram);
        if (!this.lose(datagram)) this.#lanes.get(port)?.(Buffer.from(datagram));
      },
    };
  }
  inject(number: number, datagram: Buffer): void {
    this.#lanes.get(number)?.(datagram);
  }
}

async function site(count: number, { key = siteKey, group = "main" as string | null } = {}) {
  const clock = new SimClock();
  const wire = new Wire();
  const names = Array.from({ length: count }, (_, index) => `lane-${index}`);
  const lane = (index: number, secret: Uint8Array = key) => {
    const peers = names
      .map((name, port) => ({ lane: name, host: "127.0.0.1", port }))
      .filter((_, other) => other !== index);
    const settings = { lane: names[index] ?? "", group, siteKey: secret, peers };
    return createReplayLink(settings, wire.port(index), clock, new MemoryLogger());
  };
  const lanes = names.map((_, index) => lane(index));
  for (const each of lanes) await each.start();
  clock.advance(RATE * 4);
  return { clock, wire, lanes, lane };
}

describe("the site link", () => {
  it("lets every lane know within a second what one has used, and forgets it in time", async () => {
    const { clock, lanes } = await site(4);
    const [first, , , last] = lanes;
    expect(last?.seen("aa01", "electronic", "entry")).toBe(false);
    first?.used("aa01", "electronic", "entry");
    clock.advance(RATE * 2);
    for (const lane of lanes) expect(lane.seen("aa01", "electronic", "entry")).toBe(true);
    for (const lane of lanes) expect(lane.seen("aa01", "electronic", "exit")).toBe(false);
    clock.advance(70_000);
    for (const lane of lanes) expect(lane.seen("aa01", "electronic", "entry")).toBe(false);
  });

  it("starts without its network, and is heard once its address has come", async () => {
    const { clock, wire, lanes } = await site(2);
    const port = wire.port(1);
    let away = true;
    const late = createReplayLink(
      { lane: "lane-1", group: "main", siteKey, peers: [{ lane: "lane-0", host: "127.0.0.1", port: 0 }] },
      { ...port, open: (take) => (away ? Promise.reject(new Error("EADDRNOTAVAIL")) : port.open(take)) },
      clock,
      new MemoryLogger(),
    );
    await lanes[1]?.stop();
    await late.start();
    expect(late.audible()).toBe(0);
    away = false;
    await clock.pass(6000);
    expect(late.audible()).toBe(1);
    await Promise.all([late.stop(), lanes[0]?.stop()]);
    expect(clock.pending()).toBe(0);
  });

  it("gives an address that this machine has not got back, so that it can be asked for again", async () => {
    const udp = createUdpPort({ host: "192.0.2.1", port: 0 }, new MemoryLogger());
    await expect(udp.open(() => {})).rejects.toThrow("EADDRNOTAVAIL");
    await udp.close();
  });

  it("sends datagrams of one size at one rate, whatever happens", async () => {
    const { clock, wire, lanes } = await site(3);
    const quiet = wire.seen.splice(0).length;
    for (let i = 0; i < 40; i++) lanes[0]?.used(`bb${i}`, "electronic", "entry");
    clock.advance(RATE * 4);
    expect(wire.seen).toHaveLength(quiet);
    expect(new Set(wire.seen.map((each) => each.length))).toEqual(new Set([DATAGRAM_SIZE]));
    clock.advance(RATE * 4);
    for (let i = 0; i < 40; i++) expect(lanes[2]?.seen(`bb${i}`, "electronic", "entry")).toBe(true);
  });

  it("bears the loss of two datagrams out of three", async () => {
    const { clock, wire, lanes } = await site(2);
    let sent = 0;
    wire.lose = () => sent++ % 3 !== 0;
    lanes[0]?.used("cc01", "paper", "entry");
    clock.advance(RATE * 6);
    expect(lanes[1]?.seen("cc01", "paper", "entry")).toBe(true);
  });

  it("keeps working through the replacement of the key each ten minutes, and after the leader has gone", async () => {
    const { clock, lanes } = await site(3);
    for (let quarter = 0; quarter < 3; quarter++) {
      clock.advance(minutes(4) + 37);
      lanes[1]?.used(`dd${quarter}`, "electronic", "entry");
      clock.advance(RATE * 4);
      expect(lanes[2]?.seen(`dd${quarter}`, "electronic", "entry")).toBe(true);
      if (quarter === 1) await lanes[0]?.stop();
    }
  }, 30_000);

  it("takes a restarted lane in again, and nothing that was recorded before the restart", async () => {
    const { clock, wire, lanes, lane } = await site(2);
    lanes[0]?.used("ee01", "electronic", "entry");
    clock.advance(RATE * 4);
    const recorded = wire.seen.splice(0);
    await lanes[1]?.stop();
    const again = lane(1);
    await again.start();
    for (const datagram of recorded) wire.inject(1, datagram);
    expect(again.size).toBe(0);
    clock.advance(RATE * 4);
    expect(again.audible()).toBe(1);
    lanes[0]?.used("ee02", "electronic", "entry");
    clock.advance(RATE * 4);
    expect(again.seen("ee02", "electronic", "entry")).toBe(true);
  });

  it("hears nobody without the site's secret, and is not disturbed by noise", async () => {
    const { clock, wire, lanes, lane } = await site(2);
    await lanes[1]?.stop();
    const stranger = lane(1, Buffer.alloc(32, 8));
    await stranger.start();
    stranger.used("ff01", "electronic", "entry");
    clock.advance(6_000);
    expect(lanes[0]?.size).toBe(0);
    expect(lanes[0]?.audible()).toBe(0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => wire.inject(0, Buffer.from(noise))),
      { numRuns: 200 },
    );
    expect(lanes[0]?.size).toBe(0);
  });

  it("makes and matches no tag at an inner gate", async () => {
    const { clock, lanes } = await site(2, { group: null });
    lanes[0]?.used("a1", "electronic", "entry");
    clock.advance(RATE * 4);
    expect(lanes.map((each) => [each.seen("a1", "electronic", "entry"), each.size])).toEqual([
      [false, 0],
      [false, 0],
    ]);
  });

  it("carries tags over real sockets", async () => {
    const free = async (): Promise<number> => {
      const socket = createSocket("udp4");
      await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
      const { port } = socket.address() as AddressInfo;
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      return port;
    };
    const ports = [await free(), await free()];
    const logger = new MemoryLogger();
    const lanes = [0, 1].map((index) =>
      createReplayLink(
        {
          lane: `lane-${index}`,
          group: "main",
          siteKey,
          peers: [{ lane: `lane-${1 - index}`, host: "127.0.0.1", port: ports[1 - index] ?? 0 }],
        },
        createUdpPort({ host: "127.0.0.1", port: ports[index] ?? 0 }, logger),
        new RealClock(),
        logger,
      ),
    );
    for (const lane of lanes) await lane.start();
    await expect.poll(() => lanes.map((lane) => lane.audible()), { timeout: 10_000 }).toEqual([1, 1]);
    lanes[0]?.used("a2", "electronic", "entry");
    await expect.poll(() => lanes[1]?.seen("a2", "electronic", "entry"), { timeout: 10_000 }).toBe(true);
    for (const lane of lanes) await lane.stop();
  }, 30_000);
});

describe("a peer", () => {
  const body = { key: { key: new Uint8Array(32).fill(1), age: millis(5) }, tags: [{ tag: 7, life: millis(1000) }] };
  const pair = () => {
    const one = createPeer("a", "b", siteKey, Buffer.from("0000000000000001", "hex"));
    const two = createPeer("b", "a", siteKey, Buffer.from("0000000000000002", "hex"));
    two.read(one.write(body));
    one.read(two.write(body));
    return { one, two };
  };

  it("tells nothing before it knows whom it speaks to", () => {
    const one = createPeer("a", "b", siteKey, Buffer.alloc(8, 1));
    const two = createPeer("b", "a", siteKey, Buffer.alloc(8, 2));
    expect(two.read(one.write(body))).toEqual({ body: null });
    expect(one.read(two.write(body))?.body?.tags).toEqual(body.tags);
  });

  it("hears each datagram once, in order, unchanged, and none of its own", () => {
    const { one, two } = pair();
    const [first, second] = [one.write(body), one.write(body)];
    expect(two.read(second)?.body).not.toBeNull();
    expect(two.read(second)).toBeNull();
    expect(two.read(first)).toBeNull();
    expect(one.read(one.write(body))).toBeNull();
    const changed = one.write(body);
    for (const place of [5, 13, 21, 30, 255]) {
      const other = Buffer.from(changed);
      other[place] = (other[place] ?? 0) ^ 1;
      expect(two.read(other), `byte ${place}`).toBeNull();
    }
    expect(two.read(changed)?.body?.tags).toEqual(body.tags);
  });

  it("is not turned back to an earlier boot by an old introduction played again", () => {
    const two = createPeer("b", "a", siteKey, Buffer.alloc(8, 2));
    const before = createPeer("a", "b", siteKey, Buffer.alloc(8, 1));
    const introduction = before.write(body);
    two.read(introduction);
    before.read(two.write(body));
    const old = before.write(body);
    two.read(old);
    const now = createPeer("a", "b", siteKey, Buffer.alloc(8, 3));
    two.read(now.write(body));
    now.read(two.write(body));
    expect(two.read(now.write(body))?.body).not.toBeNull();
    expect(two.read(introduction)).toBeNull();
    expect(two.read(old)).toBeNull();
    expect(two.read(now.write(body))?.body).not.toBeNull();
  });

  it("writes what it reads, up to the most tags", () => {
    const tag = fc.record({ tag: fc.nat(0xffff_ffff), life: fc.nat(1200).map((tenths) => millis(tenths * 100)) });
    fc.assert(
      fc.property(fc.array(tag, { maxLength: MOST_TAGS }), fc.nat(600_000), (tags, age) => {
        const given = { key: { key: new Uint8Array(32).fill(9), age: millis(age) }, tags };
        expect(readBody(writeBody(given))).toEqual(given);
      }),
    );
  });
});
