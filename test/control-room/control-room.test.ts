import mqtt, { type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/control-room/broker.ts";
import { type ControlRoom, startControlRoom } from "../../src/control-room/control-room.ts";
import { encode, parseCentreState, parseReceipt, parseRequest } from "../../src/protocol/parse.ts";
import { envelope, epoch, folder, keepingLogger, noPages, roomConfig, until } from "./support/room.ts";

const src = "linqu/huaan/east-03";
const alert = `greenlane/v1/${src}/event/alert`;

describe("the control room on the embedded broker", () => {
  const place = folder();
  let broker: Broker;
  let room: ControlRoom;
  let lane: MqttClient;
  let heard: { topic: string; payload: Buffer }[];

  beforeEach(async () => {
    broker = await startBroker({ host: "127.0.0.1", port: 0 });
    room = await startControlRoom(roomConfig(place.path, broker.url), {
      logger: keepingLogger(),
      pages: noPages(place.path),
    });
    lane = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    heard = [];
    lane.on("message", (topic, payload) => heard.push({ topic, payload }));
    await lane.subscribeAsync(["greenlane/v1/linqu/centre/+/state", `greenlane/v1/${src}/event/+`], { qos: 1 });
    await until("the centre online", () => heard.some((one) => one.topic.includes("/centre/")));
  });
  afterEach(async () => {
    await lane.endAsync(true);
    await room.stop();
    await broker.stop();
    place.remove();
  });

  const receipts = () =>
    heard
      .filter((one) => one.topic.endsWith("/receipt"))
      .map((one) => {
        const parsed = parseReceipt(one.payload);
        if (!parsed.ok) throw new Error("not a receipt");
        return parsed.value;
      });

  it("says that it is there, stores what comes and sends a receipt for exactly that", async () => {
    const [state] = heard;
    expect(state && parseCentreState(state.payload)).toMatchObject({ ok: true, value: { state: "online", id: "a" } });
    for (const seq of [1, 2, 3, 6, 7, 9]) await lane.publishAsync(alert, encode(envelope(src, seq)), { qos: 1 });
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
    for (const seq of [1, 2, 1, 2, 1]) await lane.publishAsync(alert, encode(envelope(src, seq)), { qos: 1 });
    await until("all handled", () => room.figures().stored + room.figures().duplicates === 5);
    expect(room.figures()).toMatchObject({ stored: 2, duplicates: 3 });
    await until("the receipt for both", () => receipts().at(-1)?.upTo === 2);
  });

  it("takes a lane's word for itself only, and nothing that the schema does not know", async () => {
    await lane.publishAsync(alert, encode(envelope("linqu/huaan/west-01", 1)), { qos: 1 });
    await lane.publishAsync(alert, Buffer.from("{"), { qos: 1 });
    await lane.publishAsync(alert, Buffer.alloc(9_000, 32), { qos: 1 });
    await until("all refused", () => room.figures().refused === 3);
    expect(room.figures().stored).toBe(0);
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
    await lane.publishAsync(`greenlane/v1/${src}/state`, encode(birth), { qos: 1, retain: true });
    await lane.publishAsync(alert, encode(envelope(src, 1)), { qos: 1 });
    await until("stored", () => room.figures().stored === 1);
    await room.lookForHoles(0);
    expect(room.figures().requests).toBe(0);
    await room.lookForHoles(0);
    await until("a request", () => heard.some((one) => one.topic.endsWith("/request")));
    const asked = heard.find((one) => one.topic.endsWith("/request"));
    expect(asked && parseRequest(asked.payload)).toMatchObject({ ok: true, value: { epoch, from: 2, count: 200 } });
  });
});
