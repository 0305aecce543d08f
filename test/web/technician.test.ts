import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { districtKeys, orderKeys } from "../support/keys.ts";
import { PanelRig } from "../support/panel.ts";

const CODE = "valve-71-moss";
let rig: PanelRig;
beforeEach(async () => {
  rig = await new PanelRig().start();
});
afterEach(() => rig.stop());

interface Caller {
  cookie: string;
  token: string;
}
const headersOf = (caller: Partial<Caller>, more: Record<string, string> = {}): Record<string, string> => ({
  origin: rig.url,
  "content-type": "application/json",
  // A kept connection would not outlive the restarts of these tests.
  connection: "close",
  ...(caller.cookie === undefined ? {} : { cookie: caller.cookie }),
  ...(caller.token === undefined ? {} : { "x-greenlane-token": caller.token }),
  ...more,
});
const post = (path: string, body: unknown, caller: Partial<Caller> = {}, more: Record<string, string> = {}) =>
  fetch(`${rig.url}/technician/api/${path}`, {
    method: "POST",
    headers: headersOf(caller, more),
    body: JSON.stringify(body),
  });
const get = (path: string, caller: Partial<Caller> = {}) =>
  fetch(`${rig.url}/technician/api/${path}`, { headers: headersOf(caller) });
const cookieOf = (response: Response): string => response.headers.get("set-cookie")?.split(";")[0] ?? "";

async function signIn(code = CODE): Promise<Caller> {
  const response = await post("sign-in", { code, by: "tech-1" });
  expect(response.status).toBe(200);
  const cookie = cookieOf(response);
  const state = (await (await get("state", { cookie })).json()) as { session: { token: string } };
  return { cookie, token: state.session.token };
}
async function technician(): Promise<Caller> {
  await rig.panel.code.set(CODE);
  return signIn();
}

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

