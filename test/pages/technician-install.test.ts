import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { celsius } from "../../src/core/units.ts";
import { createAuthority } from "../support/certificates.ts";
import { districtKeys, orderKeys } from "../support/keys.ts";
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
afterEach(async () => {
  await laptop.close();
  expect(laptop.problems).toEqual([]);
});

const fine = async (name: string): Promise<void> => expect(await laptop.findings(name)).toEqual([]);
const text = (selector: string): Promise<string> => laptop.text(selector);

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
    size === "laptop" ? fine(name) : laptop.pictured(`${name}-${size}-${language}`);

  /** Presses and waits for what comes of it, in a lane whose time runs ten times as fast. */
  const soon = async (button: string, then: string): Promise<void> => {
    rig.speed = 10;
    await press(button);
    await page.waitForSelector(then);
    rig.speed = 1;
  };

  it("goes from the one-time code to a test alert that the control room confirmed, each failure explained on the spot, over a restart", async () => {
    laptop = await Laptop.open(browser, screen);
    ({ rig, page } = laptop);
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
    const [mine, another] = [createAuthority("Lane 03", 90), createAuthority("Lane 03", 90)];
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
