import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPostgres } from "../../src/control-room/database/postgres.ts";
import { TcpProxy } from "../support/proxy.ts";
import { postgresPrograms, type Server, startPostgres } from "./support/postgres.ts";
import { until } from "./support/room.ts";

const programs = postgresPrograms();
if (programs === null)
  process.stderr.write("postgres-listener.test: no PostgreSQL server installed (Debian: postgresql); left out\n");

describe.skipIf(programs === null)("what listens to PostgreSQL", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startPostgres(programs ?? "", ["fsync=off"]);
  }, 60_000);
  afterAll(() => server.stop());

  it("notices a server that is gone without a word, connects again, and then hears that anything may have changed", async () => {
    const straight = await server.database();
    const proxy = new TcpProxy(Number(new URL(straight).port));
    const behind = new URL(straight);
    behind.port = new URL(await proxy.start()).port;
    const db = await openPostgres({ url: behind.href, beat: 300 });
    const heard: string[] = [];
    db.onNotify("cases", (payload) => heard.push(payload));
    const other = await openPostgres({ url: straight });
    await until("the listener in place", async () => {
      await other.notify(other, "cases", "one");
      return heard.includes("one");
    });
    const before = proxy.connections;
    proxy.blackHole(true);
    await until("the dead connection given up", () => proxy.connections > before);
    proxy.blackHole(false);
    await until("a new connection", () => heard.includes("*"), 20_000);
    await other.notify(other, "cases", "two");
    await until("what is told on it", () => heard.includes("two"));
    await other.stop();
    await db.stop();
    await proxy.stop();
    expect(heard.filter((one) => one === "two")).toHaveLength(1);
  });

  it("ends although the server doesn't answer any more", async () => {
    const straight = await server.database();
    const proxy = new TcpProxy(Number(new URL(straight).port));
    const behind = new URL(straight);
    behind.port = new URL(await proxy.start()).port;
    const db = await openPostgres({ url: behind.href });
    proxy.blackHole(true);
    await db.stop();
    await proxy.stop();
  });
});
