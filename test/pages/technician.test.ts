import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { wizardSteps } from "../../src/core/panel.ts";
import { celsius, instant } from "../../src/core/units.ts";
import { districtKeys, orderKeys } from "../support/keys.ts";
import { PanelRig } from "../support/panel.ts";
import { findings } from "./axe.ts";
import { launch, pictures } from "./support.ts";

const CODE = "valve-71-moss";
let browser: Browser;
let rig: PanelRig;
let context: BrowserContext | undefined;
let page: Page;
let problems: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  rig = await new PanelRig({ pages: resolve("dist/ui") }).start();
  await Promise.all([rig.bench.camera.start(), rig.bench.thermometer.start(), rig.bench.scanner.start()]);
  await opened({ viewport: { width: 1440, height: 900 } });
});

/** A page of its own on this screen, in place of the one before. */
async function opened(screen: BrowserContextOptions): Promise<void> {
  await context?.close();
  context = await browser.newContext({ reducedMotion: "reduce", locale: "zh-CN", ...screen });
  page = await context.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (4\d\d)|ERR_CONNECTION/.test(message.text()))
      problems.push(message.text());
  });
}
afterEach(async () => {
  await context?.close();
  context = undefined;
  await rig.stop();
  expect(problems).toEqual([]);
});

/** Nothing that axe-core knows of is wrong (WCAG 2.2 A and AA), and a picture is left to look at. */
async function fine(name: string): Promise<void> {
  await pictured(name);
  expect((await findings(page)).map((finding) => `${name}: ${finding}`)).toEqual([]);
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
/** A certificate of its own with its key, as a district gives them. */
function ownCertificate(): { readonly certificate: string; readonly key: string } {
  const made = execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "-"],
      ...["-subj", "/CN=Lane 03", "-days", "90", "-out", "-"],
    ],
    { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" },
  );
  const [certificate = ""] = /-----BEGIN CERTIFICATE[\s\S]+END CERTIFICATE-----\n/.exec(made) ?? [];
  return { certificate, key: made.replace(certificate, "") };
}
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

