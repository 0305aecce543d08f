import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fastifyCookie from "@fastify/cookie";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { backups } from "../../src/control-room/backups.ts";
import type { Database } from "../../src/control-room/database/database.ts";
import type { RoomView } from "../../src/control-room/room-view.ts";
import { decorate } from "../../src/control-room/server/door.ts";
import { liveRoute } from "../../src/control-room/server/live.ts";
import type { PeopleStore } from "../../src/control-room/store/people.ts";
import { folder, HandClock, keepingLogger, roomConfig, until } from "./support/room.ts";

const full = (): Promise<never> => Promise.reject(new Error("database or disk is full"));

/** A rejection that nobody hears would end the process, and fails the test's run. */
describe("a store that fails", () => {
  const place = folder();
  let clock: HandClock;
  let app: FastifyInstance;
  beforeEach(() => {
    clock = new HandClock();
    app = Fastify();
  });
  afterEach(() => app.close());
  afterAll(() => place.remove());

  it("ends neither the process nor the page that is open, which is asked for again", async () => {
    const session = { operator: { id: "li", role: "watcher", mustChange: false }, csrf: "c" };
    let asked = 0;
    const answers = [async () => session, full, full, async () => null];
    const people = { session: () => (answers[asked++] ?? full)() } as unknown as PeopleStore;
    const view = { lanes: () => [], cases: () => [], listen: () => () => {} } as unknown as RoomView;
    decorate(app);
    await app.register(fastifyCookie);
    await app.register(fastifyWebsocket);
    liveRoute(app, { people, clock, secure: false }, view, roomConfig(place.path, "mqtt://127.0.0.1:1"));
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    const socket = new WebSocket(`${address.replace("http", "ws")}/live`, { headers: { origin: address } });
    let told = 0;
    let closed: number | null = null;
    socket.on("message", () => (told += 1));
    socket.on("close", (code) => (closed = code));
    await until("the page", () => told === 4);
    clock.advance(60_000);
    await until("two questions", () => asked === 3);
    expect(closed).toBeNull();
    clock.advance(30_000);
    await until("the end of the session", () => closed === 4401);
  });

  it("is told in the log where a backup was made and could not be entered", async () => {
    const logger = keepingLogger();
    const copy = async (to: string, name: string): Promise<string> => {
      writeFileSync(join(to, `${name}.db`), "");
      return join(to, `${name}.db`);
    };
    const database = { kind: "sqlite", backup: copy };
    const settings = { folder: place.path, everyHours: 1, keep: 2 };
    const end = backups(settings, {
      database: database as unknown as Database,
      audit: { record: full },
      clock,
      logger,
    });
    clock.advance(3_600_000);
    await until("its line", () => logger.lines.length === 1);
    end();
    expect(logger.lines[0]).toMatchObject({
      level: "error",
      fields: { code: "GL-6018", error: "database or disk is full" },
    });
  });
});
