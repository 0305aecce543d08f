import { exportJWK, generateKeyPair, type JWK } from "jose";
import mqtt, { type MqttClient } from "mqtt";
import type { Browser, Page } from "playwright-core";
import { type Broker, startBroker } from "../../src/control-room/broker.ts";
import type { Case } from "../../src/control-room/cases/case.ts";
import { type ControlRoom, startControlRoom } from "../../src/control-room/control-room.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { schemaFor } from "../../src/control-room/store/schema.ts";
import { instant } from "../../src/core/units.ts";
import type { Envelope } from "../../src/protocol/envelope.ts";
import { encode } from "../../src/protocol/parse.ts";
import { districtKey, sealSubject } from "../../src/protocol/seal.ts";
import { uuidV7 } from "../../src/protocol/uuid.ts";
import { folder, keepingLogger, roomConfig, until } from "../control-room/support/room.ts";

const name = (zh: string, en: string) => ({ zh, en });
const lanes = (...list: readonly (readonly [id: string, zh: string, en: string, x?: number, y?: number])[]) =>
  list.map(([id, zh, en, x, y]) => ({ id, name: name(zh, en), ...(x === undefined ? {} : { x, y }) }));

/** A small district with invented places. */
export const places = {
  subdistricts: [
    { id: "chengguan", name: name("城关街道", "Chengguan") },
    { id: "dongcheng", name: name("东城街道", "Dongcheng") },
    { id: "wujing", name: name("五井镇", "Wujing") },
  ],
  sites: [
    {
      id: "huaan",
      name: name("华安小区", "Huaan"),
      subdistrict: "chengguan",
      lanes: lanes(
        ["east-03", "东门 03 入", "East 03 in", 0.78, 0.3],
        ["east-04", "东门 04 出", "East 04 out", 0.78, 0.6],
        ["west-01", "西门 01 入", "West 01 in", 0.22, 0.3],
        ["west-02", "西门 02 出", "West 02 out", 0.22, 0.6],
      ),
    },
    {
      id: "hospital",
      name: name("县医院", "County hospital"),
      subdistrict: "chengguan",
      lanes: lanes(["out-01", "门诊楼 01 入", "Clinic 01 in"], ["in-01", "住院部 01 入", "Ward 01 in"]),
    },
    {
      id: "wanda",
      name: name("万达广场", "Wanda Plaza"),
      subdistrict: "dongcheng",
      lanes: lanes(["lane-01", "1 入", "1 in"], ["lane-02", "2 入", "2 in"], ["lane-03", "3 入", "3 in"]),
    },
    {
      id: "scenic",
      name: name("景区南门", "Scenic south"),
      subdistrict: "wujing",
      lanes: lanes(["lane-01", "01 入", "01 in"], ["lane-02", "02 入", "02 in"]),
    },
  ],
};

