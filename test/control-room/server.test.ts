import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type Broker, startBroker } from "../../src/control-room/broker.ts";
import { type ControlRoom, startControlRoom } from "../../src/control-room/control-room.ts";
import type { Role } from "../../src/core/room.ts";
import { instant } from "../../src/core/units.ts";
import { encode } from "../../src/protocol/parse.ts";
import { envelope, folder, keepingLogger, noPages, roomConfig, someJwe, until } from "./support/room.ts";

const src = "linqu/huaan/east-03";
const passwordOf = (id: string): string => `a-good-password-${id}`;
interface Signed {
  readonly cookie: string;
  readonly csrf: string;
}

describe("the page's server", () => {
  const place = folder();
  let broker: Broker;
  let room: ControlRoom;
  let lane: MqttClient;
  let url: string;
  let origin: string;
  let caseId: string;
  const signed = new Map<string, Signed>();

  const send = (path: string, as: Signed | null, change: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(url + path, {
      ...change,
      headers: {
        ...(as === null ? {} : { cookie: as.cookie, "x-csrf": as.csrf }),
        ...(change.method === undefined ? {} : { origin }),
        ...(change.body === undefined ? {} : { "content-type": "application/json" }),
        ...change.headers,
      },
    });
  const post = (path: string, as: Signed | null, body: unknown = {}, headers: Record<string, string> = {}) =>
    send(path, as, { method: "POST", body: JSON.stringify(body), headers });
  const signIn = async (id: string): Promise<Signed> => {
    const answer = await post("api/sign-in", null, { id, password: passwordOf(id) });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    return { cookie: cookie.split(";")[0] ?? "", csrf: ((await answer.json()) as { csrf: string }).csrf };
  };
  const as = (id: Role): Signed => {
    const found = signed.get(id);
    if (found === undefined) throw new Error(`${id} is not signed in`);
    return found;
  };

  beforeAll(async () => {
    broker = await startBroker({ host: "127.0.0.1", port: 0 });
    room = await startControlRoom(roomConfig(place.path, broker.url), {
      logger: keepingLogger(),
      pages: noPages(place.path),
      passwordCost: 2 ** 10,
    });
    url = room.url;
    origin = new URL(url).origin;
    for (const role of ["watcher", "operator", "supervisor"] as const) {
      await room.people.put(role, role, passwordOf(role), instant(Date.now()), false);
      signed.set(role, await signIn(role));
    }
    lane = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    await until("the centre's link", () => room.connected());
    const red = { type: "red-code", level: "red", case: "p-1", subject: someJwe, temperature: 36.8 } as const;
    await lane.publishAsync(`greenlane/v1/${src}/event/alert`, encode(envelope(src, 1, red)), { qos: 1 });
    const day = Date.UTC(2026, 3, 26);
    await until("its case", async () => {
      const text = await (await send(`api/export.csv?from=${day - 1}&to=${day + 86_400_000}`, as("operator"))).text();
      caseId = /C-\d{6}-\d{4}/.exec(text)?.[0] ?? "";
      return caseId !== "";
    });
  }, 90_000);
  afterAll(async () => {
    await lane.endAsync(true);
    await room.stop();
    await broker.stop();
    place.remove();
  });

  const span = "from=1&to=2";
  it.each([
    ["GET", "api/me", "watcher"],
    ["GET", "api/completeness", "watcher"],
    ["GET", `api/counts?${span}`, "watcher"],
    ["GET", "api/cases/C-000000-0000", "watcher"],
    ["POST", "api/cases/C-000000-0000/acknowledge", "operator"],
    ["POST", "api/cases/C-000000-0000/resolve", "operator"],
    ["POST", "api/cases/C-000000-0000/unshelve", "operator"],
    ["POST", "api/cases/C-000000-0000/shelve", "operator", { until: 1, reason: "x" }],
    ["POST", "api/cases/C-000000-0000/note", "operator", { text: "x" }],
    ["POST", "api/cases/C-000000-0000/subject", "operator"],
    ["POST", "api/acknowledge", "operator", { ids: ["C-000000-0000"] }],
    ["GET", `api/export.csv?${span}`, "operator"],
    ["GET", "api/audit", "supervisor"],
    ["GET", "api/audit/check", "supervisor"],
    ["GET", "api/operators", "supervisor"],
    ["POST", "api/operators", "supervisor", { id: "new-one", role: "watcher", password: "long-enough-1" }],
    ["DELETE", "api/operators/nobody", "supervisor"],
  ] as [method: string, path: string, least: Role, body?: object][])(
    "%s %s is for the %s and above, and nobody without a session",
    async (method, path, least, body = {}) => {
      const change = method === "GET" ? {} : { method, ...(method === "POST" ? { body: JSON.stringify(body) } : {}) };
      expect((await send(path, null, change)).status).toBe(401);
      const ranks: Role[] = ["watcher", "operator", "supervisor"];
      for (const role of ranks) {
        const { status } = await send(path, as(role), change);
        if (ranks.indexOf(role) < ranks.indexOf(least)) expect([role, status]).toEqual([role, 403]);
        else expect([role, status === 403 || status === 401]).toEqual([role, false]);
      }
    },
  );

  it("takes a change only with the page's origin and the session's token", async () => {
    const path = `api/cases/${caseId}/note`;
    const note = { text: "forged" };
    const operator = as("operator");
    expect((await post(path, operator, note, { origin: "https://elsewhere.example" })).status).toBe(403);
    expect((await post(path, operator, note, { origin: "null" })).status).toBe(403);
    expect((await post(path, { ...operator, csrf: as("supervisor").csrf }, note)).status).toBe(403);
    expect((await post(path, operator, note, { "content-type": "text/plain" })).status).toBe(415);
    const detail = await (await send(`api/cases/${caseId}`, operator)).text();
    expect(detail).not.toContain("forged");
  });

  it("opens the live connection for its own page alone, and closes it on whoever talks", async () => {
    const closed = (headers: Record<string, string>): Promise<number | string> =>
      new Promise((done) => {
        const socket = new WebSocket(`${url.replace("http", "ws")}live`, { headers });
        socket.on("unexpected-response", (_request, answer) => done(answer.statusCode ?? 0));
        socket.on("close", (code) => done(code));
        socket.on("error", () => {});
        socket.once("message", () => socket.send("anything"));
      });
    const { cookie } = as("watcher");
    expect(await closed({ origin })).toBe(401);
    expect(await closed({ cookie, origin: "https://elsewhere.example" })).toBe(1008);
    expect(await closed({ cookie })).toBe(1008);
    expect(await closed({ cookie, origin })).toBe(1008);
  });

  it("writes a decryption into the log before it gives the subject away, and gives the ciphertext only", async () => {
    const before = ((await (await send("api/audit/check", as("supervisor"))).json()) as { head: { n: number } }).head.n;
    const answer = await post(`api/cases/${caseId}/subject`, as("operator"));
    expect(await answer.json()).toEqual({ jwe: [someJwe] });
    const entries = (await (await send("api/audit", as("supervisor"))).json()) as { n: number; action: string }[];
    expect(entries.filter((one) => one.n > before).map((one) => one.action)).toEqual(["decrypt"]);
  });

  it("has no way to change or remove an entry of the log", async () => {
    for (const method of ["PUT", "PATCH", "DELETE", "POST"])
      for (const path of ["api/audit", "api/audit/1"])
        expect((await send(path, as("supervisor"), { method, body: "{}" })).status).toBe(404);
  });

  it("refuses a red a shelf over the wire too, and says why", async () => {
    const shelf = { until: Date.now() + 60_000, reason: "busy" };
    const answer = await post(`api/cases/${caseId}/shelve`, as("operator"), shelf);
    expect([answer.status, await answer.json()]).toEqual([409, { error: "red-cannot-be-shelved" }]);
  });

  it.each([
    ["201 cases at once", "api/acknowledge", { ids: Array(201).fill("C-260426-0001") }],
    ["an unknown field", "api/acknowledge", { ids: ["C-260426-0001"], force: true }],
    ["a case id that is none", "api/cases/..%2fx/acknowledge", {}],
    ["a note without end", "api/cases/C-260426-0001/note", { text: "x".repeat(1_001) }],
    ["an endless body", "api/cases/C-260426-0001/note", { text: "x".repeat(70_000) }],
  ])("refuses %s", async (_name, path, body) => {
    const { status } = await post(path, as("operator"), body);
    expect([400, 404, 413]).toContain(status);
  });

  it("opens nothing but the change of the password to whom somebody else has set it", async () => {
    await room.people.put("fresh", "supervisor", passwordOf("fresh"), instant(Date.now()), true);
    const fresh = await signIn("fresh");
    expect((await send("api/completeness", fresh)).status).toBe(403);
    expect((await send("api/me", fresh)).status).toBe(200);
    const changed = await post("api/password", fresh, { old: passwordOf("fresh"), password: "another-good-one" });
    expect(changed.status).toBe(200);
    // The session of before has ended with the password.
    expect((await send("api/me", fresh)).status).toBe(401);
  });

  it("ends a session at sign-out and a disabled operator's at once", async () => {
    await room.people.put("leaving", "operator", passwordOf("leaving"), instant(Date.now()), false);
    const first = await signIn("leaving");
    expect((await post("api/sign-out", first)).status).toBe(200);
    expect((await send("api/me", first)).status).toBe(401);
    const second = await signIn("leaving");
    await send("api/operators/leaving", as("supervisor"), { method: "DELETE" });
    expect((await send("api/me", second)).status).toBe(401);
    expect((await post("api/sign-in", null, { id: "leaving", password: passwordOf("leaving") })).status).toBe(401);
  });

  it("rests for a quarter of an hour after five wrong passwords of an account, the right one included", async () => {
    await room.people.put("guessed", "operator", passwordOf("guessed"), instant(Date.now()), false);
    // A success forgets the failures of this address in the tests before.
    await signIn("guessed");
    const guess = (password: string) => post("api/sign-in", null, { id: "guessed", password });
    for (let n = 0; n < 5; n += 1) expect((await guess(`wrong-${n}`)).status).toBe(401);
    expect((await guess(passwordOf("guessed"))).status).toBe(429);
  });

  it("sends the policy that allows no inline code, nothing from elsewhere and no frame", async () => {
    const { headers } = await fetch(url);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});
