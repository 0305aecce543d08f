import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EpochChange, Held } from "../../src/ports/outbox.ts";
import { OutboxStore } from "../../src/report/outbox/store.ts";
import { amount, figures, randomOf } from "./plan.ts";

const settings = { capacity: 8 * 1024 * 1024, reserve: false, synchronous: "FULL" } as const;
const body = (n: number): string =>
  JSON.stringify({
    src: "d/s/l",
    boot: "00000000-0000-7000-8000-000000000001",
    at: "2020-05-06T01:00:00.000Z",
    clock: "synced",
    mono: n,
    filler: "x".repeat(300),
  });

/** What a lane leaves behind when its power goes: a database, and a log with 200 of its 600 events in it. */
let template: string;
let given: Map<string, string>;
let folders: string[] = [];

const heldBy = (store: OutboxStore): Held[] => [
  ...store.list("alert", null, 100_000),
  ...store.list("system", null, 100_000),
];
const nameOf = ({ epoch, seq }: { epoch: string; seq: number }): string => `${epoch} ${seq}`;

beforeAll(() => {
  template = mkdtempSync(join(tmpdir(), "greenlane-damage-"));
  const live = mkdtempSync(join(tmpdir(), "greenlane-live-"));
  const store = new OutboxStore({ ...settings, directory: live }, () => {});
  store.open();
  for (let n = 0; n < 600; n += 1) store.put(n % 5 === 4 ? "system" : "alert", body(n));
  given = new Map(heldBy(store).map((held) => [nameOf(held), held.body]));
  cpSync(live, template, { recursive: true });
  store.close();
  rmSync(live, { recursive: true });
});
afterAll(() => {
  for (const folder of [template, ...folders]) rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly change: EpochChange | null;
  readonly kept: number;
  readonly ms: number;
}

/** Does something to a copy, opens it and checks what must hold whatever was done. */
function afterDamage(harm: (folder: string) => void): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "greenlane-harm-"));
  folders.push(folder);
  cpSync(template, folder, { recursive: true });
  harm(folder);
  const changes: EpochChange[] = [];
  const started = performance.now();
  const store = new OutboxStore({ ...settings, directory: folder }, (change) => changes.push(change));
  expect(store.open().usable).toBe(true);
  const position = store.put("alert", body(10_000));
  const ms = performance.now() - started;
  expect(given.has(nameOf(position)), "a number was given twice").toBe(false);
  const held = heldBy(store).filter((event) => nameOf(event) !== nameOf(position));
  const change = changes[0] ?? null;
  const bodies = new Set(given.values());
  for (const event of held) {
    // Only where nothing tells the old name any more does an event get a new one.
    if (change !== null && event.epoch === position.epoch)
      expect(bodies.delete(event.body), "an event changed").toBe(true);
    else expect(given.get(nameOf(event)), "an event came back changed").toBe(event.body);
  }
  if (held.length < given.size)
    expect(change, `${given.size - held.length} events vanished without a word`).not.toBeNull();
  if (change?.quarantined != null) expect(existsSync(join(folder, change.quarantined))).toBe(true);
  store.close();
  rmSync(folder, { recursive: true });
  folders = folders.filter((name) => name !== folder);
  return { change, kept: held.length, ms };
}

function flip(file: string, at: number, bit: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(file, bytes);
}

