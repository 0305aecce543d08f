import { afterEach, describe, expect, it } from "vitest";
import { instantFromIso, minutes } from "../../src/core/units.ts";
import type { GuardAction, GuardView } from "../../src/core/views.ts";
import { findGuard, hashPin, PinError } from "../../src/web/pins.ts";
import { createWeb, type WebOptions } from "../../src/web/server.ts";
import { calm, HandClock, Listener, webOptions } from "./support.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const web of open.splice(0)) await web.stop();
});

const guards: Record<string, { id: string; supervisor: boolean }> = {
  "023100": { id: "0231", supervisor: false },
  "900900": { id: "0900", supervisor: true },
};

async function started(changes: Partial<WebOptions> = {}) {
  const clock = new HandClock();
  const asked: [GuardAction, string | null][] = [];
  const shifts: (string | null)[] = [];
  let tries = 0;
  const web = createWeb(
    webOptions({
      clock,
      signIn: async (pin) => {
        tries++;
        return guards[pin] ?? null;
      },
      onGuardAction: async (action, guard, supervisor) => {
        // Whoever is signed in: only the PIN entered for the request makes it a supervisor's.
        expect(supervisor).toBe(["end-lockdown", "reset-emergency"].includes(action.kind));
        asked.push([action, guard]);
        return { ok: true };
      },
      onShift: (guard) => shifts.push(guard?.id ?? null),
      ...changes,
    }),
  );
  open.push(web);
  const { port } = await web.start();
  const url = `http://127.0.0.1:${port}`;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const signIn = async (pin: string): Promise<string> => {
    const answer = await post("/guard/sign-in", { pin });
    return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  };
  return { web, clock, port, url, post, signIn, asked, shifts, tries: () => tries };
}

