import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { reasonCodes } from "../../src/core/flow.ts";
import { instantFromIso, later, minutes } from "../../src/core/units.ts";
import type { GuardAction, GuardAnswer } from "../../src/core/views.ts";
import { guardRowOf, places, plates } from "../ui/guard-table.ts";
import { findings } from "./axe.ts";
import { misfits } from "./measure.ts";
import { waiting } from "./people.ts";
import { contextOf, Kiosk, launch, pictures } from "./support.ts";

let browser: Browser;
let kiosk: Kiosk;
let page: Page;
let asked: [GuardAction, string | null][] = [];
let answer: GuardAnswer = { ok: true };

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());
afterEach(async () => {
  await page?.context().close();
  await kiosk?.stop();
});

async function opened(
  path = "/guard",
  more: BrowserContextOptions = {},
  size: "tablet" | "tablet upright" = "tablet",
): Promise<void> {
  asked = [];
  answer = { ok: true };
  kiosk = await Kiosk.start({
    signIn: async (pin) =>
      ({ "023100": { id: "0231", supervisor: false }, "900900": { id: "0900", supervisor: true } })[pin] ?? null,
    onGuardAction: async (action, guard) => {
      asked.push([action, guard]);
      return answer;
    },
  });
  page = await (await browser.newContext(contextOf(size, more))).newPage();
  await page.goto(kiosk.url + path);
  await page.waitForSelector("main:not(.old)");
}

async function signIn(pin = "023100"): Promise<void> {
  await page.keyboard.type(pin);
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-push=sign-out]");
}

const history = [12, 18, 26, 31, 44, 52, 61, 58, 49, 37].map((granted, index) => ({
  from: later(instantFromIso("2020-04-26T05:45:00+08:00"), minutes(index * 15)),
  granted,
}));

const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(pictures, `guard-${name}.png`) });

/** What stands on the page now for the person who waits. */
function drawn() {
  return page.evaluate(() => {
    const hex = (colour: string): string =>
      `#${(colour.match(/[\d.]+/g) ?? [])
        .slice(0, 3)
        .map((part) => Number(part).toString(16).padStart(2, "0"))
        .join("")}`.toUpperCase();
    const text = (selector: string): string =>
      document.querySelector<HTMLElement>(selector)?.innerText.replace(/\s+/g, " ").trim() ?? "";
    const plate = document.querySelector(".plate");
    const style = getComputedStyle(plate ?? document.body);
    return {
      tone: plate?.getAttribute("data-tone"),
      colours: { field: hex(style.backgroundColor), ink: hex(style.color) },
      symbol: plate?.querySelector("svg")?.getAttribute("data-symbol"),
      plate: text(".plate h2"),
      sayZh: text(".say-zh"),
      sayEn: text(".say-en"),
      steps: text(".do ol"),
      count: document.querySelectorAll(".do li").length,
      all: text("main"),
      sideways: document.documentElement.scrollWidth - innerWidth,
      buttons: [...document.querySelectorAll<HTMLElement>(".buttons .push")].map((one) => {
        const { x, y, height } = one.getBoundingClientRect();
        return {
          id: one.dataset.push ?? "",
          title: one.querySelector(".push-title")?.textContent,
          why: one.querySelector(".push-text")?.textContent ?? "",
          symbol: one.querySelector("svg")?.getAttribute("data-symbol"),
          blocked: one.getAttribute("aria-disabled") === "true",
          filled: one.classList.contains("filled"),
          ...{ x, y, height, cut: one.scrollHeight - one.clientHeight },
        };
      }),
    };
  });
}

