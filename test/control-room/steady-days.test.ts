import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { Eraser } from "../../src/control-room/retention/eraser.ts";
import { dayOf, KeyRing } from "../../src/control-room/retention/key-ring.ts";
import { AuditLog } from "../../src/control-room/store/audit.ts";
import { prepareSchema } from "../../src/control-room/store/schema.ts";
import { instant } from "../../src/core/units.ts";
import { folder, HandClock, keepingLogger } from "./support/room.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** A clock whose time of day can be set while its uptime goes on. */
class SetClock extends HandClock {
  ahead = 0;
  override wall() {
    const wall = super.wall();
    return { ...wall, at: instant(wall.at + this.ahead) };
  }
}

let place: ReturnType<typeof folder>;
let clock: SetClock;
let keys: KeyRing;
let db: ReturnType<typeof openSqlite>;
let logger: ReturnType<typeof keepingLogger>;
let eraser: Eraser;
/** The key of a value that is due in fourteen days. */
let file = "";
beforeEach(async () => {
  place = folder();
  clock = new SetClock();
  logger = keepingLogger();
  db = openSqlite(join(place.path, "centre.db"));
  await prepareSchema(db);
  keys = new KeyRing(join(place.path, "keys"));
  const due = dayOf(clock.wall().at) + 14;
  keys.sealText("planted", due, "here");
  file = join(place.path, "keys", `${due}.key`);
  eraser = newEraser();
  await eraser.run();
});
afterEach(async () => {
  await db.stop();
  place.remove();
});
const newEraser = () => new Eraser({ database: db, keyRing: keys, audit: new AuditLog(db), clock, logger }, 14);
const told = () => logger.lines.filter(({ fields }) => fields.code === "GL-6022").length;
const hoursPass = async (count: number): Promise<void> => {
  for (let passed = 0; passed < count; passed += 1) {
    clock.advance(hour);
    await eraser.run();
  }
};

it("destroys no key when the clock jumps ahead, says so, and goes on as ever when it is set right", async () => {
  clock.ahead = 400 * day;
  await hoursPass(23);
  expect(existsSync(file)).toBe(true);
  expect(told()).toBe(23);
  clock.ahead = 0;
  await hoursPass(1);
  expect(told()).toBe(23);
  await hoursPass(13 * 24);
  expect(existsSync(file)).toBe(false);
});

it("destroys no key either when the server starts with a clock that is ahead", async () => {
  clock.ahead = 400 * day;
  eraser = newEraser();
  await eraser.run();
  expect(existsSync(file)).toBe(true);
  expect(told()).toBe(1);
});

it("believes a clock that has gone evenly for a day of uptime, and counts anew when it is set meanwhile", async () => {
  clock.ahead = 20 * day;
  await hoursPass(20);
  clock.ahead = 21 * day;
  await hoursPass(24);
  expect(existsSync(file)).toBe(true);
  await hoursPass(1);
  expect(existsSync(file)).toBe(false);
  expect(Number(readFileSync(join(place.path, "keys/last-round"), "utf8"))).toBe(dayOf(clock.wall().at));
});

it("makes up at once for two days that were missed, and for more where somebody removes the file", async () => {
  await hoursPass(13 * 24);
  clock.advance(2 * day);
  await eraser.run();
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, Buffer.alloc(32));
  clock.advance(30 * day);
  await eraser.run();
  expect(existsSync(file)).toBe(true);
  rmSync(join(place.path, "keys/last-round"));
  await eraser.run();
  expect(existsSync(file)).toBe(false);
});
