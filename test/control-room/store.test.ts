import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acknowledge, type Case, escalate, resolve, shelve } from "../../src/control-room/cases/case.ts";
import { type Filed, factsOf } from "../../src/control-room/cases/filing.ts";
import type { Database } from "../../src/control-room/database/database.ts";
import { openPostgres } from "../../src/control-room/database/postgres.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { type Arrival, Checker } from "../../src/control-room/intake/check.ts";
import { StoreIntake } from "../../src/control-room/intake/intake.ts";
import { backup, Eraser } from "../../src/control-room/retention/eraser.ts";
import { dayOf, KeyRing } from "../../src/control-room/retention/key-ring.ts";
import { AuditLog } from "../../src/control-room/store/audit.ts";
import { CaseStore } from "../../src/control-room/store/cases.ts";
import { EventStore, type Incoming } from "../../src/control-room/store/events.ts";
import { NoteStore } from "../../src/control-room/store/notes.ts";
import { NoticeStore } from "../../src/control-room/store/notices.ts";
import { PeopleStore } from "../../src/control-room/store/people.ts";
import { prepareSchema } from "../../src/control-room/store/schema.ts";
import { absence, gapsUpTo } from "../../src/control-room/store/told.ts";
import { type Instant, later, minutes } from "../../src/core/units.ts";
import type { Envelope } from "../../src/protocol/envelope.ts";
import { encode } from "../../src/protocol/parse.ts";
import { contains, type Ranges, size } from "../../src/protocol/ranges.ts";
import { postgresPrograms, type Server, startPostgres } from "./support/postgres.ts";
import { envelope, epoch, folder, HandClock, keepingLogger, someJwe } from "./support/room.ts";

const src = "linqu/huaan/east-03";
const day = 86_400_000;
const subject = "SD-370724-199001010018";
const temperature = 37.987;
const programs = postgresPrograms();
if (programs === null)
  process.stderr.write("store.test: no PostgreSQL server installed (Debian: postgresql); its half is left out\n");

function incoming(
  seq: number,
  at: Instant,
  keys: KeyRing | null = null,
  change: Parameters<typeof envelope>[2] = {},
): Incoming {
  const body = envelope(src, seq, { at: new Date(at).toISOString(), ...change });
  const sealDay = keys === null ? null : dayOf(at) + 14;
  const place = `${src} ${epoch} ${seq}`;
  return {
    src,
    epoch,
    seq,
    id: body.id,
    type: body.type,
    at,
    received: at,
    body: JSON.stringify(body),
    sealed: keys === null || sealDay === null ? null : keys.seal({ subject, temperature }, sealDay, place),
    sealDay,
    shed: body.shed?.ranges ?? [],
    shedCount: body.shed?.count ?? 0,
    shedEpoch: body.shed?.epoch ?? epoch,
    facts: factsOf(body, at),
  };
}

