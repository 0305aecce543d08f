import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acknowledge, type Case, resolve, shelve } from "../../src/control-room/cases/case.ts";
import { factsOf } from "../../src/control-room/cases/filing.ts";
import type { Database } from "../../src/control-room/database/database.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { Desk } from "../../src/control-room/desk.ts";
import { LaneRegistry } from "../../src/control-room/lane-registry.ts";
import { AuditLog } from "../../src/control-room/store/audit.ts";
import { CaseStore } from "../../src/control-room/store/cases.ts";
import { EventStore, type Incoming } from "../../src/control-room/store/events.ts";
import { LaneStore } from "../../src/control-room/store/lanes.ts";
import { schemaFor } from "../../src/control-room/store/schema.ts";
import { type Instant, later, minutes, seconds } from "../../src/core/units.ts";
import type { Envelope } from "../../src/protocol/envelope.ts";
import { encode } from "../../src/protocol/parse.ts";
import { boot, envelope, epoch, HandClock, keepingLogger, until } from "./support/room.ts";

const src = "linqu/huaan/east-03";
const lane = { district: "linqu", site: "huaan", lane: "east-03" };
const red = { type: "red-code", level: "red", case: "person-1" } as const;

describe("the desk", () => {
  let db: Database;
  let clock: HandClock;
  let events: EventStore;
  let cases: CaseStore;
  let audit: AuditLog;
  let registry: LaneRegistry;
  let desk: Desk;
  let opened: Case[];
  let overdue: Case[];
  let hearing: boolean;
  beforeEach(async () => {
    db = openSqlite(":memory:");
    await db.migrate(schemaFor("sqlite"));
    clock = new HandClock();
    opened = [];
    overdue = [];
    events = new EventStore(db);
    audit = new AuditLog(db);
    cases = new CaseStore(db, audit, minutes(1), (one, stage) => {
      (stage === "open" ? opened : overdue).push(one);
      return [];
    });
    hearing = true;
    begin();
  });
  const begin = (): void => {
    registry = new LaneRegistry({
      store: new LaneStore(db),
      clock,
      logger: keepingLogger(),
      onBirth: (birth) => void events.announce([birth]),
    });
    desk = new Desk(
      {
        cases,
        events,
        registry,
        clock,
        logger: keepingLogger(),
        hearing: () => hearing,
      },
      seconds(60),
    );
  };
  /** The process ends and another begins on the same database. */
  const restart = async (): Promise<void> => {
    await desk.stop();
    await registry.stop();
    begin();
    await registry.start();
  };
  afterEach(async () => {
    await desk.stop();
    await db.stop();
  });

  const now = (): Instant => clock.wall().at;
  const ingest = (seq: number, change: Partial<Envelope> = {}) => {
    const body = envelope(src, seq, { at: new Date(now()).toISOString(), ...change });
    const row: Incoming = {
      src,
      epoch,
      seq,
      id: body.id,
      type: body.type,
      at: now(),
      received: now(),
      body: JSON.stringify(body),
      sealed: null,
      sealDay: null,
      shed: [],
      shedCount: 0,
      shedEpoch: epoch,
      facts: factsOf(body, now()),
    };
    return events.ingest([row]);
  };
  const file = async (count: number): Promise<Case> => {
    desk.wake();
    await until("the case", () => opened.length === count);
    clock.advance(200);
    const last = opened.at(-1);
    if (last === undefined) throw new Error("no case");
    return last;
  };
  const state = (payload: object, retained = false) =>
    registry.state(lane, {
      topic: "",
      payload: encode({ boot, session: 1, ...payload } as never),
      retained,
      acknowledge: () => {},
    });
  const birth = (change: object = {}) =>
    state({
      state: "online",
      epoch,
      version: "1",
      configVersion: 0,
      seqHead: 0,
      seqTail: 1,
      challenge: "AAAAAAAAAAAAAAAAAAAAAA",
      clock: "synced",
      ...change,
    });
  const current = async (id: string): Promise<Case> => {
    const [one] = await cases.get([id]);
    if (one === undefined) throw new Error("no case");
    return one;
  };

  it("escalates a red that nobody acknowledged within a minute, once, and enters it in the log", async () => {
    await ingest(1, red);
    const one = await file(1);
    clock.advance(59_000);
    await desk.tick();
    expect(overdue).toEqual([]);
    clock.advance(1_000);
    await desk.tick();
    await desk.tick();
    expect(overdue.map((each) => each.id)).toEqual([one.id]);
    expect((await audit.ofCase(one.id)).map((entry) => [entry.who, entry.action])).toEqual([["system", "escalate"]]);
  });

  it("leaves an acknowledged red and every yellow in peace", async () => {
    await ingest(1, red);
    const one = await file(1);
    await ingest(2, { case: "person-2" });
    await file(2);
    await cases.act(one.id, (each) => acknowledge(each, "li", now()), { who: "li", at: now(), action: "acknowledge" });
    clock.advance(600_000);
    await desk.tick();
    expect(overdue).toEqual([]);
  });

  it("counts from when the staff could know, so that an old backlog doesn't escalate as it arrives", async () => {
    await ingest(1, { ...red, at: new Date(now() - 7_200_000).toISOString() });
    await file(1);
    await desk.tick();
    expect(overdue).toEqual([]);
  });

  it("ends a shelf at its time", async () => {
    await ingest(1, { case: "person-3" });
    const one = await file(1);
    const until = later(now(), minutes(15));
    await cases.act(one.id, (each) => shelve(each, "li", now(), until, "reason"), {
      who: "li",
      at: now(),
      action: "shelve",
    });
    clock.advance(minutes(15) - 1);
    await desk.tick();
    expect((await current(one.id)).state).toBe("shelved");
    clock.advance(1);
    await desk.tick();
    expect((await current(one.id)).state).toBe("new");
    expect((await audit.ofCase(one.id)).at(-1)?.action).toBe("shelf-ended");
  });

  it("opens a case for a lane whose will came, a minute later, and says when it is back", async () => {
    birth();
    state({ state: "offline" });
    const all = () => cases.current(now(), 10);
    clock.advance(59_000);
    await desk.tick();
    expect(await all()).toEqual([]);
    clock.advance(1_000);
    await desk.tick();
    const [one] = await all();
    expect([one?.kind, one?.priority, one?.src]).toEqual(["lane-offline", 3, src]);
    birth({ session: 2 });
    await desk.tick();
    expect((await current(one?.id ?? "")).normalAt).toBe(now());
  });

  it("says nothing of a planned stop, nor of lanes while it doesn't hear the broker itself", async () => {
    birth();
    state({ state: "offline", planned: true });
    clock.advance(600_000);
    await desk.tick();
    expect(await cases.current(now(), 10)).toEqual([]);
    birth({ session: 2 });
    state({ state: "offline", session: 2 });
    hearing = false;
    clock.advance(600_000);
    await desk.tick();
    expect(await cases.current(now(), 10)).toEqual([]);
  });

  it("says nothing of a lane that restarted and was stopped as planned while the room didn't hear the broker", async () => {
    birth();
    registry.askAll();
    state({ state: "offline", boot: "018f0000-0000-7000-8000-0000000000aa", planned: true }, true);
    clock.advance(600_000);
    await desk.tick();
    expect(registry.get(src)).toMatchObject({ online: false, planned: true });
    expect(await cases.current(now(), 10)).toEqual([]);
  });

  it("opens a case for a lane that died together with its broker, a minute after the next one is reached", async () => {
    birth();
    const heard = now();
    hearing = false;
    clock.advance(300_000);
    await desk.tick();
    registry.askAll();
    hearing = true;
    expect(registry.get(src)?.online).toBe(false);
    clock.advance(59_000);
    await desk.tick();
    expect(await cases.current(now(), 10)).toEqual([]);
    clock.advance(1_000);
    await desk.tick();
    const found = (await cases.current(now(), 10)).map((one) => [one.kind, one.src, one.openedAt]);
    expect(found).toEqual([["lane-offline", src, heard]]);
  });

  it("opens no case and changes nothing of a lane whose connection outlived the room's own", async () => {
    birth({ session: 3 });
    const before = registry.get(src);
    const told: boolean[] = [];
    registry.onChange((one) => told.push(one.online));
    clock.advance(600_000);
    registry.askAll();
    state({ state: "offline", session: 2, planned: true });
    birth({ session: 3 });
    clock.advance(600_000);
    await desk.tick();
    expect(await cases.current(now(), 10)).toEqual([]);
    expect(registry.get(src)).toEqual({ ...before, heard: now() - 600_000 });
    expect(told).toEqual([true]);
  });

  it("tells the page of a lane that doesn't answer a new connection, once those that do have had the time", () => {
    birth();
    const told: boolean[] = [];
    registry.onChange((one) => told.push(one.online));
    registry.askAll();
    expect(told).toEqual([]);
    clock.advance(5_000);
    expect(told).toEqual([false]);
  });

  const absences = async () =>
    (await cases.current(now(), 10)).filter((one) => one.kind === "lane-offline" && one.state !== "resolved");

  it("says that a lane is back although the room was restarted while it was away", async () => {
    birth();
    state({ state: "offline" });
    clock.advance(60_000);
    await desk.tick();
    const [one] = await absences();
    await restart();
    clock.advance(600_000);
    await desk.tick();
    expect((await absences()).map(({ id }) => id)).toEqual([one?.id]);
    birth({ session: 2 });
    await desk.tick();
    expect((await current(one?.id ?? "")).normalAt).toBe(now());
  });

  it("dates a lane's absence after a restart from when it was last heard", async () => {
    birth();
    clock.advance(86_400_000);
    registry.heard(lane);
    const heard = now();
    await restart();
    clock.advance(60_000);
    await desk.tick();
    expect((await absences()).map((one) => one.openedAt)).toEqual([heard]);
  });

  it("leaves a resolved absence resolved, over a restart too, and tells of the next one", async () => {
    birth();
    state({ state: "offline" });
    clock.advance(60_000);
    await desk.tick();
    const [one] = await absences();
    await cases.act(one?.id ?? "", (each) => resolve(each, "li", now()), {
      who: "li",
      at: now(),
      action: "resolve",
    });
    await desk.tick();
    await restart();
    clock.advance(600_000);
    await desk.tick();
    expect(await absences()).toEqual([]);
    birth({ session: 2 });
    state({ state: "offline", session: 2 });
    clock.advance(60_000);
    await desk.tick();
    expect(await absences()).toHaveLength(1);
  });

  it("forgets a lane that was taken down, although the broker still retains its last word, until it speaks", async () => {
    const lanes = new LaneStore(db);
    const forget = () => lanes.forget(src, now(), async () => {});
    birth();
    await registry.save();
    expect(await forget()).toBe(false);
    state({ state: "offline" });
    await registry.save();
    clock.advance(1);
    expect(await forget()).toBe(true);
    await registry.save();
    expect(registry.all()).toEqual([]);
    await restart();
    state({ state: "offline" }, true);
    await registry.save();
    expect([registry.all(), await lanes.all()]).toEqual([[], []]);
    clock.advance(1);
    birth({ session: 2 });
    await registry.save();
    state({ state: "offline", session: 2 });
    expect(registry.get(src)?.online).toBe(false);
    expect(await lanes.forgotten()).toEqual(new Map());
  });

  it("opens a lane's case with the next round where one couldn't be committed", async () => {
    birth();
    state({ state: "offline" });
    clock.advance(60_000);
    await db.run("ALTER TABLE counter RENAME TO elsewhere");
    await desk.tick();
    await db.run("ALTER TABLE elsewhere RENAME TO counter");
    expect(await absences()).toEqual([]);
    await desk.tick();
    expect(await absences()).toHaveLength(1);
  });

  it("isn't fooled by a late will of an earlier connection or an earlier boot", () => {
    birth({ session: 5 });
    state({ state: "offline", session: 4 });
    state({ state: "offline", boot: "018f0000-0000-7000-8000-0000000000aa", session: 9 });
    expect(registry.get(src)?.online).toBe(true);
    state({ state: "offline", session: 5 });
    expect(registry.get(src)?.online).toBe(false);
  });

  it("opens one case for numbers that the lane no longer holds, and none for those on their way", async () => {
    await ingest(5);
    await file(1);
    const gaps = async () => (await cases.current(now(), 10)).filter((one) => one.kind === "gap");
    await events.announce([{ src, epoch, head: 9, tail: 1, at: now() }]);
    for (let n = 0; n < 20; n += 1) await desk.tick();
    expect(await gaps()).toEqual([]);
    await events.announce([{ src, epoch, head: 9, tail: 4, at: now() }]);
    for (let n = 0; n < 20; n += 1) await desk.tick();
    expect((await gaps()).map((one) => [one.detail.from, one.detail.to])).toEqual([[1, 3]]);
  });

  it("lets a gap's case be resolved, and tells what is missing beyond it, all holes in one case", async () => {
    const gaps = async () => (await cases.current(now(), 10)).filter((one) => one.kind === "gap");
    const rounds = async () => {
      for (let n = 0; n < 20; n += 1) await desk.tick();
    };
    const open = async () => {
      await rounds();
      return (await gaps())
        .filter((one) => one.state !== "resolved")
        .map(({ id, detail: { from, to, missing } }) => ({ id, from, to, missing }));
    };
    const resolved = (id: string) =>
      cases.act(id, (each) => resolve(each, "li", now()), { who: "li", at: now(), action: "resolve" });
    for (const seq of [3, 6, 9]) await ingest(seq, { case: `person-${seq}` });
    await events.announce([{ src, epoch, head: 12, tail: 6, at: now() }]);
    const [first] = await open();
    expect(first).toMatchObject({ from: 1, to: 5, missing: 4 });
    await events.announce([{ src, epoch, head: 12, tail: 8, at: now() }]);
    expect(await open()).toEqual([first]);
    await resolved(first?.id ?? "");
    const [second] = await open();
    expect(second).toMatchObject({ from: 7, to: 7, missing: 1 });
    await resolved(second?.id ?? "");
    expect(await open()).toEqual([]);
    await events.announce([{ src, epoch, head: 12, tail: 12, at: now() }]);
    expect(await open()).toMatchObject([{ from: 8, to: 11, missing: 3 }]);
  });

  it("opens one case for a lane that gave numbers out a second time", async () => {
    for (const seq of [41, 42]) {
      desk.numbersReused(src, seq);
      await desk.tick();
    }
    const found = (await cases.current(now(), 10)).map((one) => [one.kind, one.src, one.detail.seq]);
    expect(found).toEqual([["numbers-reused", src, 41]]);
  });
});