describe("the files that a technician brings", () => {
  const made = (...args: string[]): string =>
    execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] }).toString();
  const secret = () => randomBytes(32).toString("base64");
  const pem = () => made("ecparam", "-name", "prime256v1", "-genkey", "-noout");
  const authority = (): { readonly certificate: string; readonly key: string } => {
    const both = made(
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "-"],
      ...["-subj", "/CN=District CA", "-days", "90", "-out", "-"],
    );
    const certificate = /-----BEGIN CERTIFICATE[\s\S]+END CERTIFICATE-----\n/.exec(both)?.[0] ?? "";
    return { certificate, key: both.replace(certificate, "") };
  };
  const bring = async (kind: string, text: string, take: boolean, caller: Caller) => {
    const answer = await post("files", { kind, text, take }, caller);
    return { status: answer.status, text: await answer.clone().text(), body: (await answer.json()) as never as Look };
  };
  interface Look {
    readonly code?: string;
    readonly why?: string;
    readonly field?: string;
    readonly path?: string;
    readonly items?: readonly {
      name: string;
      type: string;
      role: string | null;
      until: string | null;
      fingerprint: string;
    }[];
  }

  it("are told for what they are before they are taken, and lie there for the lane alone afterwards", async () => {
    const caller = await technician();
    const { certificate } = authority();
    const { publicKey } = await districtKeys();
    const orders = [(await orderKeys("op-1")).believed, (await orderKeys("conf-1", "configuration")).believed];
    const good: [string, string, string, unknown][] = [
      ["ca", certificate, "broker.ca", [{ name: "District CA", type: "ec prime256v1" }]],
      ["certificate", certificate, "broker.certificate", [{ name: "District CA" }]],
      ["key", pem(), "broker.key", [{ type: "ec prime256v1", name: "" }]],
      [
        "district-key",
        JSON.stringify(publicKey),
        "broker.districtKey",
        [{ name: "district-1", type: "ec prime256v1" }],
      ],
      [
        ...(["order-keys", JSON.stringify(orders), "broker.orderKeys"] as const),
        [
          { name: "op-1", role: "operator" },
          { name: "conf-1", role: "configuration", type: "ed25519" },
        ],
      ],
      // As `greenlane order keygen` prints it.
      ["order-keys", JSON.stringify(orders[0]), "broker.orderKeys", [{ name: "op-1", role: "operator" }]],
      ["roots", certificate, "trust.roots", [{ type: "ec prime256v1" }]],
      ["web-certificate", certificate, "web.certificate", [{ name: "District CA" }]],
      ["web-key", pem(), "web.key", [{ type: "ec prime256v1", name: "" }]],
      ["site-key", `${secret()}\n`, "replay.siteKey", [{ type: "secret 256", name: "" }]],
      [
        ...(["day-keys", JSON.stringify({ "2020-05-06": secret(), "2020-05-07": secret() })] as const),
        ...(["broker.pseudonymKeys", [{ type: "secret 256 × 2", until: "2020-05-07" }]] as const),
      ],
    ];
    for (const [kind, text, field, items] of good) {
      const seen = await bring(kind, text, false, caller);
      expect([kind, seen.status, seen.body]).toMatchObject([kind, 200, { field, items }]);
      expect(seen.body.path).toBeUndefined();
      for (const item of seen.body.items ?? []) expect(item.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    }
    expect(existsSync(join(rig.folder, "tls"))).toBe(false);
    for (const [kind, text, field] of good) {
      const { body } = await bring(kind, text, true, caller);
      expect(body.field).toBe(field);
      expect(body.path).toMatch(new RegExp(`^${rig.folder}/tls/${kind}-[0-9a-f]{16}$`));
      expect(readFileSync(body.path ?? "", "utf8")).toBe(text);
      expect(statSync(body.path ?? "").mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(rig.folder, "tls")).mode & 0o077).toBe(0);
  }, 30_000);

  it("are refused with a reason where they are something else, whole or broken, and nothing is kept", async () => {
    const caller = await technician();
    const { certificate, key } = authority();
    const district = await districtKeys();
    const order = await orderKeys("op-1");
    const rsa = { kty: "RSA", n: "AQAB", e: "AQAB" };
    const bad: [string, string, string][] = [
      ...["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", pem()].map(
        (text): [string, string, string] => ["certificate", text, text.includes("PRIVATE") ? "GL-4116" : "GL-4114"],
      ),
      ["ca", certificate + key, "GL-4116"],
      ["key", certificate, "GL-4114"],
      ["key", made("genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", "pass:secret"), "GL-4114"],
      ["district-key", "{", "GL-4117"],
      ["district-key", "null", "GL-4117"],
      ["district-key", "[]", "GL-4117"],
      ["district-key", JSON.stringify(order.believed.jwk), "GL-4117"],
      ["district-key", JSON.stringify(rsa), "GL-4117"],
      ["district-key", JSON.stringify({ ...district.publicKey, x: "AAAA" }), "GL-4117"],
      ["district-key", JSON.stringify(district.privateKey), "GL-4116"],
      ["order-keys", "[]", "GL-4117"],
      ["order-keys", JSON.stringify([order.believed, order.believed]), "GL-4117"],
      ["order-keys", JSON.stringify([{ ...order.believed, role: "root" }]), "GL-4117"],
      ["order-keys", JSON.stringify([{ ...order.believed, kid: "\u202e<b>" }]), "GL-4117"],
      ["order-keys", JSON.stringify([{ ...order.believed, jwk: district.publicKey }]), "GL-4117"],
      ["order-keys", JSON.stringify(order.signing), "GL-4116"],
      ["roots", "-----BEGIN X-----\n-----END X-----", "GL-4117"],
      ["roots", "[".repeat(16_000), "GL-4117"],
      ["roots", pem(), "GL-4116"],
      ["web-certificate", pem(), "GL-4116"],
      ["web-key", certificate, "GL-4114"],
      ["site-key", pem(), "GL-4116"],
      ["site-key", secret().slice(0, 40), "GL-4117"],
      ["site-key", "every lane of this site knows this long sentence", "GL-4117"],
      ["day-keys", "{}", "GL-4117"],
      ["day-keys", "[]", "GL-4117"],
      ["day-keys", JSON.stringify({ today: secret() }), "GL-4117"],
      ["day-keys", JSON.stringify({ "2020-05-06": "AAAA" }), "GL-4117"],
      ["day-keys", JSON.stringify({ "2020-05-06": 7 }), "GL-4117"],
    ];
    for (const [kind, text, code] of bad)
      for (const take of [false, true]) {
        const { status, body } = await bring(kind, text, take, caller);
        expect([kind, text.slice(0, 40), status, body.code]).toEqual([kind, text.slice(0, 40), 422, code]);
        expect(body.why).toMatch(/\w{4}/);
      }
    expect(existsSync(join(rig.folder, "tls"))).toBe(false);
  }, 30_000);

  it("never repeat a secret, neither in an answer nor in the bundle", async () => {
    const caller = await technician();
    const file = pem();
    const scalar = file.split("\n")[1] ?? "";
    const shared = secret();
    const answers = [await bring("key", file, false, caller), await bring("key", file, true, caller)];
    answers.push(await bring("certificate", file, true, caller), await bring("roots", file, true, caller));
    answers.push(await bring("site-key", shared, true, caller), await bring("site-key", `${shared}.`, true, caller));
    await post("config/apply", { changes: { "broker.key": answers[1]?.body.path } }, caller);
    const told = [...answers.map(({ text }) => text), await (await get("config", caller)).text()];
    told.push(await (await get("log", caller)).text(), await (await get("config/history", caller)).text());
    const bundle = gunzipSync(Buffer.from(await (await get("bundle", caller)).arrayBuffer())).toString();
    for (const text of [...told, bundle])
      for (const hidden of [scalar, shared]) expect(text).not.toContain(hidden.slice(0, 20));
  }, 30_000);

  it("never overwrite the file in use, and the oldest of many make room", async () => {
    const caller = await technician();
    const another = async () => JSON.stringify((await districtKeys()).publicKey);
    const first = (await bring("district-key", await another(), true, caller)).body.path ?? "";
    const used = await post("config/apply", { changes: { "broker.districtKey": first } }, caller);
    expect(used.status).toBe(200);
    const others = new Set<string>();
    for (let n = 0; n < 12; n++)
      others.add((await bring("district-key", await another(), true, caller)).body.path ?? "");
    expect(others.size).toBe(12);
    expect(existsSync(first)).toBe(true);
    expect(readdirSync(join(rig.folder, "tls")).length).toBeLessThanOrEqual(10);
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
