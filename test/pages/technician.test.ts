import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { celsius, instant } from "../../src/core/units.ts";
import { PanelRig } from "../support/panel.ts";
import { launch, pictures } from "./support.ts";

const CODE = "valve-71-moss";
let browser: Browser;
let rig: PanelRig;
let context: BrowserContext;
let page: Page;
let problems: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  rig = await new PanelRig({ pages: resolve("dist/ui") }).start();
  await Promise.all([rig.bench.camera.start(), rig.bench.thermometer.start(), rig.bench.scanner.start()]);
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    locale: "zh-CN",
  });
  page = await context.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (4\d\d)|ERR_CONNECTION/.test(message.text()))
      problems.push(message.text());
  });
});
afterEach(async () => {
  await context.close();
  await rig.stop();
  expect(problems).toEqual([]);
});

/** Nothing that axe-core knows of is wrong (WCAG 2.2 A and AA), and a picture is left to look at. */
async function fine(name: string): Promise<void> {
  await pictured(name);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(violations.map((violation) => `${name}: ${violation.id} ${violation.nodes[0]?.html}`)).toEqual([]);
}
async function pictured(name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => {}));
  await page.screenshot({ path: join(pictures, `technician-${name}.png`) });
}
async function enter(): Promise<void> {
  await rig.panel.code.set(CODE);
  await page.goto(`${rig.url}/technician`);
  await page.fill("#by", "tech-1");
  await page.fill("#code", CODE);
  await page.click("button[type=submit]");
  await page.waitForSelector(".frame");
}
/** How far the page could be pushed to the side. */
const sideways = (): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const go = (to: string): Promise<void> => page.click(`[data-to="${to}"]`);
const text = (selector: string): Promise<string> => page.innerText(selector);
/** Pictures with a dark square in them, as from a camera that lives. */
function film(): () => void {
  let grain = 0;
  const timer = setInterval(() => {
    grain++;
    const data = Uint8Array.from(
      { length: 320 * 200 },
      (_, at) =>
        (at % 320 > 110 && at % 320 < 210 && at / 320 > 40 && at / 320 < 160 ? 60 : 150) + ((at * 7 + grain) % 5),
    );
    rig.bench.camera.push({ width: 320, height: 200, format: "grey", data });
  }, 60);
  return () => clearInterval(timer);
}

