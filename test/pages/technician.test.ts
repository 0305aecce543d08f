import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { wizardSteps } from "../../src/core/panel.ts";
import { instant } from "../../src/core/units.ts";
import { CODE, Laptop } from "./laptop.ts";
import { launch } from "./support.ts";

let browser: Browser;
let laptop: Laptop;
let rig: Laptop["rig"];
let page: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  laptop = await Laptop.open(browser);
  ({ rig, page } = laptop);
});
afterEach(async () => {
  await laptop.close();
  expect(laptop.problems).toEqual([]);
});

const fine = async (name: string, variant = false): Promise<void> =>
  expect(await laptop.findings(name, variant)).toEqual([]);
const text = (selector: string): Promise<string> => laptop.text(selector);

describe("a lane in service", () => {
  it("shows the difference before it applies, refuses what P4 forbids at its row, and keeps a history to return to", async () => {
    for (const step of ["network", "broker", "site", "camera", "thermometer", "turnstile", "sound", "alert"] as const)
      rig.panel.wizard.finish(step, "done");
    await laptop.enter();
    await laptop.go("config");
    await page.waitForSelector("#field-rules-feverLimit");
    await page.fill("#field-rules-feverLimit", "37.2 °C");
    await page.click('[data-group="timings"] summary');
    await page.fill("#field-timings-resultDwell", "1500 ms");
    await page.click('[data-group="reading"] summary');
    await page.selectOption("#field-reading-source", "both");
    await fine("config-form");
    await page.click("#preview");
    await page.waitForSelector(".diff");
    // In the last column: the meaning of the field speaks of refusals as well.
    expect(await text('tr[data-path="rules.feverLimit"] td:last-child')).toMatch(/^ ?被拒绝$/);
    expect(await text('tr[data-path="reading.source"] td:last-child')).toMatch(/^ ?需重启$/);
    expect(await text('[role="alert"]')).toMatch(/P4[\s\S]*added condition[\s\S]*GL-1017/);
    expect(await page.isDisabled("#apply")).toBe(true);
    await fine("config-diff");
    await page.click("#forget");
    await page.click("#preview");
    await page.waitForSelector("#apply:not(:disabled)");
    rig.trial.link = false;
    await page.click("#apply");
    await page.waitForSelector('[role="alert"]');
    expect(await text('[role="alert"]')).toMatch(/GL-1022[\s\S]*已自动退回第 1 版/);
    rig.trial.link = true;
    await page.click("#apply");
    await page.waitForSelector("#preview");
    expect(rig.panel.settings.current().config.timings.resultDwell).toBe(1500);
    await page.waitForSelector('#history [data-version="3"]');
    expect(await text('#history [data-version="2"]')).toContain("已自动退回");
    await page.click('#history [data-version="1"] button');
    await page.click("#confirm-return");
    await page.waitForSelector('#history [data-version="4"]');
    expect(rig.panel.settings.current().config.timings.resultDwell).toBe(2000);
  }, 60_000);

  it("tells troubles by cause with code and fix, plots a day and speaks English as well", async () => {
    rig.fillSeries();
    const at = instant(rig.bench.clock.wall().at - 12 * 60_000);
    rig.bench.rows = [
      {
        code: "GL-2131",
        severity: "fault",
        zh: "测温传感器无应答",
        en: "Thermometer does not answer",
        fixZh: "检查 J4 插头",
        fixEn: "Check plug J4",
        since: at,
        causedBy: null,
      },
      {
        code: "GL-2134",
        severity: "warning",
        zh: "体温不可用",
        en: "No temperature",
        fixZh: "先处理 GL-2131",
        fixEn: "See GL-2131 first",
        since: at,
        causedBy: "GL-2131",
      },
    ];
    for (const step of ["network", "broker", "site", "camera", "thermometer", "turnstile", "sound", "alert"] as const)
      rig.panel.wizard.finish(step, "done");
    await laptop.enter();
    await laptop.go("health");
    await page.waitForSelector("#troubles tbody tr:nth-child(2)");
    expect(await text("#troubles")).toMatch(
      /故障[\s\S]*GL-2131[\s\S]*检查 J4 插头[\s\S]*12 分钟[\s\S]*由 GL-2131 引起/,
    );
    await page.waitForSelector(".tile canvas");
    await page.click("#examine");
    await page.waitForSelector('[data-check="storage.directory"].ok', { timeout: 20_000 });
    await fine("health");
    await page.click("#language");
    await page.waitForFunction(() => document.body.innerText.includes("caused by GL-2131"));
    await fine("health-en");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      laptop.go("support").then(() => page.click("#bundle")),
    ]);
    expect(download.suggestedFilename()).toBe("greenlane-east-03.json.gz");
  }, 90_000);

  it.each([
    ["laptop", { width: 1440, height: 900 }],
    ["phone", { width: 390, height: 844 }],
  ] as const)(
    "each step and page fits a %s in both languages, with targets of 44 px, both buttons in reach and no finding of axe",
    async (size, viewport) => {
      await page.setViewportSize(viewport);
      await laptop.enter();
      await rig.bench.setMaintenance(true);
      rig.fillSeries();
      for (const step of [...wizardSteps, "overview", "config", "health", "plots", "log", "staff", "support"]) {
        await laptop.go(step);
        const isStep = wizardSteps.some((one) => one === step);
        await page.waitForSelector(`[data-place="${step}"] ${isStep ? ".foot" : "h1"}`);
        for (const language of ["zh", "en"]) {
          // English words are longer.
          if (language === "en") await page.click("#language");
          await page.waitForSelector(`[data-place="${step}"]:lang(${language})`);
          const measured = await page.evaluate(() => ({
            small: [...document.querySelectorAll<HTMLElement>("button, .button, select, input:not([type=checkbox])")]
              .filter((one) => one.offsetParent !== null && one.offsetHeight < 44)
              .map((one) => one.outerHTML.slice(0, 80)),
            foot: document.querySelector(".foot")?.getBoundingClientRect().bottom ?? 0,
          }));
          expect([step, await laptop.sideways(), measured.small]).toEqual([step, 0, []]);
          expect(measured.foot).toBeLessThanOrEqual(viewport.height);
          await fine(`${size}-${step}-${language}`, size === "phone");
          expect(await page.locator("main").innerText(), step).not.toMatch(/undefined|NaN|[{}]/);
        }
        await page.click("#language");
      }
    },
    90_000,
  );

  it("can be walked by keyboard alone: every control of every page is reached, with a focus that shows", async () => {
    await rig.panel.code.set(CODE);
    await page.goto(`${rig.url}/technician`);
    await page.waitForSelector("#by");
    await page.keyboard.press("Tab");
    await page.keyboard.type("tech-1");
    await page.keyboard.press("Tab");
    await page.keyboard.type(CODE);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".frame");
    await rig.bench.setMaintenance(true);
    await page.evaluate(() => {
      const seen = new Set<Element>();
      Object.assign(window, { seen });
      document.addEventListener("focusin", ({ target }) => {
        if (!(target instanceof HTMLElement)) return;
        if (getComputedStyle(target).outlineWidth === "3px") seen.add(target);
      });
    });
    // What a page asks for first and draws then.
    const filled: Readonly<Record<string, string>> = {
      ...{ broker: "#field-broker-url", site: "#field-site-kind", sound: ".field", config: "#field-rules-feverLimit" },
      ...{ camera: "#selftest", thermometer: "#take-low", turnstile: "#selftest", staff: "#staff-id" },
    };
    for (const place of [...wizardSteps, "overview", "config", "health", "plots", "log", "staff", "support"]) {
      await page.focus(`[data-to="${place}"]`);
      await page.keyboard.press("Enter");
      await page.waitForSelector(`[data-place="${place}"] h1`);
      await page.waitForSelector(filled[place] ?? "h1");
      const controls = await page.evaluate(() => {
        (window as unknown as { seen: Set<Element> }).seen.clear();
        (document.activeElement as HTMLElement | null)?.blur();
        return document.querySelectorAll("button, input, select, textarea, summary, a[href]").length;
      });
      for (let press = 0; press < controls + 2; press++) await page.keyboard.press("Tab");
      const missed = await page.evaluate(() => {
        const { seen } = window as unknown as { seen: Set<Element> };
        return [...document.querySelectorAll<HTMLElement>("button, input, select, textarea, summary, a[href]")]
          .filter((one) => one.checkVisibility() && !(one as HTMLButtonElement).disabled && !seen.has(one))
          .map((one) => one.outerHTML.slice(0, 90));
      });
      expect([place, missed]).toEqual([place, []]);
    }
  }, 90_000);

  it("signs out by itself when nobody moves, though the page goes on asking, and not while somebody does", async () => {
    await page.clock.install();
    await laptop.enter();
    await laptop.go("overview");
    await laptop.go("health");
    rig.boot.seconds += 14 * 60;
    await page.clock.fastForward(25_000);
    await Promise.all([
      page.waitForResponse((response) => response.url().endsWith("/api/awake") && response.ok()),
      page.mouse.move(300, 300),
    ]);
    rig.boot.seconds += 14 * 60;
    await page.waitForResponse((response) => response.url().endsWith("/api/health") && response.ok());
    rig.boot.seconds += 120;
    await page.waitForSelector("#code");
    expect(await page.locator(".frame").count()).toBe(0);
  }, 60_000);
});