describe("every reason, in both languages and both ways of holding the tablet", () => {
  it.each([
    ["zh", "tablet"],
    ["en", "tablet"],
    ["zh", "tablet upright"],
    ["en", "tablet upright"],
  ] as const)(
    "has its plate, what to say, what to do, and six places that never move (%s, %s)",
    async (language, size) => {
      await opened(`/guard?lang=${language}`, {}, size);
      await signIn();
      const fixed = new Map<string, string>();
      for (const code of reasonCodes) {
        const fever = code === "fever" ? ({ class: "fever", estimate: 37.6 } as const) : null;
        kiosk.guard({ attended: [waiting([code], { temperature: fever, id: reasonCodes.indexOf(code) })] });
        await page.waitForSelector(`[data-reason="${code}"]`);
        const row = guardRowOf(code);
        const seen = await drawn();
        expect([code, seen.tone, seen.symbol, seen.plate]).toEqual([code, row.tone, row.symbol, row.plate[language]]);
        if (row.tone !== "grey") expect([code, seen.colours]).toEqual([code, plates[row.tone as keyof typeof plates]]);
        // Both languages stand there whichever the page speaks: the guard reads aloud to whoever stands there.
        expect(seen.sayZh).toContain(row.say.zh);
        expect(seen.sayEn).toContain(row.say.en);
        expect(seen.steps).toContain(row.step[language]);
        expect(seen.count).toBeGreaterThanOrEqual(2);
        expect(seen.all).not.toMatch(/[{}]|undefined|null|NaN/);
        expect(seen.sideways).toBe(0);
        if (size === "tablet") expect(await misfits(page), code).toEqual([]);

        expect(seen.buttons.map(({ id, title }) => [id, title])).toEqual(
          Object.entries(places).map(([id, words]) => [id, words[language === "zh" ? 0 : 1]]),
        );
        const open = { "manual-check": row.clears === "manual", "escorted-release": row.clears === "escort" };
        for (const button of seen.buttons) {
          const { id } = button;
          const blocked = !(open[id as keyof typeof open] ?? true);
          expect([code, id, button.blocked, button.filled]).toEqual([code, id, blocked, id === row.filled]);
          expect([code, id, button.symbol]).toEqual([
            code,
            id,
            blocked ? "lock" : places[id as keyof typeof places][2],
          ]);
          expect(button.why, `${id} for ${code}`).not.toBe("");
          // Upright the page is as long as its advice; what stays is the order and the column.
          const place = size === "tablet" ? `${button.x} ${button.y}` : `${button.x}`;
          expect(fixed.get(id) ?? place, `${id} moved for ${code}`).toBe(place);
          fixed.set(id, place);
          expect(button.height).toBeGreaterThanOrEqual(56);
          expect(button.cut, `${id} for ${code}`).toBeLessThanOrEqual(1);
          if (blocked) await page.$eval(`[data-push="${id}"]`, (one) => (one as HTMLElement).click());
        }
        expect(asked).toEqual([]);
        expect(await page.locator("dialog").count()).toBe(0);
      }
      expect(await findings(page)).toEqual([]);
      await shot(`last-reason-${language}-${size.replace(" ", "-")}`);
    },
  );

  it("shows red, yellow and several reasons without a finding of axe", async () => {
    await opened();
    await signIn();
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
      await shot(`attended-${code}`);
      if (code === "yellow") {
        expect(await page.locator(".also").innerText()).toBe("同时：体温高于 37.3 °C");
        expect(await page.locator(".facts").innerText()).toContain("街道、疾控中心 08:13 已收到");
        expect(await page.locator(".waited").innerText()).toMatch(/00:\d\d[\s\S]*秒后再次呼叫/);
      }
    }
  });

  it("says that a report is on its way until the receipt is there", async () => {
    await opened();
    await signIn();
    kiosk.guard({ attended: [waiting(["red"], { report: "stored" })] });
    await page.waitForSelector("text=已存盘，正在上报");
    expect(await page.locator(".facts").innerText()).not.toContain("已收到");
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
    await signIn();
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
    expect(asked).toEqual([]);
    await tabTo("escorted-release");
    await page.keyboard.press("Space");
    await tabTo("medical-emergency");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=已执行");
    expect(asked).toEqual([[{ kind: "escorted-release", person: 7, reason: "medical-emergency" }, "0231"]]);
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
    await shot("idle");
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
    expect(asked.map(([action]) => action)).toEqual([
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
    await signIn();
    answer = { ok: false, why: "turnstile-busy" };
    await page.tap("[data-push=manual-check]");
    await page.waitForSelector("text=闸机正在放行，请稍候再试");
  });

  it("asks for a supervisor's PIN each time before a lockdown ends", async () => {
    await opened("/guard", { hasTouch: true });
    await signIn();
    kiosk.guard({ mode: "lockdown" });
    await page.tap("[data-push=end-lockdown]");
    expect(await findings(page)).toEqual([]);
    await shot("supervisor");
    for (const digit of "023100") await page.tap(`dialog [data-key="${digit}"]`);
    await page.tap("dialog [data-key=enter]");
    await page.waitForSelector("dialog >> text=需要主管的 PIN");
    for (const digit of "900900") await page.tap(`dialog [data-key="${digit}"]`);
    await page.tap("dialog [data-key=enter]");
    await page.waitForSelector("dialog", { state: "detached" });
    expect(asked).toEqual([[{ kind: "end-lockdown" }, "0900"]]);
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
    await shot("signed-out");
    await page.click("[data-push=call-help]");
    await page.waitForSelector("text=已呼叫支援");
    expect(asked).toEqual([[{ kind: "call-help" }, null]]);
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
    await signIn();
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
    await shot("lost");
    kiosk.thaw();
    await page.waitForSelector(".lost", { state: "detached" });
  });
});