export interface Seeded {
  readonly room: ControlRoom;
  readonly broker: Broker;
  readonly lane: MqttClient;
  readonly privateKey: JWK;
  /** Publishes the next event of a lane. */
  send(src: string, change: Partial<Envelope>): Promise<void>;
  /** As `send` with an encrypted subject. */
  sendPerson(src: string, subject: string, change: Partial<Envelope>): Promise<void>;
  birth(src: string, head?: number, tail?: number): Promise<void>;
  death(src: string): Promise<void>;
  /** Resolves when everything sent is on disk. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const boot = uuidV7(1);

/** A control room with an embedded broker, three operators (one of each role) and a hand on the lanes. */
export async function seededRoom(openCases: readonly Case[] = []): Promise<Seeded> {
  const place = folder();
  const broker = await startBroker({ host: "127.0.0.1", port: 0 });
  const config = roomConfig(place.path, broker.url, places);
  if (openCases.length > 0 && config.database.kind === "sqlite") await fill(config.database.file, openCases);
  const room = await startControlRoom(config, {
    logger: keepingLogger(),
    passwordCost: 2 ** 10,
  });
  for (const role of ["watcher", "operator", "supervisor"] as const)
    await room.people.put(role, role, `a-good-password-${role}`, instant(Date.now()), false);
  const pair = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
  const district = await districtKey(await exportJWK(pair.publicKey));
  const lane = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
  const next = new Map<string, number>();
  const epochs = new Map<string, string>();
  let sent = 0;
  const epochOf = (src: string): string => {
    const known = epochs.get(src) ?? uuidV7(epochs.size + 2);
    epochs.set(src, known);
    return known;
  };
  const send = async (src: string, changeOf: Partial<Envelope>): Promise<void> => {
    const seq = (next.get(src) ?? 0) + 1;
    next.set(src, seq);
    const at = Date.now();
    const envelope: Envelope = {
      v: 1,
      id: uuidV7(at),
      src,
      type: "yellow-code",
      category: "health",
      level: "yellow",
      epoch: epochOf(src),
      boot,
      seq,
      at: new Date(at).toISOString(),
      clock: "synced",
      mono: seq,
      late: false,
      routing: ["subdistrict", "epidemic-control"],
      case: null,
      tries: 1,
      reasons: [],
      ...changeOf,
    };
    next.set(src, envelope.seq);
    sent += 1;
    await lane.publishAsync(`greenlane/v1/${src}/event/alert`, encode(envelope), { qos: 1 });
  };
  return {
    room,
    broker,
    lane,
    privateKey: { ...(await exportJWK(pair.privateKey)), kid: "district" },
    send,
    sendPerson: async (src, subject, changeOf) =>
      send(src, { subject: await sealSubject(subject, district), ...changeOf }),
    birth: async (src, head = 0, tail = 1) => {
      const birth = {
        state: "online" as const,
        epoch: epochOf(src),
        boot,
        session: 1,
        version: "0.1.0",
        configVersion: 0,
        seqHead: head,
        seqTail: tail,
        challenge: "AAAAAAAAAAAAAAAAAAAAAA",
        clock: "synced" as const,
      };
      await lane.publishAsync(`greenlane/v1/${src}/state`, encode(birth), { qos: 1, retain: true });
    },
    death: async (src) => {
      const death = { state: "offline" as const, boot, session: 1 };
      await lane.publishAsync(`greenlane/v1/${src}/state`, encode(death), { qos: 1, retain: true });
    },
    settled: () => until("everything stored", () => room.figures().stored + room.figures().duplicates === sent, 60_000),
    stop: async () => {
      await lane.endAsync(true);
      await room.stop();
      await broker.stop();
      place.remove();
    },
  };
}

/** Cases that are there when the control room starts, past the broker and the desk. */
async function fill(file: string, cases: readonly Case[]): Promise<void> {
  const db = openSqlite(file);
  await db.migrate(schemaFor("sqlite"));
  const text = ["id", "key", "state", "src", "doc"].map((name) => ({ name, type: "text" as const }));
  const whole = ["priority", "opened", "last_at", "rev"].map((name) => ({ name, type: "int" as const }));
  const rows = cases.map((one) => [
    ...[one.id, one.key, one.state, one.src, JSON.stringify(one)],
    ...[one.priority, one.openedAt, one.lastAt, one.rev],
  ]);
  await db.transaction((session) => session.insertMany("cases", [...text, ...whole], rows));
  await db.stop();
}

/** A quarter of an hour of an ordinary morning, with a flood of yellow at the mall where asked for. */
export async function morning(room: Seeded, flood: number): Promise<void> {
  const all = places.sites.flatMap((site) => site.lanes.map((one) => `linqu/${site.id}/${one.id}`));
  for (const src of all) await room.birth(src);
  await room.sendPerson("linqu/huaan/east-03", "SD-370724-0001", {
    type: "red-code",
    level: "red",
    case: "p-1",
    temperature: 36.8,
    reasons: ["red"],
  });
  await room.sendPerson("linqu/huaan/east-03", "SD-370724-0001", {
    type: "red-code",
    level: "red",
    case: "p-1",
    tries: 3,
    reasons: ["red"],
  });
  await room.send("linqu/hospital/out-01", { type: "tamper", category: "security", level: "red", routing: ["site"] });
  for (let n = 0; n < flood; n += 1)
    await room.sendPerson(`linqu/wanda/lane-0${1 + (n % 3)}`, `SD-${n}`, { case: `w-${n}`, reasons: ["yellow"] });
  await room.sendPerson("linqu/huaan/west-01", "SD-2", {
    case: "p-2",
    temperature: 37.6,
    tries: 2,
    reasons: ["yellow", "fever"],
  });
  await room.send("linqu/wanda/lane-01", { type: "forced-passage", category: "security", routing: ["site"] });
  await room.send("linqu/huaan/east-04", {
    type: "unanswered-call",
    category: "system",
    level: "none",
    routing: ["site"],
  });
  await room.send("linqu/hospital/in-01", {
    type: "trouble",
    category: "device",
    level: "none",
    routing: [],
    detail: { code: "GL-2110" },
  });
  await room.settled();
  for (const src of ["linqu/scenic/lane-01", "linqu/scenic/lane-02"]) await room.death(src);
}

/** A page of the room with somebody signed in; `first` runs in it before its own scripts. */
export async function signIn(browser: Browser, room: Seeded, id: string, first: () => void = () => {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.addInitScript(first);
  await page.goto(room.room.url);
  await page.fill("[name=id]", id);
  await page.fill("[name=password]", `a-good-password-${id}`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".head .clock");
  return page;
}
