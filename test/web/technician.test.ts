import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { PanelRig } from "../support/panel.ts";
import { CODE, panelCalls } from "./panel-calls.ts";

let rig: PanelRig;
beforeEach(async () => {
  rig = await new PanelRig().start();
});
afterEach(() => rig.stop());
const { headersOf, post, get, signIn, technician } = panelCalls(() => rig);

const reads = [
  "config",
  "config/history",
  "health",
  "series",
  "log",
  "bundle",
  "preview.jpg",
  "alert",
  "staff",
  "provisioning",
];
const writes = [
  "sign-out",
  "code",
  "maintenance",
  "wizard",
  "checks",
  "files",
  "awake",
  "selftest",
  "calibration/point",
  "calibration/result",
  "alert",
  "staff",
  "staff/remove",
  "config/preview",
  "config/apply",
  "config/return",
  "provisioning",
];

describe("the panel's door", () => {
  it("opens nothing to a stranger, whatever is asked", async () => {
    await rig.panel.code.set(CODE);
    for (const path of reads) expect([path, (await get(path)).status]).toEqual([path, 401]);
    for (const path of writes) expect([path, (await post(path, {})).status]).toEqual([path, 401]);
    for (const cookie of ["technician=", "technician=x", `technician=${"a".repeat(43)}`, "technician=../../etc/passwd"])
      expect((await get("config", { cookie })).status).toBe(401);
    const told = await (await get("state")).text();
    expect(JSON.parse(told)).toMatchObject({ isNew: false, session: null });
    expect(told).not.toMatch(/mode|wizard|troubles|phone/);
    expect(rig.bench.mode()).toBe("normal");
  }, 30_000);

  it("has no default code; the one-time code leads to setting one and to nothing else", async () => {
    for (const guess of ["admin", "0000000000", "greenlane", " "])
      expect((await post("sign-in", { code: guess, by: "x" })).status).toBe(403);
    const oneTime = await rig.panel.code.issueOneTime();
    const first = await signIn(oneTime ?? "");
    for (const path of writes.filter((one) => one !== "code" && one !== "sign-out"))
      expect([path, (await post(path, {}, first)).status]).toEqual([path, 403]);
    expect((await post("code", { code: "12345678" }, first)).status).toBe(422);
    expect((await post("code", { code: CODE }, first)).status).toBe(200);
    expect((await post("sign-in", { code: oneTime, by: "x" })).status).toBe(403);
    expect((await post("maintenance", { on: true }, first)).status).toBe(200);
  }, 30_000);

  it("slows guessing down, also when tries are sent together", async () => {
    const { code } = rig.panel;
    await code.set(CODE);
    const check = code.check.bind(code);
    let [looking, together] = [0, 0];
    code.check = async (text) => {
      together = Math.max(together, ++looking);
      return check(text).finally(() => looking--);
    };
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => post("sign-in", { code: "wrong-wrong", by: "x" })),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 403).length).toBeLessThanOrEqual(6);
    expect(statuses).toContain(429);
    // One after the other, or all would be looked at before the first wrong one counts.
    expect(together).toBe(1);
    // Even the right code waits.
    expect((await post("sign-in", { code: CODE, by: "x" })).status).toBe(429);
  }, 30_000);

  it("gives a cookie that no script and no other site gets", async () => {
    await rig.panel.code.set(CODE);
    const header = (await post("sign-in", { code: CODE, by: "tech-1" })).headers.get("set-cookie") ?? "";
    expect(header).toMatch(/HttpOnly/);
    expect(header).toMatch(/SameSite=Strict/);
    expect(header).toMatch(/Path=\//);
    const stored = readFileSync(join(rig.folder, "panel-sessions.json"), "utf8");
    expect(stored).not.toContain(header.split(";")[0]?.split("=")[1]);
    expect(statSync(join(rig.folder, "panel-sessions.json")).mode & 0o077).toBe(0);
  }, 30_000);

  it("refuses a request that another site made, though the browser sent the cookie along", async () => {
    const caller = await technician();
    expect((await post("maintenance", { on: true }, caller, { origin: "https://evil.example" })).status).toBe(403);
    expect((await post("maintenance", { on: true }, { cookie: caller.cookie })).status).toBe(403);
    expect(
      (await post("maintenance", { on: true }, { ...caller, token: `${caller.token.slice(0, -1)}x` })).status,
    ).toBe(403);
    const form = await fetch(`${rig.url}/technician/api/maintenance`, {
      method: "POST",
      headers: { ...headersOf(caller), "content-type": "application/x-www-form-urlencoded" },
      body: "on=true",
    });
    expect(form.status).toBeGreaterThanOrEqual(400);
    expect(rig.bench.mode()).toBe("normal");
  }, 30_000);

  it("ends a session after the idle time, at sign-out and with the machine's restart, but not with the program's", async () => {
    const caller = await technician();
    rig.boot.seconds += 14 * 60;
    expect((await get("health", caller)).status).toBe(200);
    await rig.halt();
    await rig.start();
    expect((await get("health", caller)).status).toBe(200);
    rig.boot.seconds += 16 * 60;
    expect((await get("health", caller)).status).toBe(401);

    const second = await signIn();
    expect((await post("sign-out", {}, second)).status).toBe(200);
    expect((await get("health", second)).status).toBe(401);

    const third = await signIn();
    await rig.halt();
    Object.assign(rig.boot, { id: "boot-2", seconds: 5 });
    await rig.start();
    expect((await get("health", third)).status).toBe(401);
  }, 30_000);

  it("idles out while the page asks by itself, and stays while a hand moves", async () => {
    const caller = await technician();
    const closed = new Promise<number>((resolve) => {
      const socket = new WebSocket(`ws://localhost:${rig.port}/technician/live`, {
        headers: { origin: rig.url, cookie: caller.cookie },
      });
      socket.on("close", resolve);
    });
    for (let minute = 0; minute < 20; minute++) {
      rig.boot.seconds += 60;
      expect((await post("awake", {}, caller)).status).toBe(200);
    }
    for (let minute = 0; minute < 14; minute++) {
      rig.boot.seconds += 60;
      for (const path of ["state", "health", "config"]) expect((await get(path, caller)).status).toBe(200);
    }
    rig.boot.seconds += 61;
    expect((await get("health", caller)).status).toBe(401);
    expect((await post("awake", {}, caller)).status).toBe(401);
    expect(JSON.parse(await (await get("state", caller)).text()).session).toBeNull();
    expect(await closed).toBe(1008);
  }, 30_000);

  it("is not kept open by a request that another site made", async () => {
    const caller = await technician();
    rig.boot.seconds += 14 * 60;
    expect((await post("awake", {}, { cookie: caller.cookie })).status).toBe(403);
    expect((await post("awake", {}, caller, { origin: "https://evil.example" })).status).toBe(403);
    rig.boot.seconds += 61;
    expect((await get("health", caller)).status).toBe(401);
  }, 30_000);

  it("ends every other session when the code is changed", async () => {
    const [one, two] = [await technician(), await signIn()];
    expect((await post("code", { code: "other-code-55" }, one)).status).toBe(200);
    expect((await get("health", one)).status).toBe(200);
    expect((await get("health", two)).status).toBe(401);
  }, 30_000);

  it("keeps the live stream behind session and origin, and hangs up on whoever speaks there", async () => {
    const caller = await technician();
    const connect = (headers: Record<string, string>) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`ws://localhost:${rig.port}/technician/live`, { headers });
        socket.on("open", () => {
          socket.once("message", () => socket.send("hello"));
        });
        socket.on("close", (code) => resolve(code));
        socket.on("unexpected-response", (_request, response) => {
          resolve(response.statusCode ?? 0);
          socket.terminate();
        });
        socket.on("error", () => {});
      });
    expect(await connect({ origin: rig.url })).toBe(401);
    expect(await connect({ origin: "https://evil.example", cookie: caller.cookie })).toBe(403);
    expect(await connect({ origin: rig.url, cookie: caller.cookie })).toBe(1008);
  }, 30_000);
});

