import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { demoLane } from "../../src/demo-config.ts";
import { startBroker, type TestBroker } from "../support/broker.ts";
import { TestCentre } from "../support/centre.ts";
import { TcpProxy } from "../support/proxy.ts";
import { Listener } from "../web/support.ts";
import { Child } from "./child.ts";
import type { GreenChildInput } from "./green-child.ts";
import { amount, figures } from "./plan.ts";
import { Search } from "./planted.ts";

const root = resolve(import.meta.dirname, "../..");
const built = existsSync(join(root, "dist/ui/display/index.html"));
if (!built) process.stderr.write("green passages skipped: the pages are not built (npm run prepare)\n");

describe.skipIf(!built)("people with a green pass go through a whole lane", () => {
  let folder: string;
  let broker: TestBroker;
  let centre: TestCentre;
  let mqtt: TcpProxy;
  const wire: Buffer[] = [];
  const network: Buffer[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "greenlane-green-"));
    mkdirSync(join(folder, "kiosk"));
    wire.length = network.length = 0;
    broker = await startBroker();
    centre = new TestCentre({ district: demoLane.district, site: demoLane.site, lane: demoLane.lane });
    await centre.start(broker.url);
    mqtt = new TcpProxy(broker.port, (bytes) => wire.push(bytes));
  });
  afterEach(async () => {
    await mqtt.stop();
    await centre.stop();
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const filesOf = (place: string): Buffer[] =>
    readdirSync(place, { recursive: true, encoding: "utf8" })
      .map((name) => join(place, name))
      .filter((name) => statSync(name).isFile())
      .map((name) => readFileSync(name));

  /** The pages of a guard and of the street, connected through a proxy that keeps every byte. */
  async function openPages(port: number): Promise<{ messages: () => number; close: () => Promise<void> }> {
    const proxy = new TcpProxy(port, (bytes) => network.push(bytes));
    const through = Number(new URL(await proxy.start()).port);
    const origin = `http://127.0.0.1:${through}`;
    for (const page of ["/", "/guard"]) expect((await fetch(origin + page)).status).toBe(200);
    const answer = await fetch(`${origin}/guard/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json", origin },
      body: JSON.stringify({ pin: "023100" }),
    });
    const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const pages = [new Listener(through, "/live/display"), new Listener(through, "/live/guard", { cookie })];
    for (const page of pages) await page.until(({ told }) => told.length > 0);
    return {
      messages: () => pages.reduce((sum, { told }) => sum + told.length, 0),
      close: async () => {
        for (const { socket } of pages) socket.terminate();
        await proxy.stop();
      },
    };
  }

  async function run(people: number, leak: boolean) {
    // The centre says nothing: whatever was stored is still there when it is searched.
    centre.silent = true;
    const input: GreenChildInput = {
      folder: join(folder, "kiosk"),
      broker: await mqtt.start(),
      people,
      issued: join(folder, "issued"),
      snapshot: join(folder, "heap.heapsnapshot"),
      leak,
    };
    const child = new Child(join(root, "test/fault/green-child.ts"), input, ["--expose-gc", "--import", "tsx"]);
    await child.until((lines) => lines.some((line) => line.startsWith("PORT")));
    const pages = await openPages(Number(child.lines[0]?.slice(5)));
    child.tell("go");
    await child.until((lines) => lines.some((line) => line.startsWith("CODES")));
    const messages = pages.messages();
    await child.ended();
    await pages.close();
    const said = (word: string): string =>
      child.lines.find((line) => line.startsWith(word))?.slice(word.length + 1) ?? "";
    const search = new Search(readFileSync(input.issued, "latin1").trim().split("\n"));
    const heap = readFileSync(input.snapshot);
    const found = {
      "database and WAL": filesOf(input.folder).flatMap((file) => search.in(file)),
      logs: search.in(Buffer.from(child.stderr + child.lines.join("\n"))),
      MQTT: search.in(Buffer.concat(wire)),
      pages: search.in(Buffer.concat(network)),
      heap: search.in(heap),
    };
    const bytes = {
      files: filesOf(input.folder).reduce((sum, file) => sum + file.length, 0),
      logs: child.stderr.length,
      MQTT: wire.reduce((sum, part) => sum + part.length, 0),
      pages: network.reduce((sum, part) => sum + part.length, 0),
      heap: heap.length,
    };
    return { found, bytes, messages, through: Number(said("THROUGH")), codes: said("CODES") };
  }

  it("and leave nothing behind (P15): not in database, logs, MQTT, the pages' traffic, nor, after the pass's life, in memory", async () => {
    const people = amount({ quick: 300, full: 10_000 });
    const { found, bytes, messages, through, codes } = await run(people, false);
    figures("green passages", { people, through, "messages to pages": messages, ...bytes, "codes still held": codes });
    expect(through).toBe(people);
    expect(messages).toBeGreaterThan(people * 4);
    // Their sums arrived, so it is not that nothing was said.
    expect(Buffer.concat(wire).toString("latin1")).toContain('"persons":{');
    for (const [place, hits] of Object.entries(found)) expect(hits, place).toEqual([]);
    expect(codes).toBe(`0 of ${people * 2}`);
  });

  it("and one that does leave something is found in each of these places", async () => {
    const { found } = await run(3, true);
    for (const [place, hits] of Object.entries(found)) expect(hits, place).not.toEqual([]);
  });
});