const kinds = [{ name: "SQLite" as const }, ...(programs === null ? [] : [{ name: "PostgreSQL" as const }])];
describe.each(kinds)("the store on $name", ({ name }) => {
  const place = folder();
  let server: Server | null = null;
  let made = 0;
  let db: Database;
  let clock: HandClock;
  let events: EventStore;
  let audit: AuditLog;
  let cases: CaseStore;
  let opened: Case[];
  let file = "";

  beforeAll(async () => {
    if (name === "PostgreSQL" && programs !== null) server = await startPostgres(programs, ["fsync=off"]);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    place.remove();
  });
  beforeEach(async () => {
    made += 1;
    file = join(place.path, `${made}.db`);
    db =
      server === null
        ? openSqlite(file)
        : await openPostgres({ url: await server.database(), dump: join(server.programs, "pg_dump") });
    await prepareSchema(db);
    // Once more: a second process on the same database finds everything there.
    await prepareSchema(db);
    clock = new HandClock();
    events = new EventStore(db);
    audit = new AuditLog(db);
    opened = [];
    cases = new CaseStore(db, audit, minutes(1), (one) => {
      opened.push(one);
      return [];
    });
  });
  afterEach(() => db.stop());
  const now = (): Instant => clock.wall().at;
  const fileAll = async () => (await cases.file(now(), 500)).filed;

  it.runIf(name === "PostgreSQL")(
    "fails a transaction whose connection is lost, and goes on with the next",
    async () => {
      const lost = db.transaction(async (session) => {
        const [row] = await session.all<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        await db.all("SELECT pg_terminate_backend($1)", row?.pid ?? 0);
        const gone = "SELECT count(*)::int AS left FROM pg_stat_activity WHERE pid = $1";
        while ((await db.all<{ left: number }>(gone, row?.pid ?? 0))[0]?.left !== 0);
        await session.run("DELETE FROM lane");
      });
      await expect(lost).rejects.toThrow();
      await db.transaction((session) => session.run("DELETE FROM lane"));
    },
  );

  it("refuses a database of an earlier form, and leaves it as it is", async () => {
    await db.run("ALTER TABLE note RENAME COLUMN sealed TO text");
    await expect(prepareSchema(db)).rejects.toThrow(/GL-6017.*note\.sealed/);
    expect(await db.all("SELECT text FROM note")).toEqual([]);
  });

  it("keeps every event once whatever the order, the batches and the repetitions, and covers exactly those", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }), { maxLength: 8 }),
        async (batches) => {
          run += 1;
          const lane = `linqu/huaan/l-${run}`;
          const before = await events.size();
          let covered: Ranges = [];
          const fresh: number[] = [];
          for (const batch of batches)
            for (const coverage of await events.ingest(batch.map((seq) => ({ ...incoming(seq, now()), src: lane })))) {
              covered = coverage.covered;
              fresh.push(...coverage.fresh);
            }
          const wanted = new Set(batches.flat());
          expect(new Set(fresh)).toEqual(wanted);
          expect(fresh.length).toBe(wanted.size);
          expect(size(covered)).toBe(wanted.size);
          expect([...wanted].every((seq) => contains(covered, seq))).toBe(true);
          expect((await events.size()) - before).toBe(wanted.size);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("lets several collectors store one lane's events at once, without a loss and without a deadlock", async () => {
    const other = new EventStore(db);
    const lanes = ["linqu/a/1", "linqu/b/1", "linqu/c/1"];
    const batch = (from: number): Incoming[] =>
      Array.from({ length: 30 }, (_, at) => ({
        ...incoming(from + Math.floor(at / 3), now()),
        src: lanes[at % 3] ?? "",
      }));
    await Promise.all(
      [1, 6, 11, 16, 21, 26].map((from, at) => (at % 2 === 0 ? events : other).ingest(batch(from).reverse())),
    );
    const streams = await events.streams();
    expect(streams.map((one) => one.have)).toEqual([[[1, 35]], [[1, 35]], [[1, 35]]]);
    expect(await events.size()).toBe(105);
  });

  it("keeps both of two events with one number, each once, and names the number", async () => {
    const second = incoming(7, now(), null, { id: "018f0000-0000-7000-8000-0000000000aa" });
    const third = incoming(7, now(), null, { id: "018f0000-0000-7000-8000-0000000000ab" });
    const reused = async (batch: readonly Incoming[]) => (await events.ingest(batch))[0]?.reused;
    expect(await reused([incoming(7, now()), incoming(7, now())])).toEqual([]);
    expect(await reused([second, second])).toEqual([7]);
    expect(await reused([incoming(7, now()), second, third])).toEqual([7]);
    expect(await reused([third, incoming(8, now()), incoming(8, now()), incoming(7, now())])).toEqual([]);
    expect(await events.size()).toBe(4);
    expect(await events.stream(src, epoch)).toMatchObject({ have: [[7, 8]] });
  });

  it("counts a tombstone of an older epoch there, once, and explains no number of the event's own with it", async () => {
    const older = epoch.replace(/.$/, "0");
    const shed = { ranges: [[1, 2] as [number, number]], kind: "system" as const, count: 2, epoch: older };
    const grave = incoming(3, now(), null, { type: "shed", shed });
    for (let time = 0; time < 2; time += 1) {
      const coverages = await events.ingest([grave]);
      expect(coverages.find((one) => one.epoch === epoch)?.covered).toEqual([[3, 3]]);
      expect(coverages.find((one) => one.epoch === older)?.covered).toEqual([[1, 2]]);
    }
    expect(await events.stream(src, older)).toMatchObject({ have: [], shed: [[1, 2]], shedCount: 2 });
    expect(await events.stream(src, epoch)).toMatchObject({ have: [[3, 3]], shed: [], shedCount: 0 });
  });

  it("counts what a tombstone explains as covered, and names what nobody explains", async () => {
    const shed = { ranges: [[3, 5] as [number, number]], kind: "system" as const, count: 3 };
    await events.ingest([incoming(1, now()), incoming(6, now(), null, { type: "shed", shed })]);
    const [coverage] = await events.ingest([incoming(9, now())]);
    expect(coverage?.covered).toEqual([
      [1, 1],
      [3, 6],
      [9, 9],
    ]);
    await events.claimHoles(now(), now(), 10);
    const holes = await events.claimHoles(now(), now(), 10);
    expect(holes).toEqual([{ src, epoch, from: 2, to: 2 }]);
  });

  it("makes one case of one person's tries within ten minutes, and a second one after that", async () => {
    for (const [seq, at] of [
      [1, 0],
      [2, 4],
      [3, 13],
      [4, 30],
    ] as const)
      await events.ingest([
        incoming(seq, later(now(), minutes(at)), null, { case: "person-1", level: "red", type: "red-code" }),
      ]);
    await fileAll();
    expect(opened.length).toBe(2);
    const [first, second] = (await cases.get(opened.map((one) => one.id))).sort((a, b) => a.openedAt - b.openedAt);
    expect([first?.tries, second?.tries, first?.priority]).toEqual([3, 1, 1]);
    expect((await events.ofCase(first?.id ?? "")).map((event) => event.seq)).toEqual([1, 2, 3]);
  });

  describe("an intake", () => {
    const taking = (into = cases) => {
      const checker = new Checker(new KeyRing(join(place.path, `keys-${made}`)), 14);
      const intake = new StoreIntake({ store: events, cases: into });
      return { take: (batch: readonly Arrival[]) => intake.store(checker.check(batch)) };
    };
    const arrivals = (...envelopes: readonly Envelope[]): Arrival[] =>
      envelopes.map((one) => ({ src, payload: encode(one), received: now() }));
    const trouble = (seq: number, type: "trouble" | "trouble-cleared") =>
      envelope(src, seq, { type, category: "device", level: "none", detail: { code: "GL-2031" }, reasons: [] });
    const red = (seq: number, person: string) =>
      envelope(src, seq, { type: "red-code", level: "red", case: person, subject: someJwe });

    it("stores and files in one transaction, and numbers the cases without a gap", async () => {
      const taken = await taking().take(arrivals(red(1, "a"), red(2, "a"), red(3, "b")));
      expect(taken).toMatchObject({ unfiled: false, filingFailed: null });
      await taking().take(arrivals(red(4, "c")));
      expect(opened.map((one) => one.id.slice(-4))).toEqual(["0001", "0002", "0003"]);
      expect((await events.ofCase(opened[0]?.id ?? "")).map((event) => event.seq)).toEqual([1, 2]);
      expect(await fileAll()).toBe(0);
      expect((await cases.get(taken.cases)).map((one) => [one.tries, one.hasSubject])).toEqual([
        [2, true],
        [1, true],
      ]);
    });

    it("is not stopped by a text that the database doesn't take", async () => {
      expect(await taking().take(arrivals(red(1, "a\u0000\ud800b"), red(2, "a\u0000\ud800b")))).toMatchObject({
        unfiled: false,
        filingFailed: null,
      });
      expect(opened.length).toBe(1);
    });

    it("files what was left before what comes, so that a trouble's end finds its case", async () => {
      await events.ingest([incoming(1, now(), null, trouble(1, "trouble"))]);
      await taking().take(arrivals(trouble(2, "trouble-cleared")));
      const [one] = await cases.current(now(), 10);
      expect([one?.kind, one?.normalAt !== null, (await events.ofCase(one?.id ?? "")).length]).toEqual([
        "trouble",
        true,
        2,
      ]);
    });

    it("stores what it can't file, and the desk files it later", async () => {
      const broken = new CaseStore(db, audit, minutes(1), () => {
        throw new Error("a fault");
      });
      const taken = await taking(broken).take(arrivals(red(1, "a")));
      expect(taken).toMatchObject({ unfiled: true, filingFailed: "a fault", cases: [] });
      expect(taken.coverages[0]?.covered).toEqual([[1, 1]]);
      expect(await cases.current(now(), 10)).toEqual([]);
      expect(await fileAll()).toBe(1);
      expect(opened.map((one) => one.id.slice(-4))).toEqual(["0001"]);
    });

    it("files the others where one can't be filed, and that one once it can", async () => {
      const { cases: ids } = await taking().take(arrivals(red(1, "a")));
      const [before] = await db.all("SELECT doc FROM cases WHERE id = $1", ids[0] ?? "");
      await db.run("UPDATE cases SET doc = '{' WHERE id = $1", ids[0] ?? "");
      await events.ingest([2, 3, 4].map((seq) => incoming(seq, now(), null, red(seq, seq === 3 ? "a" : "b"))));
      expect(await cases.file(now(), 500)).toMatchObject({ filed: 2, failed: { name: "SyntaxError" } });
      expect((await events.ofCase(opened.at(-1)?.id ?? "")).map((event) => event.seq)).toEqual([2, 4]);
      await db.run("UPDATE cases SET doc = $1 WHERE id = $2", String(before?.doc), ids[0] ?? "");
      expect(await fileAll()).toBe(0);
      clock.advance(minutes(1));
      expect(await fileAll()).toBe(1);
      expect((await events.ofCase(ids[0] ?? "")).map((event) => event.seq).sort()).toEqual([1, 3]);
    });

    it("says so where nothing can be filed, and puts nothing aside for it", async () => {
      let fault = true;
      const desk = new CaseStore(db, audit, minutes(1), () => {
        if (fault) throw new Error("a fault");
        return [];
      });
      await events.ingest([1, 2].map((seq) => incoming(seq, now(), null, red(seq, `${seq}`))));
      await expect(desk.file(now(), 500)).rejects.toThrow("a fault");
      fault = false;
      expect(await desk.file(now(), 500)).toEqual({ filed: 2, failed: null });
    });

    it.runIf(name === "PostgreSQL")("doesn't wait for a case that another process holds fast", async () => {
      const { cases: ids } = await taking().take(arrivals(red(1, "a")));
      await db.transaction(async (held) => {
        await held.all("SELECT id FROM cases WHERE id = $1 FOR UPDATE", ids[0] ?? "");
        const taken = await taking().take(arrivals(red(2, "a"), red(3, "b")));
        expect(taken).toMatchObject({ unfiled: true, cases: [] });
        expect(taken.filingFailed).toContain("lock timeout");
        expect(taken.coverages[0]?.covered).toEqual([[1, 3]]);
      });
      expect(await fileAll()).toBe(2);
      expect(opened.length).toBe(2);
    });

    it("opens no case that nobody is told of: both are on disk together", async () => {
      const notices = new NoticeStore(db);
      const telling = new CaseStore(db, audit, minutes(1), (_, stage) => [stage === "open" ? "street" : "duty"]);
      const { cases: ids } = await taking(telling).take(arrivals(red(1, "a")));
      clock.advance(minutes(1));
      await telling.due(now(), (one) => ({ next: escalate(one, now()), action: "escalate" }));
      const told = (await notices.ofCase(ids[0] ?? "")).map((notice) => [notice.addressee, notice.stage]);
      expect(told).toEqual([
        ["street", "open"],
        ["duty", "overdue"],
      ]);
    });
  });

  describe("what the control room notices itself", () => {
    const away = (at: Instant): Filed => ({ ...factsOf(envelope(src, 1), at), type: "lane-offline" });
    const resolved = (one: Case | undefined) =>
      cases.act(one?.id ?? "", (each) => resolve(each, "li", now()), { who: "li", at: now(), action: "resolve" });

    it("is one case, although several processes notice it at once", async () => {
      // Connections are there already, or the first would be done before the others begin.
      await Promise.all(Array.from({ length: 6 }, () => db.transaction((session) => session.all("SELECT 1"))));
      const made = await Promise.all(Array.from({ length: 6 }, () => cases.notice(away(now()), now())));
      expect(made.filter((one) => one !== null)).toHaveLength(1);
      expect(await cases.lasting("lane-offline")).toHaveLength(1);
    });

    it("stays resolved while the same absence lasts, and is told again of the next one", async () => {
      const key = `${src}|lane-offline`;
      const since = now();
      clock.advance(60_000);
      expect(await cases.notice(away(since), now(), absence(key, since))).not.toBeNull();
      clock.advance(1_000);
      await resolved((await cases.lasting("lane-offline"))[0]);
      expect(await cases.notice(away(since), now(), absence(key, since))).toBeNull();
      const next = now();
      clock.advance(60_000);
      expect(await cases.notice(away(next), now(), absence(key, next))).not.toBeNull();
    });

    it("remembers of a gap only what a case told of", async () => {
      const gap = (): Filed => ({ ...away(now()), type: "gap" });
      expect(await cases.notice(gap(), now(), gapsUpTo(src, epoch, 3))).not.toBeNull();
      expect(await cases.notice(gap(), now(), gapsUpTo(src, epoch, 9))).toBeNull();
      expect([...(await events.gapsTold())]).toEqual([[`${src} ${epoch}`, 3]]);
      await resolved((await cases.lasting("gap"))[0]);
      expect(await cases.notice(gap(), now(), gapsUpTo(src, epoch, 3))).toBeNull();
      expect(await cases.notice(gap(), now(), gapsUpTo(src, epoch, 9))).not.toBeNull();
    });
  });

  it("finds the last three sealed events of each case, oldest first", async () => {
    const keys = new KeyRing(join(place.path, `keys-${made}`));
    const change = (seq: number) => ({ case: seq % 2 === 0 ? "even" : "odd" });
    await events.ingest(Array.from({ length: 10 }, (_, at) => incoming(at + 1, now(), keys, change(at + 1))));
    await events.ingest([incoming(11, now(), null, { case: "odd" })]);
    await fileAll();
    const found = await events.lastSealedOf(opened.map((one) => one.id));
    expect(found.map((one) => [one.case_id, one.seq])).toEqual(
      [5, 6, 7, 8, 9, 10].map((seq) => [opened[(seq + 1) % 2]?.id, seq]),
    );
  });

  it("writes an action and its audit entry together or not at all, and refuses what ISA-18.2 refuses", async () => {
    await events.ingest([incoming(1, now(), null, { level: "red", type: "red-code" })]);
    await fileAll();
    const id = opened[0]?.id ?? "";
    const word = { who: "li", at: now() };
    const shelf = await cases.act(id, (one) => shelve(one, "li", now(), later(now(), minutes(15)), "x"), {
      ...word,
      action: "shelve",
    });
    expect(shelf).toEqual({ ok: false, refusal: "red-cannot-be-shelved" });
    expect((await audit.head()).n).toBe(0);
    expect((await cases.act(id, (one) => acknowledge(one, "li", now()), { ...word, action: "acknowledge" }))?.ok).toBe(
      true,
    );
    expect((await audit.ofCase(id)).map((entry) => [entry.who, entry.action])).toEqual([["li", "acknowledge"]]);
  });

  it("does not let the audit log be changed or shortened, and finds the entry at which somebody forced it", async () => {
    for (let n = 0; n < 5; n += 1)
      await audit.record({ at: now(), who: "li", action: "export", caseId: null, detail: { n } });
    await expect(db.run("UPDATE audit SET who = 'wang' WHERE n = 3")).rejects.toThrow(/GL-6003/);
    await expect(db.run("DELETE FROM audit WHERE n = 5")).rejects.toThrow(/GL-6003/);
    expect(await audit.firstBroken()).toBeNull();
    await db.run(name === "SQLite" ? "DROP TRIGGER audit_kept" : "DROP TRIGGER audit_kept ON audit");
    await db.run("UPDATE audit SET who = 'wang' WHERE n = 3");
    expect(await audit.firstBroken()).toBe(3);
  });

  it("erases subject, temperature and notes by the fourteenth day after the case was resolved, from log and backups too", async () => {
    const keys = new KeyRing(join(place.path, `keys-${made}`));
    const eraser = new Eraser({ database: db, keyRing: keys, audit, clock, logger: keepingLogger() }, 14);
    await events.ingest([incoming(1, now(), keys, { case: "a" }), incoming(2, now(), keys, { case: "b" })]);
    await fileAll();
    const [resolved = "", open = ""] = opened.map((one) => one.id);
    const notes = new NoteStore(db, audit, keys, 14);
    for (const id of [resolved, open]) await notes.add(id, { at: now(), who: "li", text: "planted-note" });
    clock.advance(3 * day);
    await cases.act(resolved, (one) => resolve(one, "li", now()), { who: "li", at: now(), action: "resolve" });
    const copy = await backup(db, join(place.path, `backups-${made}`), 7, now());
    const sealedOf = async (id: string) =>
      (await events.sealedOf([id])).map((one) => keys.open(one.sealed, one.seal_day, `${src} ${epoch} ${one.seq}`));

    for (let passed = 3; passed < 16; passed += 1) {
      clock.advance(day);
      await eraser.run();
    }
    expect(await sealedOf(resolved)).toEqual([{ subject, temperature }]);
    expect((await notes.of(resolved)).map((one) => one.text)).toEqual(["planted-note"]);
    clock.advance(day);
    await eraser.run();
    // Seventeen days after the event, fourteen after the case was resolved: gone; the open one is still there.
    expect(await sealedOf(resolved)).toEqual([]);
    expect(await notes.of(resolved)).toEqual([]);
    expect((await notes.of(open)).map((one) => one.text)).toEqual(["planted-note"]);
    expect(await notes.add(resolved, { at: now(), who: "li", text: "after the end" })).toBe(false);
    expect(await sealedOf(open)).toEqual([{ subject, temperature }]);
    expect((await audit.ofCase(resolved)).at(-1)?.action).toBe("erase");
    expect(await audit.firstBroken()).toBeNull();

    // The backup was made when both were there: with every key that is left, nothing in it opens.
    if (name === "SQLite") {
      const old = openSqlite(copy);
      for (const id of [resolved, open]) expect(await new NoteStore(old, audit, keys, 14).of(id)).toEqual([]);
      for (const event of await new EventStore(old).sealedOf([resolved, open]))
        expect(keys.open(event.sealed, event.seal_day, `${src} ${epoch} ${event.seq}`)).toBeNull();
      for (const path of [file, `${file}-wal`, copy]) expect(planted(path)).toEqual([]);
    } else expect(planted(copy)).toEqual([]);
  });

  it("lets a session live while it is used, ends it when it is not, and brakes guessing", async () => {
    const people = new PeopleStore(db, 2 ** 10);
    await people.put("li", "operator", "correct horse", now(), false);
    expect(await people.check("li", "correct horsf")).toBeNull();
    expect(await people.check("nobody", "correct horse")).toBeNull();
    expect((await people.check("li", "correct horse"))?.role).toBe("operator");
    const { token } = await people.begin("li", now());
    clock.advance(14 * 60_000);
    expect((await people.session(token, now()))?.operator.id).toBe("li");
    clock.advance(14 * 60_000);
    expect((await people.session(token, now()))?.operator.id).toBe("li");
    clock.advance(16 * 60_000);
    expect(await people.session(token, now())).toBeNull();
    for (let n = 0; n < 5; n += 1) await people.countAttempt(["id li"], now());
    expect(await people.mayTry(["ip ::1", "id li"], now())).toBe(false);
    clock.advance(16 * 60_000);
    expect(await people.mayTry(["id li"], now())).toBe(true);
    await expect(people.put("li", "operator", "short", now(), false)).rejects.toThrow(/GL-6012/);
  });

  it("tells every listener which cases changed, after the commit", async () => {
    const told: (readonly string[] | "all")[] = [];
    cases.onChange((ids) => told.push(ids));
    await events.ingest([incoming(1, now())]);
    await fileAll();
    const end = performance.now() + 5_000;
    while (told.length === 0 && performance.now() < end) await new Promise((next) => setTimeout(next, 5));
    expect(told).toEqual([opened.map((one) => one.id)]);
  });
});

/** Which of the planted texts lie readable in a file. */
function planted(path: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return [];
  }
  return [subject, String(temperature), "planted-note"].filter((text) => bytes.includes(text));
}