describe("what the panel takes in", () => {
  it("is exactly what each route takes, or nothing happens", async () => {
    const caller = await technician();
    const hostile: [string, unknown][] = [
      ["maintenance", { on: "yes" }],
      ["maintenance", { on: true, more: 1 }],
      ["wizard", { step: "../../etc", state: "done" }],
      ["wizard", { step: "network", state: "__proto__" }],
      ["files", { kind: "../../../etc/passwd", text: "x", take: true }],
      ["files", { kind: "ca/../x", text: "x", take: true }],
      ["files", { kind: "__proto__", text: "x", take: true }],
      ["files", { kind: "certificate", text: 5, take: true }],
      ["files", { kind: "ca", text: "x" }],
      ["files", { kind: "ca", text: "x", take: true, path: "/etc/passwd" }],
      ["selftest", { part: "rm -rf /" }],
      ["calibration/point", { which: "low", reference: 1e9 }],
      ["calibration/result", { serial: "<script>", sensor: "x" }],
      ["staff", { id: "../x", pin: "418203", supervisor: true }],
      ["staff", { id: "gate", pin: "41820", supervisor: true }],
      ["config/preview", { changes: { "no.such.field": 1 } }],
      ["config/preview", { changes: { "__proto__.polluted": 1 } }],
      ["config/apply", { changes: { "constructor.prototype.x": 1 } }],
      ["config/return", { version: "../1" }],
      ["provisioning", { token: 7 }],
    ];
    for (const [path, body] of hostile)
      expect([path, body, (await post(path, body, caller)).status >= 400]).toEqual([path, body, true]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const raw = await fetch(`${rig.url}/technician/api/config/apply`, {
      method: "POST",
      headers: headersOf(caller),
      body: '{"changes":{"__proto__":{"x":1}}}',
    });
    expect(raw.status).toBeGreaterThanOrEqual(400);
    expect((await post("files", { kind: "ca", text: "x".repeat(70_000), take: true }, caller)).status).toBe(413);
    expect((await post("files", { kind: "roots", text: "x".repeat(16_385), take: true }, caller)).status).toBe(400);
    expect(readdirSync(rig.folder)).not.toContain("tls");
    expect(rig.trial.applied).toBe(0);
    expect(rig.bench.mode()).toBe("normal");
  }, 30_000);

  it("is a configuration that applies only whole and takes itself back", async () => {
    const caller = await technician();
    const bad = await post("config/apply", { changes: { "rules.feverLimit": "37.2 °C" } }, caller);
    expect([bad.status, await bad.json()]).toMatchObject([
      422,
      { findings: [{ path: "rules.feverLimit", clause: "P4" }] },
    ]);
    rig.trial.broken = "the camera gives no pictures";
    const returned = await post("config/apply", { changes: { "timings.wideWindow": "18 s" } }, caller);
    expect([returned.status, await returned.json()]).toMatchObject([409, { code: "GL-1021", returnedTo: 1 }]);
    rig.trial.broken = null;
    const applied = await post("config/apply", { changes: { "timings.wideWindow": "18 s" } }, caller);
    expect([applied.status, await applied.json()]).toMatchObject([200, { ok: true, version: 3 }]);
    expect(rig.panel.settings.history()[0]).toMatchObject({ by: "tech-1", state: "current" });
  }, 30_000);
});

describe("what the panel gives out", () => {
  it("shows the camera's picture in maintenance mode only, and writes it nowhere", async () => {
    const caller = await technician();
    const socket = new WebSocket(`ws://localhost:${rig.port}/technician/live`, {
      headers: { origin: rig.url, cookie: caller.cookie },
    });
    await new Promise((resolve) => socket.once("message", resolve));
    await rig.bench.camera.start();
    rig.bench.camera.push({ width: 64, height: 48, format: "yuyv", data: new Uint8Array(64 * 48 * 2).fill(120) });
    expect((await get("preview.jpg", caller)).status).toBe(409);
    await post("maintenance", { on: true }, caller);
    const picture = await get("preview.jpg", caller);
    expect([picture.status, picture.headers.get("content-type"), picture.headers.get("cache-control")]).toEqual([
      200,
      "image/jpeg",
      "no-store",
    ]);
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(0, 2)
        .toString("hex"),
    ).toBe("ffd8");
    socket.close();
    const files = readdirSync(rig.folder, { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => /jpe?g|png/i.test(name))).toEqual([]);
  }, 30_000);

  it("says where a code was and how long it is, and nothing of what it says (P15)", async () => {
    const caller = await technician();
    const said: string[] = [];
    const socket = new WebSocket(`ws://localhost:${rig.port}/technician/live`, {
      headers: { origin: rig.url, cookie: caller.cookie },
    });
    socket.on("message", (data) => void said.push(String(data)));
    await new Promise((resolve) => socket.once("message", resolve));
    await rig.bench.camera.start();
    rig.bench.camera.push({ width: 64, height: 48, format: "yuyv", data: new Uint8Array(64 * 48 * 2).fill(120) });
    const text = "PLANTED-4b1f7c";
    const bytes = new TextEncoder().encode(text);
    const corners = [
      [8, 8],
      [40, 8],
      [40, 40],
      [8, 40],
    ] as const;
    const at = rig.bench.clock.monotonic();
    const code = { at, reader: "camera" as const, bytes, text, corners, colour: null };
    const how = { rung: "plain", ms: 12 };
    for (const listener of rig.bench.resultListeners)
      listener({ at, codes: [code], guidance: null, aim: corners, busy: true, how });
    while (!said.some((one) => one.includes(`"bytes":${bytes.length}`)))
      await new Promise((resolve) => socket.once("message", resolve));
    socket.close();
    const digest = createHash("sha256").update(text).digest("hex");
    for (const hidden of [text, Buffer.from(text).toString("base64"), Buffer.from(text).toString("hex"), digest])
      expect(said.join("\n")).not.toContain(hidden);
  }, 30_000);

  it("moves the turnstile only in maintenance mode with nobody in the way", async () => {
    const caller = await technician();
    const refused = await (await post("selftest", { part: "relay" }, caller)).json();
    expect(refused).toMatchObject({ passed: false, steps: [{ code: "GL-2312" }] });
    await post("maintenance", { on: true }, caller);
    rig.bench.clear = false;
    expect(await (await post("selftest", { part: "relay" }, caller)).json()).toMatchObject({ passed: false });
    expect(rig.bench.pulses).toEqual([]);
    rig.bench.clear = true;
    expect(await (await post("selftest", { part: "relay" }, caller)).json()).toMatchObject({ passed: true });
    expect(rig.bench.pulses).toEqual(["entry", "exit"]);
  }, 30_000);

  it("calls a test alert received only when the centre has confirmed that very one", async () => {
    const caller = await technician();
    for (const tell of rig.bench.received) tell({ epoch: "e1", seq: 99 });
    expect(await (await get("alert", caller)).json()).toEqual({ sent: false, received: false });
    await post("alert", {}, caller);
    for (const tell of rig.bench.received) tell({ epoch: "e0", seq: 99 });
    expect(await (await get("alert", caller)).json()).toEqual({ sent: true, received: false });
    for (const tell of rig.bench.received) tell({ epoch: "e1", seq: 1 });
    expect(await (await get("alert", caller)).json()).toEqual({ sent: true, received: true });
  }, 30_000);

  it("packs six bundles a minute at most, and its page allows no script, style or frame but its own", async () => {
    const caller = await technician();
    const statuses: number[] = [];
    for (let asked = 0; asked < 7; asked++) statuses.push((await get("bundle", caller)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    const policy = (await fetch(`${rig.url}/technician`)).headers.get("content-security-policy") ?? "";
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toContain("unsafe");
  }, 30_000);

  it("names the bundle by the lane and keeps it out of caches' guesses", async () => {
    const caller = await technician();
    const bundle = await get("bundle", caller);
    expect(bundle.headers.get("content-disposition")).toBe('attachment; filename="greenlane-east-03.json.gz"');
    expect(bundle.headers.get("x-content-type-options")).toBe("nosniff");
    expect(existsSync(join(rig.folder, "bundle"))).toBe(false);
  }, 30_000);
});