describe("a first installation", () => {
  it("goes from the one-time code to a test alert that the control room confirmed, each failure explained on the spot, over a restart", async () => {
    const oneTime = (await rig.panel.code.issueOneTime()) ?? "";
    await page.goto(`${rig.url}/technician`);
    await page.waitForSelector("#code");
    await fine("first-start");
    await page.fill("#by", "tech-1");
    await page.fill("#code", "AAAAA-AAAAA");
    await page.click("button[type=submit]");
    await page.waitForSelector('[role="alert"]');
    expect(await text('[role="alert"]')).toContain("GL-5024");
    await page.fill("#code", oneTime);
    await page.click("button[type=submit]");
    await page.waitForSelector("#new-code");
    await fine("set-code");
    await page.fill("#new-code", CODE);
    await page.fill("#new-code-again", CODE);
    await page.click("#keep-code");

    // 1 network: what is missing on this machine is told and can be skipped for now.
    await page.waitForSelector('[data-check="network.address"]');
    expect(await text('[data-check="network.address"]')).toContain("10.0.0.7");
    await fine("step-1-network");
    await page.click((await page.$("#skip")) === null ? "#next" : "#skip");

    // 2 broker: a wrong file is refused on the spot, the right one is taken.
    await page.waitForSelector("#file-certificate");
    await page.setInputFiles("#file-certificate", {
      name: "holiday.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.from("no certificate"),
    });
    await page.waitForSelector('[role="alert"]');
    expect(await text('[role="alert"]')).toContain("GL-4114");
    const key = execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout"]);
    await page.setInputFiles("#file-key", { name: "lane.key", mimeType: "text/plain", buffer: key });
    await page.waitForSelector("#use-files");
    await page.waitForSelector('[data-check="broker.reach"]');
    expect(await text('[data-check="broker.reach"]')).toContain("reachable");
    await fine("step-2-broker");
    await page.click("#next");

    // 3 site: no guard yet, so the step says so and opens when one is there.
    await page.waitForSelector('[data-check="site.guards"].fail');
    expect(await page.isDisabled("#next")).toBe(true);
    await page.fill("#staff-id", "east-gate");
    await page.fill("#staff-pin", "123456");
    await page.click("#add-staff");
    await page.waitForSelector('[role="alert"]');
    expect(await text('[role="alert"]')).toContain("GL-5012");
    await page.fill("#staff-pin", "418203");
    await page.click("#add-staff");
    await page.waitForSelector('[data-check="site.guards"].ok');
    await page.selectOption("#field-site-kind", "school");
    await page.click("#apply-fields");
    // The button rests while the change is on trial as well as when nothing is left to apply.
    await expect.poll(() => rig.panel.settings.current().config.site.kind, { timeout: 60_000 }).toBe("school");
    await page.waitForSelector("#apply-fields:disabled");
    await fine("step-3-site");
    await page.click("#next");

    // The program restarts in mid-wizard: the page says so, comes back and is where it was.
    await page.waitForSelector("#maintenance");
    await rig.halt();
    await page.waitForSelector(".away");
    await rig.start();
    await page.waitForSelector(".away", { state: "detached" });
    await page.reload();
    await page.waitForSelector("#maintenance");
    expect(await page.getAttribute(".frame", "data-place")).toBe("camera");

    // 4 camera: no picture is explained; then a picture, a code with its corners.
    await page.click("#maintenance");
    await page.waitForSelector(".picture");
    expect(rig.bench.mode()).toBe("maintenance");
    expect(await text(".street")).toContain("外屏显示「暂停使用」");
    await page.click("#selftest");
    await page.waitForSelector('[data-check="camera.frames"].fail');
    expect(await text('[data-check="camera.frames"]')).toMatch(/GL-2054[\s\S]*插头/);
    const stop = film();
    await page.waitForSelector(".picture img");
    const reading = setInterval(() => {
      for (const tell of rig.bench.resultListeners)
        tell({
          at: rig.bench.clock.monotonic(),
          codes: [
            {
              at: rig.bench.clock.monotonic(),
              reader: "camera",
              bytes: new Uint8Array(180),
              text: "PLANTED",
              corners: [
                [110, 40],
                [210, 40],
                [210, 160],
                [110, 160],
              ],
              colour: null,
            },
          ],
          guidance: null,
          aim: null,
          busy: true,
          how: { rung: "luma", ms: 38 },
        });
    }, 100);
    await page.waitForSelector("#read");
    expect(await text("#read")).toMatch(/luma · 38 ms · 180 B/);
    expect(await page.content()).not.toContain("PLANTED");
    await page.click("#selftest");
    await page.waitForSelector('[data-check="camera.rate"].ok', { timeout: 20_000 });
    await page.waitForSelector("#next:not(:disabled)");
    await fine("step-4-camera");
    clearInterval(reading);
    stop();
    await page.click("#next");

    // 5 thermometer: a sensor that is 1.6 °C off is refused, a good one is kept.
    await page.waitForSelector("#take-low");
    const take = async (which: "low" | "high", skin: number): Promise<void> => {
      rig.bench.thermometer.look(celsius(skin));
      rig.bench.clock.advance(3000);
      rig.speed = 25;
      await page.click(`#take-${which}`);
      await page.waitForSelector(`#point-${which} .said, #point-${which} [role="alert"]`, { timeout: 20_000 });
      rig.speed = 1;
    };
    await take("low", 36.6);
    expect(await text('#point-low [role="alert"]')).toMatch(/1\.60 °C[\s\S]*GL-2149/);
    expect(await page.isDisabled("#keep")).toBe(true);
    await take("low", 34.92);
    await take("high", 39);
    await page.fill("#serial", "BB-0042");
    await page.fill("#sensor", "mlx-17");
    await page.click("#keep");
    await page.waitForSelector("#kept");
    expect(rig.panel.settings.current().config.temperature.calibration).toMatchObject({
      serial: "BB-0042",
      by: "tech-1",
    });
    await page.click("#selftest");
    await page.waitForSelector('[data-check="thermometer.samples"].ok', { timeout: 20_000 });
    await page.waitForSelector(".uplot canvas");
    await fine("step-5-thermometer");
    await page.click("#next");

    // 6 turnstile: both relays move, a walk through shows its way.
    await page.waitForSelector("#passages");
    await page.click("#selftest");
    await page.waitForSelector('[data-check="relay.exit"].ok', { timeout: 20_000 });
    expect(rig.bench.pulses).toEqual(["entry", "exit"]);
    for (const tell of rig.bench.inputListeners)
      tell({ kind: "alarm", alarm: "reverse-entry", at: rig.bench.clock.monotonic() });
    await page.waitForFunction(() => document.querySelector("#passages")?.textContent?.includes("逆行"));
    for (const tell of rig.bench.inputListeners)
      tell({ kind: "passage", direction: "entry", at: rig.bench.clock.monotonic() });
    await page.waitForSelector("#next:not(:disabled)");
    await fine("step-6-turnstile");
    await page.click("#next");

    // 7 sound: six tones, and an ear.
    await page.waitForSelector("#play");
    rig.speed = 10;
    await page.click("#play");
    await page.waitForSelector("#heard", { timeout: 20_000 });
    rig.speed = 1;
    await page.click("#heard");
    await fine("step-7-sound");
    await page.click("#next");

    // 8 test alert: stored is not received.
    rig.bench.linkState = { ...rig.bench.linkState, centre: "offline", backlog: 1 };
    await page.click("#send-alert");
    await page.waitForSelector('#alert-state[data-state="sent"]');
    await page.waitForFunction(() => document.body.innerText.includes("控制室未在线"));
    expect(await page.isDisabled("#next")).toBe(true);
    rig.bench.linkState = { ...rig.bench.linkState, centre: "online", backlog: 0 };
    for (const tell of rig.bench.received) tell({ epoch: "e1", seq: 1 });
    await page.waitForSelector('#alert-state[data-state="received"]');
    await fine("step-8-alert");
    await page.click("#next");
    await page.waitForSelector('[data-place="overview"]');
    expect(Object.values(rig.panel.wizard.state().steps).every((state) => state !== "open")).toBe(true);
    await page.click("#turn-maintenance");
    await page.waitForFunction(() => document.querySelector(".street")?.textContent?.includes("正常"));
    expect(rig.bench.mode()).toBe("normal");
    await fine("overview");
  }, 300_000);
});

