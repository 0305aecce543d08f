import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { Checker } from "../../src/control-room/intake/check.ts";
import { IntakeThreads } from "../../src/control-room/intake/intake-threads.ts";
import { KeyRing } from "../../src/control-room/retention/key-ring.ts";
import { EventStore } from "../../src/control-room/store/events.ts";
import { prepareSchema } from "../../src/control-room/store/schema.ts";
import { instant } from "../../src/core/units.ts";
import { encode } from "../../src/protocol/parse.ts";
import { envelope, epoch, folder, roomConfig, someJwe } from "./support/room.ts";

const src = "linqu/huaan/east-03";
const received = instant(Date.UTC(2026, 3, 26));
const arrival = (seq: number, change: Parameters<typeof envelope>[2] = {}) => ({
  src,
  payload: encode(envelope(src, seq, change)),
  received,
});

describe("the intake in its threads", () => {
  let place: ReturnType<typeof folder>;
  let db: ReturnType<typeof openSqlite>;
  let intake: IntakeThreads;
  beforeEach(async () => {
    place = folder();
    const config = roomConfig(place.path, "mqtt://127.0.0.1:1");
    db = openSqlite(join(place.path, "centre.db"));
    await prepareSchema(db);
    intake = new IntakeThreads(config, db);
  });
  afterEach(async () => {
    await intake.stop();
    await db.stop();
    place.remove();
  });

  it("stores what is checked there as if it had been checked here, sealed for its place", async () => {
    await intake.start();
    const events = new EventStore(db);
    const batch = [
      arrival(1, { subject: someJwe, temperature: 37.9, case: "p" }),
      { src, payload: Buffer.from("{"), received },
      arrival(2, { type: "trouble", category: "device", level: "none", reasons: [], detail: { code: "GL-2031" } }),
      arrival(3, { subject: someJwe, case: "p" }),
      { ...arrival(4), src: "linqu/huaan/east-04" },
    ];
    const taken = await intake.take(batch);
    expect(taken.coverages).toMatchObject([{ src, epoch, covered: [[1, 3]], fresh: [1, 2, 3] }]);
    expect(taken.refused).toEqual(new Checker(new KeyRing(join(place.path, "keys")), 14).check(batch).refused);
    expect(taken.refused.map(({ at }) => at)).toEqual([1, 4]);
    expect(taken.unfiled).toBe(false);
    const ring = new KeyRing(join(place.path, "keys"));
    const opened = (await Promise.all(taken.cases.map((id) => events.ofCase(id))))
      .flat()
      .map((one) => [
        one.seq,
        one.sealed === null ? null : ring.open(one.sealed, one.seal_day ?? 0, `${src} ${epoch} ${one.seq}`),
      ]);
    expect(opened.sort()).toEqual([
      [1, { subject: someJwe, temperature: 37.9 }],
      [2, null],
      [3, { subject: someJwe, temperature: null }],
    ]);
  });

  it("fails what a thread that dies had in hand, and starts another for the next", async () => {
    const keys = join(place.path, "keys");
    writeFileSync(keys, "a file where the keys' folder belongs");
    await expect(intake.take([arrival(1)])).rejects.toThrow("the intake thread failed");
    rmSync(keys);
    mkdirSync(keys);
    expect((await intake.take([arrival(1)])).coverages).toMatchObject([{ covered: [[1, 1]] }]);
  });
});
