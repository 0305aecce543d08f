import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/control-room/broker.ts";
import { type ControlRoom, startControlRoom } from "../../src/control-room/control-room.ts";
import { encode, parseCentreState, parseReceipt, parseRequest } from "../../src/protocol/parse.ts";
import { envelope, epoch, folder, keepingLogger, noPages, roomConfig, until } from "./support/room.ts";

describe("the control room on the embedded broker", () => {
  const place = folder();
  let broker: Broker;
  let room: ControlRoom;
  let client: MqttClient;
  let heard: { topic: string; payload: Buffer }[] = [];
  /** Each test has a lane of its own. */
  let lane = 0;
  let src = "";
  const topic = (what: string): string => `greenlane/v1/${src}/${what}`;
  const say = (seq: number): Promise<unknown> =>
    client.publishAsync(topic("event/alert"), encode(envelope(src, seq)), { qos: 1 });

  beforeAll(async () => {
    broker = await startBroker({ host: "127.0.0.1", port: 0 });
    room = await startControlRoom(roomConfig(place.path, broker.url), {
      logger: keepingLogger(),
      pages: noPages(place.path),
    });
    client = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    client.on("message", (where, payload) => heard.push({ topic: where, payload }));
    await client.subscribeAsync(["greenlane/v1/linqu/centre/+/state", "greenlane/v1/linqu/huaan/+/event/+"], {
      qos: 1,
    });
    await until("the centre online", () => heard.some((one) => one.topic.includes("/centre/")));
  }, 60_000);
  beforeEach(() => {
    lane += 1;
    src = `linqu/huaan/lane-${lane}`;
    heard = heard.filter((one) => one.topic.includes("/centre/"));
  });
  afterAll(async () => {
    await client.endAsync(true);
    await room.stop();
    await broker.stop();
    place.remove();
  });

  const receipts = () =>
    heard
      .filter((one) => one.topic === topic("event/receipt"))
      .map((one) => {
        const parsed = parseReceipt(one.payload);
        if (!parsed.ok) throw new Error("not a receipt");
        return parsed.value;
      });

  it("says that it is there, stores what comes and sends a receipt for exactly that", async () => {
    const [state] = heard;
    expect(state && parseCentreState(state.payload)).toMatchObject({ ok: true, value: { state: "online", id: "a" } });
    for (const seq of [1, 2, 3, 6, 7, 9]) await say(seq);
    await until("a receipt for all", () => receipts().at(-1)?.have.length === 2);
    expect(receipts().at(-1)).toEqual({
      epoch,
      upTo: 3,
      have: [
        [6, 7],
        [9, 9],
      ],
    });
    expect([1, 3, 4, 6, 8, 9].map((seq) => room.has(src, epoch, seq))).toEqual([true, true, false, true, false, true]);
  });

  it("drops what comes twice, and says again what it has", async () => {
    const before = room.figures();
    for (const seq of [1, 2, 1, 2, 1]) await say(seq);
    await until("all handled", () => room.figures().duplicates === before.duplicates + 3);
    expect(room.figures().stored).toBe(before.stored + 2);
    await until("the receipt for both", () => receipts().at(-1)?.upTo === 2);
  });

  it("takes a lane's word for itself only, and nothing that the schema does not know", async () => {
    const before = room.figures();
    const others = [encode(envelope("linqu/huaan/west-01", 1)), Buffer.from("{"), Buffer.alloc(9_000, 32)];
    for (const bytes of others) await client.publishAsync(topic("event/alert"), bytes, { qos: 1 });
    await say(1);
    await until("one taken and three refused", () => room.figures().refused === before.refused + 3);
    await until("its receipt", () => receipts().at(-1)?.upTo === 1);
    expect(room.figures().stored).toBe(before.stored + 1);
  });

  it("asks again for what has stood missing between two looks", async () => {
    const birth = {
      state: "online" as const,
      epoch,
      boot: epoch,
      session: 1,
      version: "1",
      configVersion: 0,
      seqHead: 400,
      seqTail: 1,
      challenge: "AAAAAAAAAAAAAAAAAAAAAA",
      clock: "synced" as const,
    };
    await client.publishAsync(topic("state"), encode(birth), { qos: 1, retain: true });
    await say(1);
    await until("stored", () => room.has(src, epoch, 1));
    await room.lookForHoles(0);
    expect(heard.some((one) => one.topic === topic("event/request"))).toBe(false);
    await room.lookForHoles(0);
    await until("a request", () => heard.some((one) => one.topic === topic("event/request")));
    const asked = heard.find((one) => one.topic === topic("event/request"));
    expect(asked && parseRequest(asked.payload)).toMatchObject({ ok: true, value: { epoch, from: 2, count: 200 } });
  });
});
