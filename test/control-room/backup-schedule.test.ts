import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { whenBackupIsDue } from "../../src/control-room/retention/backup-schedule.ts";
import { backup } from "../../src/control-room/retention/eraser.ts";
import { folder, HandClock } from "./support/room.ts";

const hour = 3_600_000;
let place: ReturnType<typeof folder>;
let clock: HandClock;
let made: number;
beforeEach(() => {
  place = folder();
  clock = new HandClock();
  made = 0;
});
afterEach(() => place.remove());
const start = () => whenBackupIsDue(clock, { folder: place.path, everyHours: 24 }, () => (made += 1));

it("makes the first backup a minute after the start where there is none, then one in every period", () => {
  const end = start();
  clock.advance(59_999);
  expect(made).toBe(0);
  clock.advance(1);
  expect(made).toBe(1);
  clock.advance(48 * hour);
  expect(made).toBe(3);
  end();
  clock.advance(48 * hour);
  expect(made).toBe(3);
});

it("counts from the newest backup in the folder, however often the server restarts", () => {
  writeFileSync(join(place.path, "greenlane-2026-04-24T100000Z.db"), "");
  writeFileSync(join(place.path, "greenlane-2026-04-25T100000Z.dump"), "");
  for (let restarts = 0; restarts < 9; restarts += 1) {
    const end = start();
    clock.advance(hour);
    end();
  }
  expect(made).toBe(0);
  start();
  clock.advance(hour);
  expect(made).toBe(1);
});

it("waits no longer than a period for a backup whose name is in the future", () => {
  writeFileSync(join(place.path, "greenlane-2030-01-01T000000Z.db"), "");
  start();
  clock.advance(24 * hour);
  expect(made).toBe(1);
});

it("gives a backup its name when it is whole, and clears away one that was cut short", async () => {
  const db = openSqlite(join(place.path, "centre.db"));
  const backups = join(place.path, "backups");
  const failing = {
    ...db,
    backup: (to: string, name: string) => db.backup(to, name).then(() => Promise.reject(new Error("cut"))),
  };
  await expect(backup(failing, backups, 7, clock.wall().at)).rejects.toThrow("cut");
  expect(readdirSync(backups).filter((file) => file.startsWith("greenlane-"))).toEqual([]);
  await backup(db, backups, 7, clock.wall().at);
  expect(readdirSync(backups)).toEqual(["greenlane-2026-04-26T000000Z.db"]);
  await db.stop();
});
