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
  const asked = () => heard.filter((one) => one.topic === topic("event/request")).length;

  it("asks again for what has stood missing between two looks", async () => {
    await client.publishAsync(topic("state"), encode(birth), { qos: 1, retain: true });
    await say(1);
    await until("stored", () => room.has(src, epoch, 1));
    await room.lookForHoles(0);
    expect(asked()).toBe(0);
    await room.lookForHoles(0);
    await until("a request", () => asked() > 0);
    const request = heard.find((one) => one.topic === topic("event/request"));
    expect(request && parseRequest(request.payload)).toMatchObject({ ok: true, value: { epoch, from: 2, count: 200 } });
  });

  it("knows a lane that stayed connected, once its own connection is back", async () => {
    await client.publishAsync(topic("state"), encode(birth), { qos: 1, retain: true });
    await say(1);
    await until("stored", () => room.has(src, epoch, 1));
    heard = [];
    const clientId = "greenlane-centre-linqu-a";
    await (await mqtt.connectAsync(broker.url, { clientId, clean: false, reconnectPeriod: 0 })).endAsync(true);
    await until("the centre online again", () => heard.some((one) => one.topic.includes("/centre/")));
    await until("a request", async () => {
      await room.lookForHoles(0);
      return asked() > 0;
    });
  });

  it("takes nobody for online after the broker's end, until the lane is born on the next one", async () => {
    await client.publishAsync(topic("state"), encode(birth), { qos: 1, retain: true });
    await say(1);
    await until("stored", () => room.has(src, epoch, 1));
    await until("a request", async () => {
      await room.lookForHoles(0);
      return asked() > 0;
    });
    await client.endAsync(true);
    await broker.stop();
    broker = await startBroker({ host: "127.0.0.1", port: Number(new URL(broker.url).port) });
    await until("the room on the next broker", () => room.connected());
    client = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    client.on("message", (where, payload) => heard.push({ topic: where, payload }));
    heard = [];
    await client.subscribeAsync(["greenlane/v1/linqu/centre/+/state", "greenlane/v1/linqu/huaan/+/event/+"], {
      qos: 1,
    });
    await until("the centre online", () => heard.some((one) => one.topic.includes("/centre/")));
    for (let look = 0; look < 3; look += 1) await room.lookForHoles(0);
    await client.publishAsync(topic("state"), encode({ ...birth, session: 2 }), { qos: 1, retain: true });
    await until("the receipt to the newborn", () => receipts().length > 0);
    expect(asked()).toBe(0);
    for (let look = 0; look < 3; look += 1) await room.lookForHoles(0);
    await until("a request", () => asked() > 0);
  });
});