describe("a lane in service", () => {
  it("shows the difference before it applies, refuses what P4 forbids at its row, and keeps a history to return to", async () => {
    for (const step of ["network", "broker", "site", "camera", "thermometer", "turnstile", "sound", "alert"] as const)
      rig.panel.wizard.finish(step, "done");
    await enter();
    await go("config");
    await page.waitForSelector("#field-rules-feverLimit");
    await page.fill("#field-rules-feverLimit", "37.2 °C");
    await page.click('[data-group="timings"] summary');
    await page.fill("#field-timings-resultDwell", "1500 ms");
    await page.click('[data-group="reading"] summary');
    await page.selectOption("#field-reading-source", "both");
    await fine("config-form");
    await page.click("#preview");
    await page.waitForSelector(".diff");
    expect(await text('tr[data-path="rules.feverLimit"]')).toContain("被拒绝");
    expect(await text('tr[data-path="reading.source"]')).toContain("需重启");
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
    await enter();
    await go("health");
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
    for (const to of ["plots", "log", "staff", "support", "config", "overview"]) {
      await go(to);
      await page.waitForSelector(`[data-place="${to}"] h1`);
      await fine(`${to}-en`);
    }
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      go("support").then(() => page.click("#bundle")),
    ]);
    expect(download.suggestedFilename()).toBe("greenlane-east-03.json.gz");
  }, 90_000);

  it("fits a phone: every step without sideways scrolling, targets of 44 px, both buttons in reach", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await enter();
    await rig.bench.setMaintenance(true);
    for (const step of ["network", "broker", "site", "camera", "thermometer", "turnstile", "sound", "alert"]) {
      await go(step);
      await page.waitForSelector(`[data-place="${step}"] .foot`);
      const measured = await page.evaluate(() => ({
        small: [...document.querySelectorAll<HTMLElement>("button, .button, select, input:not([type=checkbox])")]
          .filter((one) => one.offsetParent !== null && one.offsetHeight < 44)
          .map((one) => one.outerHTML.slice(0, 80)),
        foot: document.querySelector(".foot")?.getBoundingClientRect().bottom,
      }));
      expect([step, await sideways(), measured.small]).toEqual([step, 0, []]);
      expect(measured.foot).toBeLessThanOrEqual(844);
      // The same elements as on a laptop; what differs is the layout.
      await (step === "camera" || step === "site" ? fine : pictured)(`phone-${step}`);
      // English words are longer.
      await page.click("#language");
      await page.waitForSelector(`[data-place="${step}"]:lang(en)`);
      expect([step, await sideways()]).toEqual([step, 0]);
      await pictured(`phone-${step}-en`);
      await page.click("#language");
    }
  }, 90_000);

  it("can be walked by keyboard alone, with a focus that shows", async () => {
    await rig.panel.code.set(CODE);
    await page.goto(`${rig.url}/technician`);
    await page.waitForSelector("#by");
    await page.keyboard.press("Tab");
    await page.keyboard.type("tech-1");
    await page.keyboard.press("Tab");
    await page.keyboard.type(CODE);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".frame");
    const seen = new Set<string>();
    for (let press = 0; press < 40 && !seen.has("next") && !seen.has("skip"); press++) {
      await page.keyboard.press("Tab");
      const focus = await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement === null
          ? null
          : {
              id: activeElement.id || activeElement.getAttribute("data-to") || activeElement.tagName,
              ring: getComputedStyle(activeElement).outlineWidth,
            };
      });
      expect(focus?.ring).toBe("3px");
      seen.add(focus?.id ?? "");
    }
    expect([...seen]).toEqual(expect.arrayContaining(["network", "alert", "language", "sign-out", "again"]));
    await page.keyboard.press("Enter");
    await page.waitForSelector('[data-place="broker"]');
  }, 60_000);
});
