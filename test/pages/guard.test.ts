import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { instantFromIso, monotonic } from "../../src/core/units.ts";
import type { AttendedPerson } from "../../src/core/views.ts";
import { findings } from "./axe.ts";
import { misfits } from "./measure.ts";
import { waiting } from "./people.ts";
import { contextOf, Kiosk, launch, TestClock } from "./support.ts";
import { type Held, history, Tablet } from "./tablet.ts";
import { beats, witnessed } from "./witness.ts";

let browser: Browser;
let tablet: Tablet;
let kiosk: Kiosk;
let page: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());
afterEach(async () => {
  await page?.context().close();
  await kiosk?.stop();
});

async function opened(path = "/guard", more: BrowserContextOptions = {}, size: Held = "tablet"): Promise<void> {
  tablet = await Tablet.open(browser, path, more, size);
  ({ kiosk, page } = tablet);
}

describe("somebody waits", () => {
  it("shows red, yellow and several reasons without a finding of axe", async () => {
    await opened();
    await tablet.signIn();
    for (const code of ["red", "yellow", "low", "pending"] as const) {
      const temperature =
        code === "low" ? ({ class: "low", estimate: 34.1 } as const) : ({ class: "fever", estimate: 37.6 } as const);
      const person = waiting(code === "yellow" ? ["yellow", "fever"] : [code], {
        temperature,
        report: "received",
        receivedAt: instantFromIso("2020-04-26T08:13:00+08:00"),
        tries: 2,
        colourHint: code === "yellow" ? "green" : null,
      });
      kiosk.guard({ attended: [person] });
      await page.waitForSelector(`[data-reason="${code}"]`);
      expect(await findings(page), code).toEqual([]);
      await tablet.shot(`attended-${code}`);
      if (code === "yellow") {
        expect(await page.locator(".also").innerText()).toBe("同时：体温高于 37.3 °C");
        expect(await page.locator(".facts").innerText()).toContain("街道、疾控中心 08:13 已收到");
        expect(await page.locator(".waited").innerText()).toMatch(/00:\d\d[\s\S]*秒后再次呼叫/);
      }
    }
  });
});

describe("the guard's clocks", () => {
  it("go on between two messages, to the next call and to the control room, and are not believed after 1.8 s", async () => {
    class StillClock extends TestClock {
      override monotonic = () => monotonic(100_000);
    }
    kiosk = await Kiosk.start({
      clock: new StillClock(),
      stamp: () => 0,
      signIn: async () => ({ id: "0231", supervisor: false }),
    });
    page = await (await browser.newContext(contextOf("tablet"))).newPage();
    await page.request.post(`${kiosk.url}/guard/sign-in`, { data: { pin: "023100" }, headers: { origin: kiosk.url } });
    // The page's time stands still but where the test lets it go on.
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1000);
    await page.goto(`${kiosk.url}/guard`);
    await page.waitForSelector("[data-push=sign-out]");
    kiosk.freeze();
    const shows = async (calls: 1 | 2 | 3, wanted: RegExp): Promise<void> => {
      const nextCall = calls === 3 ? null : monotonic(102_000);
      kiosk.guard({ attended: [waiting(["red"], { since: monotonic(82_000), nextCall, calls })] });
      await expect.poll(() => page.locator(".waited").innerText()).toMatch(wanted);
    };
    await shows(1, /00:18[\s\S]*2 秒后再次呼叫/);
    await page.clock.runFor(1000);
    expect(await page.locator(".waited").innerText()).toMatch(/00:19[\s\S]*1 秒后再次呼叫/);
    await shows(2, /00:18[\s\S]*2 秒后通知控制室/);
    await shows(3, /00:18[\s\S]*已呼叫控制室/);
    await page.clock.runFor(1799);
    expect(await page.locator(".lost").count()).toBe(0);
    await page.clock.runFor(1);
    expect(await page.locator(".lost").innerText()).toContain("请直接到闸机旁查看");
  });
});

describe("the tablet's call", () => {
  it("sounds once for each who waits and longer when repeated, whatever is told again, and not for who has gone", async () => {
    kiosk = await Kiosk.start();
    page = await (await browser.newContext(contextOf("tablet"))).newPage();
    await witnessed(page);
    await page.goto(`${kiosk.url}/guard`);
    await page.waitForSelector("main:not(.old)");
    const [one, two] = [waiting(["red"]), waiting(["low"], { id: 8 })];
    const all: string[] = [];
    const heard = async (attended: readonly AttendedPerson[], ...tones: readonly string[]): Promise<void> => {
      all.push(...tones);
      kiosk.guard({ attended });
      await beats(page);
      expect(await page.evaluate(() => window.witness.played)).toEqual(all);
    };
    await heard([one], "guard-call");
    await heard([one, two], "guard-call");
    await heard([{ ...one, calls: 2 }, two], "guard-again");
    await heard([{ ...two, calls: 2 }], "guard-again");
    await heard([]);
    await heard([one], "guard-call");
  });
});