describe("signing in", () => {
  it("lasts as long as the site's shift and no longer", async () => {
    const { post, clock, shifts } = await started({ shift: minutes(15) });
    const cookie = (await post("/guard/sign-in", { pin: "023100" })).headers.get("set-cookie") ?? "";
    expect(cookie).toContain("Max-Age=900");
    clock.push(minutes(15) - 1);
    expect(shifts).toEqual(["0231"]);
    clock.push(1);
    expect(shifts).toEqual(["0231", null]);
  });

  it("sets a cookie that no script and no other site can use, and tells the lane whose shift it is", async () => {
    const { post, shifts } = await started();
    const answer = await post("/guard/sign-in", { pin: "023100" });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(answer.status).toBe(200);
    expect(cookie).toMatch(/^guard=[\w-]{43};/);
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    expect(await answer.text()).not.toContain("0231");
    expect(shifts).toEqual(["0231"]);
  });

  it("looks at five wrong PINs, then at none for 30 s, a minute, two, and 15 minutes at most", async () => {
    const { post, clock, tries } = await started();
    for (let i = 0; i < 5; i++) expect((await post("/guard/sign-in", { pin: "111111" })).status).toBe(403);
    for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
      const before = tries();
      const refused = await post("/guard/sign-in", { pin: "023100" });
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe(String(seconds));
      expect(tries()).toBe(before);
      clock.push(seconds * 1000);
      expect((await post("/guard/sign-in", { pin: "111111" })).status).toBe(403);
    }
    clock.push(900_000);
    expect((await post("/guard/sign-in", { pin: "023100" })).status).toBe(200);
  });

  it("counts PINs that are sent all at once one after another", async () => {
    const { post, tries } = await started();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => post("/guard/sign-in", { pin: String(100_000 + i) })),
    );
    expect(answers.filter((answer) => answer.status === 403)).toHaveLength(5);
    expect(tries()).toBe(5);
  });

  it.each([
    {},
    { pin: 23100 },
    { pin: "02310" },
    { pin: "0231000" },
    { pin: ["0", "2"] },
    { pin: { $ne: "" } },
    "not json",
    "[]",
    "null",
    '{"pin":"023100","pin":1}',
  ])("takes nothing but six digits: %j", async (body) => {
    const { post, tries } = await started();
    expect((await post("/guard/sign-in", body)).status).toBeGreaterThanOrEqual(400);
    expect(tries()).toBe(0);
  });

  it("takes nothing large and nothing that is not JSON", async () => {
    const { post, url } = await started();
    expect((await post("/guard/sign-in", { pin: "0".repeat(10_000) })).status).toBe(413);
    const form = await fetch(`${url}/guard/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
      body: "pin=023100",
    });
    expect(form.status).toBe(415);
    const text = await fetch(`${url}/guard/sign-in`, {
      method: "POST",
      headers: { origin: url },
      body: '{"pin":"023100"}',
    });
    expect(text.status).toBe(415);
  });

  it("is refused to every page but its own", async () => {
    const { post, url } = await started();
    for (const origin of ["http://evil.example", "null", url.replace("http:", "https:"), `${url}.evil.example`])
      expect((await post("/guard/sign-in", { pin: "023100" }, { origin })).status).toBe(403);
    expect((await post("/guard/sign-in", { pin: "023100" }, { "sec-fetch-site": "same-site" })).status).toBe(403);
  });
});

describe("a flood of requests", () => {
  it("reaches the lane 120 times a minute at most, and looks at 60 sign-ins", async () => {
    const { post, asked } = await started();
    const call = () => post("/guard/actions", { action: { kind: "call-help" } });
    const answers = await Promise.all(Array.from({ length: 130 }, call));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(120);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
    expect(asked).toHaveLength(120);
    // Not even a PIN's form is looked at.
    const forms = await Promise.all(Array.from({ length: 61 }, () => post("/guard/sign-in", {})));
    expect(forms.map(({ status }) => status).sort()).toEqual([...Array(60).fill(400), 429]);
  });
});

describe("a session", () => {
  it("ends after eight hours, by the lane's own clock", async () => {
    const { post, signIn, clock, shifts } = await started();
    const cookie = await signIn("023100");
    const act = () => post("/guard/actions", { action: { kind: "assistance" } }, { cookie });
    clock.push(8 * 3_600_000 - 1);
    expect((await act()).status).toBe(200);
    clock.push(1);
    expect((await act()).status).toBe(401);
    expect(shifts).toEqual(["0231", null]);
  });

  it("ends with sign-out, and its cookie is worth nothing then", async () => {
    const { post, signIn } = await started();
    const cookie = await signIn("023100");
    await post("/guard/sign-out", {}, { cookie });
    expect((await post("/guard/actions", { action: { kind: "assistance" } }, { cookie })).status).toBe(401);
  });

  it("is not made from a guessed, a cut or a foreign cookie", async () => {
    const { post, signIn } = await started();
    const cookie = await signIn("023100");
    for (const forged of [
      "guard=",
      `guard=${"A".repeat(43)}`,
      cookie.slice(0, -1),
      `${cookie}A`,
      "guard=__proto__",
      "guard=0231",
    ])
      expect((await post("/guard/actions", { action: { kind: "assistance" } }, { cookie: forged })).status).toBe(401);
  });

  it("keeps the other tablets' sessions when one signs out, and gives the buttons back to the one before", async () => {
    const { post, signIn, shifts } = await started();
    const first = await signIn("023100");
    const second = await signIn("900900");
    await post("/guard/sign-out", {}, { cookie: second });
    expect((await post("/guard/actions", { action: { kind: "assistance" } }, { cookie: first })).status).toBe(200);
    expect(shifts).toEqual(["0231", "0900", "0231"]);
  });
});

describe("what a guard may ask for", () => {
  it("carries the guard's id from the session, whatever the request says", async () => {
    const { post, signIn, asked } = await started();
    const cookie = await signIn("023100");
    await post("/guard/actions", { action: { kind: "manual-check", person: 7 } }, { cookie });
    expect(asked).toEqual([[{ kind: "manual-check", person: 7 }, "0231"]]);
    expect((await post("/guard/actions", { action: { kind: "assistance" }, guard: "0900" }, { cookie })).status).toBe(
      400,
    );
  });

  it("is a call for help and nothing else while nobody is signed in", async () => {
    const { post, asked } = await started();
    expect((await post("/guard/actions", { action: { kind: "call-help" } })).status).toBe(200);
    for (const action of [
      { kind: "manual-check", person: null },
      { kind: "assistance" },
      { kind: "dismiss", person: 1 },
    ])
      expect((await post("/guard/actions", { action })).status).toBe(401);
    expect(asked).toEqual([[{ kind: "call-help" }, null]]);
  });

  it.each([
    { kind: "open" },
    { kind: "family", people: 7 },
    { kind: "family", people: 1.5 },
    { kind: "family", people: "3" },
    { kind: "manual-check" },
    { kind: "manual-check", person: -1 },
    { kind: "escorted-release", person: 1, reason: "because I say so" },
    { kind: "escorted-release", person: 1, reason: "medical-emergency", note: "王小明" },
    { kind: "call-help", __proto__: null, extra: 1 },
    { kind: "constructor" },
    [],
    null,
  ])("is one of the closed list: %j is not", async (action) => {
    const { post, signIn, asked } = await started();
    const cookie = await signIn("023100");
    expect((await post("/guard/actions", { action }, { cookie })).status).toBe(400);
    expect(asked).toEqual([]);
  });

  it("needs a supervisor's PIN each time for ending a lockdown and resetting an emergency", async () => {
    const { post, signIn, asked } = await started();
    const cookie = await signIn("023100");
    for (const kind of ["end-lockdown", "reset-emergency"]) {
      expect((await post("/guard/actions", { action: { kind } }, { cookie })).status).toBe(403);
      expect((await post("/guard/actions", { action: { kind }, pin: "023100" }, { cookie })).status).toBe(403);
      expect((await post("/guard/actions", { action: { kind }, pin: "111111" }, { cookie })).status).toBe(403);
      expect((await post("/guard/actions", { action: { kind }, pin: "900900" }, { cookie })).status).toBe(200);
    }
    expect(asked.map(([action, guard]) => [action.kind, guard])).toEqual([
      ["end-lockdown", "0900"],
      ["reset-emergency", "0900"],
    ]);
  });
});

describe("the guard's live connection", () => {
  const attended = {
    id: 7,
    since: 0 as never,
    reasons: ["yellow" as const],
    temperature: { class: "normal" as const, estimate: 36.6 },
    colourHint: null,
    complaint: "LQ03-4033-5-7",
    report: "stored" as const,
    calls: 1 as const,
    may: { manualCheck: false, escortedRelease: true },
  };

  it("tells a tablet without a guard that somebody waits, and nothing about them", async () => {
    const { web, port } = await started();
    const page = await new Listener(port, "/live/guard").until((it) => it.told.length === 1);
    web.display.guard({ ...calm, attended: [attended] });
    await page.until((it) => it.told.length === 2);
    expect(page.told[1]).toMatchObject({ shift: null, attended: [], waiting: [{ id: 7, waitedMs: 10_000 }] });
    expect(JSON.stringify(page.told[1])).not.toMatch(/yellow|36\.6|LQ03/);
  });

  it("tells a signed-in tablet the reason, and stops when the shift ends", async () => {
    const { web, port, signIn, clock } = await started();
    const cookie = await signIn("023100");
    const page = await new Listener(port, "/live/guard", { cookie }).until((it) => it.told.length === 1);
    web.display.guard({ ...calm, attended: [attended] });
    await page.until((it) => it.told.length === 2);
    expect(page.told[1]).toMatchObject({ shift: { guard: "0231" }, attended: [{ reasons: ["yellow"] }] });
    clock.push(8 * 3_600_000);
    web.display.guard({ ...calm, attended: [attended] });
    await page.until((it) => it.told.length === 3);
    expect(page.told[2]).toMatchObject({ shift: null, attended: [] });
  });

  it("tells until when a lockdown lasts, never too early, and of nothing else that it would end", async () => {
    const { web, port } = await started();
    const page = await new Listener(port, "/live/guard").until((it) => it.told.length === 1);
    const until = instantFromIso("2020-04-26T08:40:20+08:00");
    for (const view of [
      { mode: "lockdown", until },
      { mode: "lockdown", until: null },
      { mode: "emergency", until },
    ])
      web.display.guard({ ...calm, ...(view as Partial<GuardView>) });
    await page.until((it) => it.told.length === 4);
    expect(page.told.slice(1).map((message) => message.until)).toEqual(["08:41", null, null]);
  });

  it("never lets a count of 1 to 4 leave the server", async () => {
    const { web, port } = await started();
    const page = await new Listener(port, "/live/guard").until((it) => it.told.length === 1);
    for (let count = 0; count <= 6; count++) {
      web.display.guard({ ...calm, counts: { granted: count } });
      await page.until((it) => it.told.length === count + 2);
    }
    const shown = page.told.slice(1).map((message) => (message.counts as Record<string, string>).granted);
    expect(shown).toEqual(["0", "1–4", "1–4", "1–4", "1–4", "5", "6"]);
  });
});

describe("a kept PIN", () => {
  it("is found by scrypt alone, whoever's it is, and a wrong one is nobody's", async () => {
    const first = await hashPin("023100");
    const book = [
      { id: "0231", pin: first, supervisor: false },
      { id: "0900", pin: await hashPin("900900", first), supervisor: true },
    ];
    expect(first).not.toContain("023100");
    expect(await findGuard(book, "900900")).toEqual({ id: "0900", supervisor: true });
    expect(await findGuard(book, "023100")).toEqual({ id: "0231", supervisor: false });
    expect(await findGuard(book, "023101")).toBeNull();
  });

  it("that is unreadable says which command makes a new one", async () => {
    const book = [{ id: "0231", pin: "023100", supervisor: false }];
    await expect(findGuard(book, "023100")).rejects.toThrow(PinError);
  });
});