describe("fault 3: a damaged outbox", () => {
  it("is whole when nothing was done to it", () => {
    expect(readdirSync(template).sort()).toEqual(["outbox.db", "outbox.db-wal", "outbox.head"]);
    expect(afterDamage(() => {})).toMatchObject({ change: null, kept: 600 });
  });

  it.each(["outbox.db", "outbox.db-wal"])(
    "with one bit of %s flipped, in every region, serves at once, says so, and gives no number twice",
    (name) => {
      const random = randomOf(`flip ${name}`);
      const size = statSync(join(template, name)).size;
      const regions = amount({ quick: 40, full: 1000 });
      const outcomes = Array.from({ length: regions }, (_, n) =>
        afterDamage((folder) =>
          flip(join(folder, name), Math.floor(((n + random()) * size) / regions), Math.floor(random() * 8)),
        ),
      );
      const changed = outcomes.filter(({ change }) => change !== null);
      const kept = outcomes.map((outcome) => outcome.kept);
      figures(`3 (bit flips in ${name})`, {
        regions,
        "new epochs": changed.length,
        "events kept of 600, least": Math.min(...kept),
        mean: Math.round(kept.reduce((sum, n) => sum + n, 0) / regions),
        "slowest start ms": Math.round(Math.max(...outcomes.map(({ ms }) => ms))),
      });
      expect(changed.length).toBeGreaterThan(0);
    },
  );

  it("with a wrong bit in the epoch's own name, in either place where it stands, keeps the name", () => {
    const bytes = readFileSync(join(template, "outbox.db"));
    const [epoch = ""] = [...given.keys()][0]?.split(" ") ?? [];
    const places: number[] = [];
    for (let at = bytes.indexOf(epoch); at >= 0; at = bytes.indexOf(epoch, at + 1)) places.push(at);
    expect(places.length).toBeGreaterThanOrEqual(2);
    for (const place of places)
      for (let at = 0; at < epoch.length; at += 5) {
        const { change, kept } = afterDamage((folder) => flip(join(folder, "outbox.db"), place + at, at % 3));
        expect([kept, change?.previousEpoch ?? epoch]).toEqual([given.size, epoch]);
      }
  });

  it("whose older epoch has lost its name in both places gives its events new numbers, once", () => {
    const folder = mkdtempSync(join(tmpdir(), "greenlane-nameless-"));
    folders.push(folder);
    const changes: EpochChange[] = [];
    const opened = (): OutboxStore => {
      const store = new OutboxStore({ ...settings, directory: folder }, (change) => changes.push(change));
      store.open();
      return store;
    };
    const first = opened();
    for (let n = 0; n < 20; n += 1) first.put(n % 5 === 4 ? "system" : "alert", body(n));
    const { epoch: lost } = first.status();
    first.close();
    const file = join(folder, "outbox.db");
    flip(file, readFileSync(file).indexOf("filler"), 1);
    const second = opened();
    const kept = heldBy(second).map((held) => held.body);
    second.put("alert", body(100));
    second.close();
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf(lost); at >= 0; at = bytes.indexOf(lost, at + 1)) bytes.fill("?", at, at + 3);
    writeFileSync(file, bytes);
    for (let openings = 0; openings < 2; openings += 1) {
      const third = opened();
      const held = heldBy(third);
      third.close();
      expect(held.map((event) => event.body).sort()).toEqual([...kept, body(100)].sort());
      expect(new Set(held.map(nameOf)).size).toBe(held.length);
      expect(held.every((event) => /^[0-9a-f-]{36}$/.test(event.epoch))).toBe(true);
    }
    expect(changes.map((change) => change.why)).toEqual(["damaged", "damaged"]);
  });

  it.each(["outbox.db", "outbox.db-wal"])("with %s cut off anywhere says so and gives no number twice", (name) => {
    const random = randomOf(`cut ${name}`);
    const size = statSync(join(template, name)).size;
    const cuts = amount({ quick: 15, full: 300 });
    let told = 0;
    for (let n = 0; n < cuts; n += 1) {
      const { change } = afterDamage((folder) =>
        truncateSync(join(folder, name), Math.floor(((n + random()) * size) / cuts)),
      );
      if (change !== null) told += 1;
    }
    figures(`3 (${name} cut off)`, { cuts, "new epochs": told });
    expect(told).toBeGreaterThan(0);
  });

  it.each([
    ["the log deleted", (folder: string) => rmSync(join(folder, "outbox.db-wal")), "regressed"],
    ["the database deleted", (folder: string) => rmSync(join(folder, "outbox.db")), "missing"],
    [
      "the database overwritten with zeros",
      (folder: string) => writeFileSync(join(folder, "outbox.db"), Buffer.alloc(100_000)),
      "damaged",
    ],
    [
      "the database overwritten with text",
      (folder: string) => writeFileSync(join(folder, "outbox.db"), "not a database ".repeat(9000)),
      "damaged",
    ],
  ] as const)("with %s begins a new epoch", (_, harm, why) => {
    expect(afterDamage(harm).change).toMatchObject({ why, previousHead: 600 });
  });

  it("keeps what can be read of it under its old numbers", () => {
    const outcome = afterDamage((folder) => flip(join(folder, "outbox.db"), 200 * 1024 + 500, 3));
    expect(outcome.change?.salvaged ?? 600).toBeGreaterThan(590);
  });

  it("whose damage shows only while it runs is set aside then, and the event under way is stored", () => {
    const folder = mkdtempSync(join(tmpdir(), "greenlane-run-"));
    folders.push(folder);
    const changes: EpochChange[] = [];
    const store = new OutboxStore({ ...settings, synchronous: "OFF", directory: folder }, (change) =>
      changes.push(change),
    );
    store.open();
    for (let n = 0; n < 6000; n += 1) store.put("alert", body(n));
    // Pages that SQLite has in its cache are not read again: what it must read is far from the end.
    const file = join(folder, "outbox.db");
    const bytes = readFileSync(file);
    for (let page = 30; page < 900; page += 3) bytes.fill(0xa5, page * 1024, page * 1024 + 200);
    writeFileSync(file, bytes);
    const listed = store.list("alert", null, 9000);
    expect(changes).toMatchObject([{ why: "damaged", previousHead: 6000 }]);
    expect(listed.length).toBe(changes[0]?.salvaged);
    expect(store.put("alert", body(1))).toMatchObject({ seq: 1 });
    store.close();
  });
});
