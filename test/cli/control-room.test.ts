import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { register } from "../../src/cli/control-room.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { AuditLog } from "../../src/control-room/store/audit.ts";
import { LaneStore } from "../../src/control-room/store/lanes.ts";
import { PeopleStore } from "../../src/control-room/store/people.ts";
import { instant } from "../../src/core/units.ts";
import { createAuthority } from "../support/certificates.ts";
import { runCommand } from "../support/run-command.ts";

let folder = "";
const write = (change: Readonly<Record<string, unknown>> = {}): void => {
  const config = {
    district: { id: "linqu", name: { zh: "临朐县", en: "Linqu" } },
    broker: { url: "mqtt://127.0.0.1:1" },
    database: { kind: "sqlite", file: "centre.db" },
    keys: "keys",
    web: { port: 0 },
    ...change,
  };
  writeFileSync(join(folder, "room.json"), JSON.stringify(config));
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "greenlane-add-"));
  write();
});
afterEach(() => rmSync(folder, { recursive: true }));

async function control(...words: readonly string[]): Promise<unknown> {
  const [printed] = await runCommand(
    [register],
    "control-room",
    "--config",
    join(folder, "room.json"),
    ...words,
    "--json",
  );
  return printed;
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
  expect(await new PeopleStore(db).check("li", String(password))).toMatchObject({ role: "operator", mustChange: true });
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

it("--check reads the files that the configuration names, and says which one won't do", async () => {
  expect(await control("--check")).toMatchObject({ ok: true });
  const authority = createAuthority("district");
  const [one, other] = [authority.issue("localhost"), authority.issue("localhost")];
  const web = { port: 0, cert: "web.crt", key: "web.key" };
  write({ broker: { url: "mqtts://127.0.0.1:1", ca: "ca.crt" }, web });
  await expect(control("--check")).rejects.toThrow(/GL-6007: \/broker\/ca: can't read .*ca\.crt \(ENOENT\)/);
  writeFileSync(join(folder, "ca.crt"), "no certificate");
  await expect(control("--check")).rejects.toThrow(/GL-6007: \/broker/);
  writeFileSync(join(folder, "ca.crt"), authority.certificate);
  writeFileSync(join(folder, "web.crt"), one.certificate);
  writeFileSync(join(folder, "web.key"), other.key);
  await expect(control("--check")).rejects.toThrow(/GL-6007: \/web: .*the key that the certificate was made for/);
  writeFileSync(join(folder, "web.key"), one.key);
  expect(await control("--check")).toMatchObject({ ok: true });
});