describe.each([
  ["zh", "laptop", { viewport: { width: 1440, height: 900 } }],
  ["en", "phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const)("a first installation, %s on a %s", (language, size, screen) => {
  const said = (zh: string, en: string): RegExp =>
    new RegExp((language === "zh" ? zh : en).replaceAll(" … ", "[\\s\\S]*"));
  const press = (selector: string): Promise<void> => (size === "phone" ? page.tap(selector) : page.click(selector));
  // Structure and colours are the laptop's; where a phone differs, the test of the phone's own looks.
  const picture = (name: string): Promise<void> =>
    size === "laptop" ? fine(name) : pictured(`${name}-${size}-${language}`);

  /** Presses and waits for what comes of it, in a lane whose time runs ten times as fast. */
  const soon = async (button: string, then: string): Promise<void> => {
    rig.speed = 10;
    await press(button);
    await page.waitForSelector(then);
    rig.speed = 1;
  };

  it("goes from the one-time code to a test alert that the control room confirmed, each failure explained on the spot, over a restart", async () => {
    await opened(screen);
    const oneTime = (await rig.panel.code.issueOneTime()) ?? "";
    await page.goto(`${rig.url}/technician`);
    await page.waitForSelector("#code");
    if (language === "en") await press("#language");
    await picture("first-start");
    await page.fill("#by", "tech-1");
    await page.fill("#code", "AAAAA-AAAAA");
    await press("button[type=submit]");
    await page.waitForSelector('[role="alert"]');
    expect(await text('[role="alert"]')).toContain("GL-5024");
    await page.fill("#code", oneTime);
    await press("button[type=submit]");
    await page.waitForSelector("#new-code");
    await picture("set-code");
    await page.fill("#new-code", CODE);
    await page.fill("#new-code-again", CODE);
    await press("#keep-code");

    // 1 network: what is missing on this machine is told and can be skipped for now.
    await page.waitForSelector('[data-check="network.address"]');
    expect(await text('[data-check="network.address"]')).toContain("10.0.0.7");
    await picture("step-1-network");
    await press((await page.$("#skip")) === null ? "#next" : "#skip");

    // 2 broker: a wrong file is refused on the spot, the right one is shown for what it is and then taken.
    await page.waitForSelector('[data-check="keys.district"].fail');
    expect(await text('[data-check="keys.district"]')).toMatch(said("GL-3111 … 第 2 步", "GL-3111 … step 2"));
    const bring = async (kind: string, content: string | Buffer): Promise<void> => {
      const file = { name: "district.txt", mimeType: "text/plain", buffer: Buffer.from(content) };
      await page.setInputFiles(`#file-${kind}`, file);
    };
    const refusedAs = async (kind: string, content: string | Buffer, code: string): Promise<void> => {
      await bring(kind, content);
      await page.waitForSelector(`[data-kind="${kind}"] [role="alert"]:has-text("${code}")`);
      expect(await page.locator(`#take-${kind}`).count()).toBe(0);
    };
    const district = await districtKeys();
    const order = await orderKeys("op-1");
    const [mine, another] = [ownCertificate(), ownCertificate()];
    await refusedAs("certificate", "a holiday's picture", "GL-4114");
    await refusedAs("ca", "x".repeat(20_000), "GL-4118");
    await refusedAs("roots", mine.key, "GL-4116");
    await refusedAs("order-keys", JSON.stringify(district.publicKey), "GL-4117");
    await refusedAs("district-key", JSON.stringify(district.privateKey), "GL-4116");
    await picture("step-2-refused");
    const taken = async (kind: string, content: string, shown: string): Promise<void> => {
      await bring(kind, content);
      await page.waitForSelector(`#take-${kind}`);
      expect(await text(`[data-kind="${kind}"] .key-items`)).toMatch(new RegExp(`${shown}[\\s\\S]*([0-9a-f]{4} ?){4}`));
      await press(`#take-${kind}`);
      await page.waitForSelector(`[data-kind="${kind}"] .said`);
    };
    await taken("key", mine.key, "ec prime256v1");
    await taken("certificate", another.certificate, "Lane 03");
    await taken("district-key", JSON.stringify(district.publicKey), "district-1");
    await taken("order-keys", JSON.stringify([order.believed]), "op-1");
    await press("#use-files");
    await page.waitForSelector('[data-check="keys.district"].ok');
    // A certificate of another set is told from the lane's own.
    await page.waitForSelector('[data-check="broker.certificate"].fail');
    expect(await text('[data-check="broker.certificate"]')).toMatch(said("GL-4112 … 同一套", "GL-4112 … same set"));
    await taken("certificate", mine.certificate, "Lane 03");
    await press("#use-files");
    await page.waitForSelector('[data-check="broker.certificate"].ok');
    await page.waitForSelector("#use-files", { state: "detached" });
    expect(await text('[data-check="keys.orders"]')).toContain("op-1");
    expect(await text('[data-check="broker.reach"]')).toContain("reachable");
    await picture("step-2-broker");
    await press("#next");

    // 3 site: no guard yet, so the step says so and opens when one is there.
    await page.waitForSelector('[data-check="site.guards"].fail');
    expect(await page.isDisabled("#next")).toBe(true);
    await page.fill("#staff-id", "east-gate");
    await page.fill("#staff-pin", "123456");
    await press("#add-staff");
    await page.waitForSelector('[role="alert"]');
    expect(await text('[role="alert"]')).toContain("GL-5012");
    await page.fill("#staff-pin", "418203");
    await press("#add-staff");
    await page.waitForSelector('[data-check="site.guards"].ok');
    await page.selectOption("#field-site-kind", "school");
    await press("#apply-fields");
    // The button rests while the change is on trial as well as when nothing is left to apply.
    await expect.poll(() => rig.panel.settings.current().config.site.kind, { timeout: 60_000 }).toBe("school");
    await page.waitForSelector("#apply-fields:disabled");
    await picture("step-3-site");
    await press("#next");

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
    await press("#maintenance");
    await page.waitForSelector(".picture");
    expect(rig.bench.mode()).toBe("maintenance");
    expect(await text(".street")).toMatch(said("外屏显示「暂停使用」", "local maintenance"));
    await soon("#selftest", '[data-check="camera.frames"].fail');
    expect(await text('[data-check="camera.frames"]')).toMatch(said("GL-2054 … 插头", "GL-2054 … plug"));
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
    expect(await page.getAttribute(".picture .corners", "points")).toMatch(
      /^34\.\d+,20 65\.\d+,20 65\.\d+,80 34\.\d+,80$/,
    );
    expect(await page.content()).not.toContain("PLANTED");
    await press("#selftest");
    await page.waitForSelector('[data-check="camera.rate"].ok', { timeout: 20_000 });
    await page.waitForSelector("#next:not(:disabled)");
    await picture("step-4-camera");
    clearInterval(reading);
    stop();
    await press("#next");

    // 5 thermometer: a sensor that is 1.6 °C off is refused, a good one is kept.
    await page.waitForSelector("#take-low");
    const take = async (which: "low" | "high", skin: number): Promise<void> => {
      rig.bench.thermometer.look(celsius(skin));
      rig.bench.clock.advance(3000);
      rig.speed = 25;
      await press(`#take-${which}`);
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
    await press("#keep");
    await page.waitForSelector("#kept");
    expect(rig.panel.settings.current().config.temperature.calibration).toMatchObject({
      serial: "BB-0042",
      by: "tech-1",
    });
    await soon("#selftest", '[data-check="thermometer.samples"].ok');
    await page.waitForSelector(".uplot canvas");
    await picture("step-5-thermometer");
    await press("#next");

    // 6 turnstile: both relays move, a walk through shows its way.
    await page.waitForSelector("#passages");
    await soon("#selftest", '[data-check="relay.exit"].ok');
    expect(rig.bench.pulses).toEqual(["entry", "exit"]);
    for (const tell of rig.bench.inputListeners)
      tell({ kind: "alarm", alarm: "reverse-entry", at: rig.bench.clock.monotonic() });
    await page.waitForFunction(() => /逆行|reverse entry/.test(document.querySelector("#passages")?.textContent ?? ""));
    for (const tell of rig.bench.inputListeners)
      tell({ kind: "passage", direction: "entry", at: rig.bench.clock.monotonic() });
    await page.waitForSelector("#next:not(:disabled)");
    expect(await text("#passages")).toMatch(said("逆行 … 通过（入）", "reverse entry … passage, entry"));
    await picture("step-6-turnstile");
    await press("#next");

    // 7 sound: six tones, and an ear.
    await page.waitForSelector("#play");
    await soon("#play", "#heard");
    await press("#heard");
    await picture("step-7-sound");
    await press("#next");

    // 8 test alert: stored is not received.
    rig.bench.linkState = { ...rig.bench.linkState, centre: "offline", backlog: 1 };
    await press("#send-alert");
    await page.waitForSelector('#alert-state[data-state="sent"]');
    await page.waitForFunction(() => /控制室未在线|not online/.test(document.body.innerText));
    expect(await page.isDisabled("#next")).toBe(true);
    rig.bench.linkState = { ...rig.bench.linkState, centre: "online", backlog: 0 };
    for (const tell of rig.bench.received) tell({ epoch: "e1", seq: 1 });
    await page.waitForSelector('#alert-state[data-state="received"]');
    await picture("step-8-alert");
    await press("#next");
    await page.waitForSelector('[data-place="overview"]');
    expect(Object.values(rig.panel.wizard.state().steps).every((state) => state !== "open")).toBe(true);
    await press("#turn-maintenance");
    await page.waitForFunction(() => /正常|in service/.test(document.querySelector(".street")?.textContent ?? ""));
    expect(rig.bench.mode()).toBe("normal");
    await picture("overview");
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
    for (const step of [...wizardSteps, "overview", "config", "health", "plots", "log", "staff", "support"]) {
      await go(step);
      const isStep = wizardSteps.some((one) => one === step);
      await page.waitForSelector(`[data-place="${step}"] ${isStep ? ".foot" : "h1"}`);
      const measured = await page.evaluate(() => ({
        small: [...document.querySelectorAll<HTMLElement>("button, .button, select, input:not([type=checkbox])")]
          .filter((one) => one.offsetParent !== null && one.offsetHeight < 44)
          .map((one) => one.outerHTML.slice(0, 80)),
        foot: document.querySelector(".foot")?.getBoundingClientRect().bottom ?? 0,
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
    await enter();
    await go("overview");
    await go("health");
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