describe("keyboard alone", () => {
  it("signs in, reads the reason, releases under escort with a reason, and signs out", async () => {
    await opened();
    kiosk.guard({ attended: [waiting(["yellow"])] });
    await page.waitForSelector("text=有人需要协助");
    await page.keyboard.type("023101");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=PIN 不对");
    await tablet.signIn();
    await page.waitForSelector("[data-reason=yellow]");
    const tabTo = async (id: string): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.push)) === id) return;
      }
      throw new Error(`the keyboard does not reach ${id}`);
    };
    await tabTo("escorted-release");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    expect(tablet.asked).toEqual([]);
    await tabTo("escorted-release");
    await page.keyboard.press("Space");
    await tabTo("medical-emergency");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=已执行");
    expect(tablet.asked).toEqual([[{ kind: "escorted-release", person: 7, reason: "medical-emergency" }, "0231"]]);
    await tabTo("sign-out");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".signed-out");
    expect(await page.locator("main").innerText()).not.toContain("黄码");
  });
});

describe("touch alone", () => {
  it("signs in, checks by hand, starts a family, calls for help, with targets for cold hands", async () => {
    await opened("/guard", { hasTouch: true });
    for (const digit of "023100") await page.tap(`[data-key="${digit}"]`);
    await page.tap("[data-key=enter]");
    await page.waitForSelector(".idle");
    kiosk.guard({ quarters: history });
    await page.waitForSelector(".chart");
    expect(await findings(page)).toEqual([]);
    await tablet.shot("idle");
    await page.tap("[data-push=family]");
    await page.tap("[data-push=family-3]");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.tap("[data-push=assistance]");
    kiosk.guard({
      attended: [waiting(["low"], { temperature: { class: "low", estimate: 34.1 } }), waiting(["red"], { id: 9 })],
    });
    await page.tap("[data-person='9']");
    await page.waitForSelector("[data-reason=red]");
    await page.tap("[data-person='7']");
    await page.tap("[data-push=manual-check]");
    await page.tap("[data-push=mask-refused]");
    await page.tap("[data-push=dismiss]");
    await page.tap("[data-push=call-help]");
    await page.waitForSelector("text=已呼叫支援");
    const small = await page
      .locator("button:visible")
      .evaluateAll((buttons) =>
        buttons
          .filter((one) => one.getBoundingClientRect().height < 56 || one.getBoundingClientRect().width < 56)
          .map((one) => one.textContent),
      );
    expect(small).toEqual([]);
    expect(tablet.asked.map(([action]) => action)).toEqual([
      { kind: "family", people: 3 },
      { kind: "assistance" },
      { kind: "manual-check", person: 7 },
      { kind: "mask-refused", refused: true },
      { kind: "dismiss", person: 7 },
      { kind: "call-help" },
    ]);
  });

  it("says what the lane refused", async () => {
    await opened("/guard", { hasTouch: true });
    await tablet.signIn();
    tablet.answer = { ok: false, why: "turnstile-busy" };
    await page.tap("[data-push=manual-check]");
    await page.waitForSelector("text=闸机正在放行，请稍候再试");
  });

  it("asks for a supervisor's PIN each time before a lockdown ends", async () => {
    await opened("/guard", { hasTouch: true });
    await tablet.signIn();
    kiosk.guard({ mode: "lockdown" });
    await page.tap("[data-push=end-lockdown]");
    expect(await findings(page)).toEqual([]);
    await tablet.shot("supervisor");
    for (const digit of "023100") await page.tap(`dialog [data-key="${digit}"]`);
    await page.tap("dialog [data-key=enter]");
    await page.waitForSelector("dialog >> text=需要主管的 PIN");
    for (const digit of "900900") await page.tap(`dialog [data-key="${digit}"]`);
    await page.tap("dialog [data-key=enter]");
    await page.waitForSelector("dialog", { state: "detached" });
    expect(tablet.asked).toEqual([[{ kind: "end-lockdown" }, "0900"]]);
  });
});

describe("signed out", () => {
  it("shows that somebody waits, not why, and can call for help", async () => {
    await opened();
    kiosk.guard({ attended: [waiting(["red", "fever"], { temperature: { class: "fever", estimate: 38.2 } })] });
    await page.waitForSelector("text=有人需要协助");
    const all = await page.content();
    for (const secret of ["红码", "38.2", "LQ03", "体温"]) expect(all).not.toContain(secret);
    expect(await findings(page)).toEqual([]);
    expect(await misfits(page)).toEqual([]);
    await tablet.shot("signed-out");
    await page.click("[data-push=call-help]");
    await page.waitForSelector("text=已呼叫支援");
    expect(tablet.asked).toEqual([[{ kind: "call-help" }, null]]);
  });

  it("shows counts of one to four as 1–4", async () => {
    await opened();
    await page.waitForSelector(".foot b");
    expect(await page.locator(".foot").innerText()).toMatch(/通行 37[\s\S]*人工查验 5[\s\S]*已劝返 1–4/);
  });
});

describe("a lane that has stopped", () => {
  it("says for how long, greys what it knew, and leaves only the call for help", async () => {
    await opened();
    await tablet.signIn();
    kiosk.guard({ attended: [waiting(["low"])] });
    await page.waitForSelector("[data-reason=low]");
    kiosk.freeze();
    await page.waitForSelector(".lost");
    await page.waitForSelector("text=/与通道断开 [2-9] 秒/");
    expect(await page.locator(".lost").innerText()).toContain("请直接到闸机旁查看");
    const pressable = page.locator("main .push:not([aria-disabled])");
    expect(await pressable.evaluateAll((all) => all.map((one) => one.getAttribute("data-push")))).toEqual([
      "call-help",
    ]);
    expect(await findings(page)).toEqual([]);
    await tablet.shot("lost");
    kiosk.thaw();
    await page.waitForSelector(".lost", { state: "detached" });
  });
});
