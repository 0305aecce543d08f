import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addresseesOf, reachable, secondAddressees } from "../../src/control-room/addressees.ts";
import type { Case } from "../../src/control-room/cases/case.ts";
import { open } from "../../src/control-room/cases/filing.ts";
import type { ControlRoomConfig } from "../../src/control-room/config.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { Notifier } from "../../src/control-room/notifier.ts";
import { AuditLog } from "../../src/control-room/store/audit.ts";
import { CaseStore } from "../../src/control-room/store/cases.ts";
import { addNotices, NoticeStore, type Stage } from "../../src/control-room/store/notices.ts";
import { schemaFor } from "../../src/control-room/store/schema.ts";
import { minutes } from "../../src/core/units.ts";
import { folder, HandClock, keepingLogger, roomConfig } from "./support/room.ts";

const name = { zh: "某处", en: "Somewhere" };
const red = {
  src: "linqu/huaan/east-03",
  type: "red-code",
  category: "health",
  level: "red",
  case: "person-1",
  tries: 3,
  routing: ["subdistrict", "epidemic-control"],
  reasons: ["red"],
  detail: {},
  hasSubject: true,
} as const;

describe("who is told", () => {
  const place = folder();
  const clock = new HandClock();
  let server: Server;
  let heard: { path: string; body: string; signature: string | undefined }[];
  let answer: number;
  let config: ControlRoomConfig;
  let notices: NoticeStore;
  let notifier: Notifier;
  let db: ReturnType<typeof openSqlite>;
  let one: Case;
  beforeEach(async () => {
    heard = [];
    answer = 200;
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (data) => (body += data));
      request.on("end", () => {
        heard.push({ path: request.url ?? "", body, signature: request.headers["greenlane-signature"] as string });
        response.writeHead(answer).end();
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    writeFileSync(join(place.path, "secret"), "shared\n");
    config = roomConfig(place.path, "mqtt://127.0.0.1:1", {
      subdistricts: [{ id: "chengguan", name }],
      sites: [{ id: "huaan", name, subdistrict: "chengguan", lanes: [] }],
      addressees: [
        { id: "subdistrict:chengguan", name, url: `${url}/street`, secretFile: join(place.path, "secret") },
        { id: "epidemic-control", name, url: `${url}/cdc` },
        { id: "duty", name, url: `${url}/duty` },
        { id: "guard:huaan", name, url: `${url}/guard` },
        { id: "site:huaan", name },
      ],
    });
    db = openSqlite(":memory:");
    await db.migrate(schemaFor("sqlite"));
    const audit = new AuditLog(db);
    const cases = new CaseStore(db, audit, minutes(1));
    notices = new NoticeStore(db);
    notifier = new Notifier(config, { notices, cases, clock, logger: keepingLogger() });
    const at = clock.wall().at;
    const noticed = await cases.notice({ ...red, at }, at);
    if (noticed === null) throw new Error("no case");
    one = noticed;
  });
  afterEach(async () => {
    await new Promise((done) => server.close(done));
    await db.stop();
  });
  const tell = (addressees: readonly string[], stage: Stage) =>
    addNotices(
      db,
      addressees.map((addressee) => ({ caseId: one.id, addressee, stage })),
      clock.wall().at,
    );
  const paths = () => heard.map((each) => each.path).sort();

  it("names the site's subdistrict and epidemic control for health, the site for security (P8)", () => {
    expect(addresseesOf(one, config)).toEqual(["subdistrict:chengguan", "epidemic-control"]);
    const at = clock.wall().at;
    const tamper = open("C-260426-0009", { ...red, type: "tamper", category: "security", routing: ["site"], at }, at);
    expect(addresseesOf(tamper, config)).toEqual(["site:huaan"]);
    expect(secondAddressees(one)).toEqual(["duty", "guard:huaan"]);
  });

  it("says place, kind and time, signed, and no word about the person", async () => {
    await tell(reachable(config)(one, "open"), "open");
    await notifier.deliver();
    expect(paths()).toEqual(["/cdc", "/street"]);
    const street = heard.find((each) => each.path === "/street");
    expect(street?.signature).toBe(
      createHmac("sha256", "shared")
        .update(street?.body ?? "")
        .digest("hex"),
    );
    expect(Object.keys(JSON.parse(street?.body ?? "{}")).sort()).toEqual(
      ["case", "kind", "lane", "openedAt", "priority", "stage", "tries"].sort(),
    );
    await notifier.deliver();
    expect(heard.length).toBe(2);
  });

  it("tries again until it is answered, at growing distances, and tells the page why it waits", async () => {
    answer = 503;
    await tell(["epidemic-control"], "open");
    await notifier.deliver();
    await notifier.deliver();
    expect(heard.length).toBe(1);
    expect((await notices.ofCase(one.id))[0]).toMatchObject({ doneAt: null, failure: "HTTP 503" });
    clock.advance(60_000);
    answer = 204;
    await notifier.deliver();
    expect(heard.length).toBe(2);
    expect((await notices.ofCase(one.id))[0]?.doneAt).toBe(clock.wall().at);
    clock.advance(600_000);
    await notifier.deliver();
    expect(heard.length).toBe(2);
  });

  it("tells the second addressees of the same case as well, and nobody twice", async () => {
    await tell(reachable(config)(one, "open"), "open");
    await tell(reachable(config)(one, "open"), "open");
    await tell(reachable(config)(one, "overdue"), "overdue");
    await notifier.deliver();
    expect(paths()).toEqual(["/cdc", "/duty", "/guard", "/street"]);
  });
});
