import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Envelope } from "../../src/protocol/envelope.ts";
import { folder } from "../control-room/support/room.ts";
import { findings } from "./axe.ts";
import { morning, type Seeded, seededRoom, signIn } from "./control-room-seed.ts";
import { covered } from "./measure.ts";
import { launch, picture } from "./support.ts";

const pageNames = ["cases", "lanes", "completeness", "counts", "audit"];
const drawn = [
  ".scroll .row",
  ".plan",
  "main.completeness tbody tr",
  ".body.counts main:not(.loading)",
  ".body.audit tbody tr",
];
const row = (page: Page, text: string) => page.locator(".scroll .row", { hasText: text });

describe("the control room's page in Chromium", () => {
  const keep = folder();
  let browser: Browser;
  let room: Seeded;
  beforeAll(async () => {
    browser = await launch("after a hand");
    room = await seededRoom();
    await morning(room, 31);
    await room.send("linqu/wanda/lane-02", { seq: 40, case: "w-gap" });
    await room.birth("linqu/wanda/lane-02", 40, 40);
    await room.settled();
  });
  afterAll(async () => {
    await browser.close();
    await room.stop();
    keep.remove();
  });

  it("folds a flood by site and kind, never a red, and says so", async () => {
    const page = await signIn(browser, room, "operator");
    await row(page, "归组").waitFor();
    expect(await page.locator(".banner.flood").innerText()).toContain("告警集中");
    expect(await row(page, "归组").innerText()).toMatch(/归组 3[12] 起/);
    expect(await row(page, "红码").innerText()).toContain("同一人 3 次");
    await page.getByRole("button", { name: "展开分组" }).click();
    await row(page, "归组").waitFor({ state: "detached" });
    expect(await page.locator(".scroll .row").count()).toBeGreaterThan(20);
    await page.context().close();
  });

  it("goes through a case by keyboard alone: next, acknowledge, note, shelve, resolve, with red refused a shelf", async () => {
    const page = await signIn(browser, room, "operator");
    await row(page, "体温 37.6").click();
    await page.keyboard.press("a");
    await row(page, "体温 37.6").filter({ hasText: "已确认 operator" }).waitFor();
    await page.keyboard.press("n");
    await page.keyboard.type("电话联系");
    await page.keyboard.press("Control+Enter");
    await page.locator(".history", { hasText: "电话联系" }).waitFor();
    await page.keyboard.press("s");
    await page.keyboard.type("校医已接手");
    await page.getByRole("button", { name: /搁置到/ }).click();
    await row(page, "体温 37.6").filter({ hasText: "搁置至" }).waitFor();
    await row(page, "红码").click();
    await page.keyboard.press("s");
    await page.locator(".said", { hasText: "红码不可搁置" }).waitFor();
    await row(page, "故障 GL-2110").click();
    await page.keyboard.press("r");
    await page.keyboard.press("Enter");
    await row(page, "故障 GL-2110").waitFor({ state: "detached" });
    await page.context().close();
  });

  it("shows a new case by itself, and gives those who only watch no buttons", async () => {
    const page = await signIn(browser, room, "watcher");
    await row(page, "红码").waitFor();
    const seen = page.evaluate(
      () =>
        new Promise<number>((done) => {
          const look = () =>
            document.querySelector(".scroll")?.textContent?.includes("尾随")
              ? done(Date.now())
              : requestAnimationFrame(look);
          look();
        }),
    );
    const sent = Date.now();
    await room.send("linqu/huaan/east-04", { type: "tailgating", category: "security", routing: ["site"] });
    process.stderr.write(`alert to screen, through broker, disk and page: ${(await seen) - sent} ms\n`);
    expect(await page.getByRole("button", { name: "确认" }).count()).toBe(0);
    await page.context().close();
  });

  it("sounds once for a group and for every red, by rhythm, and says when the browser holds the sound back", async () => {
    const page = await signIn(browser, room, "operator", () => {
      const tones: number[] = [];
      Object.assign(window, { tones });
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (when) {
        tones.push(this.frequency.value);
        start.call(this, when);
      };
    });
    await row(page, "红码").first().waitFor();
    const tones = () => page.evaluate(() => (window as unknown as { tones: number[] }).tones.length);
    const held: Partial<Envelope> = { type: "held-open", category: "security", routing: ["site"] };
    await room.send("linqu/scenic/lane-01", held);
    await row(page, "长时间未关").first().waitFor();
    expect(await tones()).toBe(2);
    await room.send("linqu/scenic/lane-02", held);
    await page.waitForFunction(() => document.querySelector(".scroll")?.textContent?.match(/长时间未关（归组 2 起）/));
    expect(await tones()).toBe(2);
    await page.keyboard.press("m");
    await room.send("linqu/scenic/lane-01", { type: "red-code", level: "red", case: "p-9" });
    await row(page, "景区南门").filter({ hasText: "红码" }).waitFor();
    expect(await tones()).toBe(5);
    await page.reload();
    await page.locator(".banner", { hasText: "允许声音" }).waitFor();
    await page.keyboard.press("j");
    await page.locator(".banner", { hasText: "允许声音" }).waitFor({ state: "detached" });
    await page.context().close();
  });

  it("does everything by the keys that SCREENS names", async () => {
    const page = await signIn(browser, room, "operator");
    await row(page, "红码").first().waitFor();
    await page.locator(".banner.flood button").click();
    const current = () => page.locator(".row.current").getAttribute("aria-rowindex");
    const at = async (index: number) => expect(await current()).toBe(String(index + 2));
    for (const [key, index] of [
      ["ArrowDown", 1],
      ["j", 2],
      ["k", 1],
      ["ArrowUp", 0],
    ] as const) {
      await page.keyboard.press(key);
      await at(index);
    }
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+X");
    await page.locator(".tools .side", { hasText: "已选 3 起" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".tools .side", { hasText: "已选" }).waitFor({ state: "detached" });
    await page.keyboard.press("u");
    expect(await page.locator(".row.current").getAttribute("class")).toContain("new");
    await page.keyboard.press("Enter");
    await page.locator(".case-page").waitFor();
    await page.keyboard.press("Escape");
    for (const [key, there] of [
      ["l", ".places"],
      ["l", ".list"],
      ["c", ".completeness"],
      ["c", ".list"],
      ["?", ".card.keys"],
      ["?", ".list"],
    ] as const) {
      await page.keyboard.press(key);
      await page.locator(there).first().waitFor();
    }
    await page.keyboard.press("/");
    await page.keyboard.type("jxa");
    expect(await page.locator("input[type=search]").inputValue()).toBe("jxa");
    await page.keyboard.press("Escape");
    const mode = () => page.evaluate(() => document.body.dataset.mode);
    const before = await mode();
    await page.keyboard.press("d");
    await expect.poll(mode).not.toBe(before);
    await page.keyboard.press("m");
    await page.locator(".said", { hasText: "已静音" }).waitFor();
    const download = page.waitForEvent("download");
    await page.keyboard.press("e");
    expect((await download).suggestedFilename()).toBe("greenlane-cases.csv");
    await page.keyboard.press("?");
    await page.getByRole("button", { name: /单键操作/ }).click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("l");
    expect(await page.locator(".places").count()).toBe(0);
    await page.context().close();
  });

  it("keeps the choice on its case when a more urgent one arrives above it", async () => {
    const page = await signIn(browser, room, "operator");
    await row(page, "红码").first().waitFor();
    const chosen = () => page.locator(".row.current").getAttribute("data-case");
    const before = await chosen();
    await room.send("linqu/huaan/west-02", { type: "red-code", level: "red", case: "p-10" });
    await row(page, "华安小区 西门 02 出").first().waitFor();
    expect(await chosen()).toBe(before);
    await page.context().close();
  });

  it("opens a subject in the browser with the operator's key, and the audit log has it", async () => {
    const page = await signIn(browser, room, "operator");
    const answers: string[] = [];
    page.on(
      "response",
      (answer) =>
        void answer.text().then(
          (text) => answers.push(text),
          () => {},
        ),
    );
    await row(page, "红码 · 同一人").click();
    const file = join(keep.path, "district.jwk");
    writeFileSync(file, JSON.stringify(room.privateKey));
    await page.locator(".sealed input").setInputFiles(file);
    await page.locator(".subject", { hasText: "SD-370724-0001" }).waitFor();
    expect(answers.some((text) => text.includes("SD-370724-0001"))).toBe(false);
    await page.locator(".history", { hasText: "operator 解密身份信息" }).waitFor();
    await page.context().close();
    const boss = await signIn(browser, room, "supervisor");
    await boss.getByRole("button", { name: "审计" }).click();
    await boss.locator("tr", { hasText: "解密身份信息" }).first().waitFor();
    expect(await boss.locator(".page .hint").innerText()).toContain("链条完整");
    await boss.context().close();
  });

  it("forgets the operator's key when the server has ended the session, so that the next one at the desk needs their own", async () => {
    const page = await signIn(browser, room, "operator", () => {
      const sockets: WebSocket[] = [];
      Object.assign(window, { sockets });
      window.WebSocket = class extends WebSocket {
        constructor(url: string | URL) {
          super(url);
          sockets.push(this);
        }
      };
    });
    await row(page, "红码 · 同一人").click();
    const file = join(keep.path, "district.jwk");
    writeFileSync(file, JSON.stringify(room.privateKey));
    await page.locator(".sealed input").setInputFiles(file);
    await page.locator(".subject", { hasText: "SD-370724-0001" }).waitFor();
    await page.evaluate(async () => {
      const { csrf } = (await (await fetch("/api/me")).json()) as { csrf: string };
      const headers = { "content-type": "application/json", "x-csrf": csrf };
      await fetch("/api/sign-out", { method: "POST", headers, body: "{}" });
      for (const socket of (window as unknown as { sockets: WebSocket[] }).sockets) socket.close();
    });
    await page.fill("[name=id]", "supervisor");
    await page.fill("[name=password]", "a-good-password-supervisor");
    await page.keyboard.press("Enter");
    await row(page, "红码 · 同一人").click();
    const asked = page.waitForEvent("filechooser", { timeout: 10_000 });
    await page.locator(".sealed .decrypt").click();
    await asked;
    expect(await page.locator(".subject", { hasText: "SD-370724-0001" }).count()).toBe(0);
    await page.context().close();
  });

  it("proves completeness, shows a gap as a gap, and makes no statement about a silent lane", async () => {
    const page = await signIn(browser, room, "watcher");
    await row(page, "红码").first().waitFor();
    await page.keyboard.press("c");
    const gap = page.locator("tr.gap", { hasText: "万达广场 2 入" });
    await gap.waitFor();
    expect(await gap.innerText()).toMatch(/缺 \d+–39/);
    expect(await page.locator("tr", { hasText: "华安小区 东门 03 入" }).innerText()).toContain("收齐");
    const silent = page.locator(".tree .lane", { hasText: "景区南门 01 入" });
    expect(await silent.innerText()).toContain("失联");
    expect(await silent.locator(".sign.stale").count()).toBe(1);
    await page.context().close();
  });

  it("speaks English on request and keeps what was chosen", async () => {
    const page = await signIn(browser, room, "supervisor");
    await row(page, "红码").first().waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("button", { name: "Cases", exact: true }).click();
    await row(page, "Red code").first().waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    await page.reload();
    await row(page, "Red code").first().waitFor();
    await page.context().close();
  });

  it("axe finds nothing on any page in either language, its contrast holds by night and by day, and no words are cut off", async () => {
    const page = await signIn(browser, room, "supervisor");
    await row(page, "红码").first().waitFor();
    const looks = [
      ["zh", ["事件", "通道", "完整性", "统计", "审计"]],
      ["en", ["Cases", "Lanes", "Completeness", "Counts", "Audit"]],
    ] as const;
    for (const [language, tabs] of looks) {
      if (language === "en") {
        await page.getByRole("button", { name: "English" }).click();
        // An office's old monitor, and the longer words on it.
        await page.setViewportSize({ width: 1366, height: 768 });
      }
      for (const [index, tab] of tabs.entries()) {
        await page.getByRole("button", { name: tab, exact: true }).click();
        // What a tab asks for first is drawn.
        await page
          .locator(drawn[index] ?? "main")
          .first()
          .waitFor();
        const name = `control-room-${pageNames[index]}-${language}`;
        expect(await findings(page), name).toEqual([]);
        expect([name, await page.evaluate(() => document.body.scrollWidth - innerWidth)]).toEqual([name, 0]);
        expect([name, await covered(page)]).toEqual([name, []]);
        for (const _ of ["as it is by the clock", "and the other one"]) {
          const mode = await page.evaluate(() => document.body.dataset.mode);
          await picture(page, `${name}-${mode}`);
          await page.keyboard.press("d");
          expect(await findings(page, { only: "color-contrast" }), name).toEqual([]);
        }
      }
    }
    await page.context().close();
  });

  it("says at sign-in that the server doesn't know the address, where a proxy hides its name, and not that the password is wrong", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    // What the server answers where the proxy leaves out the name that the browser asked for.
    await page.route("**/api/sign-in", (route) => route.fulfill({ status: 403, json: { error: "csrf" } }));
    await page.goto(room.room.url);
    await page.fill("[name=id]", "operator");
    await page.fill("[name=password]", "a-good-password-operator");
    await page.keyboard.press("Enter");
    await page.locator(".failure", { hasText: "代理须转发 Host" }).waitFor();
    await context.close();
  });

  it("ends the session for everybody without a cookie, a token, a role or the page's own origin", async () => {
    const { url } = room.room;
    expect((await fetch(`${url}api/completeness`)).status).toBe(401);
    const page = await signIn(browser, room, "watcher");
    const act = (headers: Record<string, string>) =>
      page.evaluate(
        async (sent) =>
          (
            await fetch("/api/acknowledge", {
              method: "POST",
              headers: { "content-type": "application/json", ...sent },
              body: '{"ids":["C-260426-0001"]}',
            })
          ).status,
        headers,
      );
    expect(await act({})).toBe(403);
    const csrf = await page.evaluate(async () => ((await (await fetch("/api/me")).json()) as { csrf: string }).csrf);
    expect(await act({ "x-csrf": csrf })).toBe(403);
    const answer = await fetch(url);
    expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
    await page.getByRole("button", { name: /退出/ }).click();
    await page.waitForSelector("[name=password]");
    expect(await page.evaluate(async () => (await fetch("/api/me")).status)).toBe(401);
    await page.context().close();
  });

  it("draws no lane as well while the server doesn't hear the broker", async () => {
    const page = await signIn(browser, room, "watcher");
    await page.locator(".tree .sign.normal").first().waitFor();
    await room.broker.stop();
    await page.locator(".banner.broken", { hasText: "消息服务器断开" }).waitFor();
    expect(await page.locator(".tree .sign.normal").count()).toBe(0);
    await page.keyboard.press("l");
    await page.locator(".places .tag", { hasText: "情况不明" }).first().waitFor();
    expect(await page.locator(".places .sign.normal").count()).toBe(0);
    await page.context().close();
  });
});
