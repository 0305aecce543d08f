import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { register } from "../../src/cli/control-room.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { AuditLog } from "../../src/control-room/store/audit.ts";
import { LaneStore } from "../../src/control-room/store/lanes.ts";
import { PeopleStore } from "../../src/control-room/store/people.ts";
import { instant } from "../../src/core/units.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "greenlane-add-"));
  const config = {
    district: { id: "linqu", name: { zh: "临朐县", en: "Linqu" } },
    broker: { url: "mqtt://127.0.0.1:1" },
    database: { kind: "sqlite", file: "centre.db" },
    keys: "keys",
    web: { port: 0 },
  };
  writeFileSync(join(folder, "room.json"), JSON.stringify(config));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function control(...words: readonly string[]): Promise<unknown> {
  const program = new Command().exitOverride();
  register(program);
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    const file = join(folder, "room.json");
    await program.parseAsync(["control-room", "--config", file, ...words, "--json"], { from: "user" });
  } finally {
    write.mockRestore();
  }
  return JSON.parse(printed.join(""));
}
const add = (...words: readonly string[]) =>
  control("--add-operator", ...words) as Promise<{ operator: string; password: string }>;

it("--add-operator adds one who must change the password, and the audit log says where that came from", async () => {
  await add("li", "--role", "watcher");
  const { password } = await add("li", "--role", "operator");
  const db = openSqlite(join(folder, "centre.db"));
  const entries = await new AuditLog(db).latest(100, 10);
  expect(entries.map(({ who, action, detail }) => [who, action, detail])).toEqual([
    ["system", "operator-changed", { operator: "li", role: "operator", from: "command line" }],
    ["system", "operator-added", { operator: "li", role: "watcher", from: "command line" }],
  ]);
  expect(await new PeopleStore(db).check("li", password)).toMatchObject({ role: "operator", mustChange: true });
  await db.stop();
});

it("--forget-lane takes a lane that is away off the lanes, enters that in the audit log, and refuses any other", async () => {
  const src = "linqu/huaan/east-03";
  await expect(control("--forget-lane", src)).rejects.toMatchObject({ code: "GL-6019" });
  const db = openSqlite(join(folder, "centre.db"));
  const lanes = new LaneStore(db);
  const word = { boot: null, session: 1, epoch: null, version: "1", planned: false, since: instant(1) };
  await lanes.save([{ ...word, src, online: true, heard: instant(1) }]);
  await expect(control("--forget-lane", src)).rejects.toMatchObject({ code: "GL-6019" });
  await lanes.save([{ ...word, src, online: false, heard: instant(2) }]);
  expect(await control("--forget-lane", src)).toEqual({ lane: src, forgotten: true });
  expect(await lanes.all()).toEqual([]);
  expect((await new AuditLog(db).latest(100, 10)).map(({ action, detail }) => [action, detail])).toEqual([
    ["lane-forgotten", { lane: src, from: "command line" }],
  ]);
  await db.stop();
});
