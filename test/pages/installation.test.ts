import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "./support.ts";

const root = resolve(import.meta.dirname, "../..");
let browser: Browser;
let demo: ChildProcess;
let page: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  demo?.kill();
  await browser?.close();
});

/** Starts the rig as README says and gives where its panel is, with the one-time code of the terminal. */
function started(): Promise<{ readonly technician: string; readonly firstCode: string }> {
  demo = spawn(process.execPath, [join(root, "src/cli/greenlane.js"), "demo", "--json", "--port", "0"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  return new Promise((done) => {
    let out = "";
    demo.stdout?.on("data", (chunk) => {
      out += chunk;
      const line = out.split("\n").find((one) => one.includes('"listening"'));
      if (line !== undefined && out.includes("\n")) done(JSON.parse(line).listening);
    });
  });
}

/** The hands: a word in the terminal. */
const hands = (word: string): void => void demo.stdin?.write(`${word}\n`);
const text = async (selector: string): Promise<string> => (await page.innerText(selector)).replace(/\s+/g, " ");
const next = async (): Promise<void> => {
  const open = page.locator("#next:not(:disabled)");
  await open.or(page.locator("#skip")).first().waitFor();
  await page.click((await open.count()) > 0 ? "#next" : "#skip");
};
/** Takes away what is before the sensor, puts a black body there, and waits until the trace shows each. */
const body = async (degrees: number): Promise<void> => {
  const near = (at: number) => Math.abs(Number(document.querySelector(".figure")?.textContent) - at) < 2;
  for (const [word, shown] of [
    ["nothing", 23],
    [String(degrees), degrees],
  ] as const) {
    hands(word);
    await page.waitForFunction(near, shown);
  }
};
/** Measures, and again while the lane says that the body isn't still yet, as anybody would. */
const measured = async (point: "low" | "high"): Promise<string> => {
  for (;;) {
    await page.click(`#take-${point}`);
    await page.waitForSelector(`#point-${point} .said, #point-${point} [role="alert"]`);
    const said = await text(`#point-${point}`);
    if (!said.includes("不稳定")) return said;
  }
};

it("a first installation on the rig, by panel and terminal alone, ends with a lane in service and an alert that the control room has", async () => {
  const { technician, firstCode } = await started();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(technician);
  await page.fill("#by", "tech-1");
  await page.fill("#code", firstCode);
  await page.click("button[type=submit]");
  await page.fill("#new-code", "valve-71-moss");
  await page.fill("#new-code-again", "valve-71-moss");
  await page.click("#keep-code");

  for (const step of ["network", "broker"]) {
    await page.waitForSelector(`[data-place=${step}] [data-check]`);
    await next();
  }
  await page.waitForSelector('[data-check="site.guards"].fail');
  await page.fill("#staff-id", "east-gate");
  await page.fill("#staff-pin", "418203");
  await page.click("#add-staff");
  await page.waitForSelector('[data-check="site.guards"].ok');
  await next();

  // Camera: the plug is out, and it is said; then a phone with a code.
  await page.click("#maintenance");
  await page.waitForSelector(".picture img");
  hands("unplug");
  await page.waitForSelector(".picture p:not(.read)");
  await page.click("#selftest");
  await page.waitForSelector('[data-check="camera.frames"].fail');
  expect(await text('[data-check="camera.frames"]')).toMatch(/GL-2054.*插头/);
  hands("plug");
  await page.waitForSelector(".picture img");
  hands("code");
  await page.waitForSelector("#code-seen.said");
  await page.click("#selftest");
  await page.waitForSelector('[data-check="camera.rate"].ok');
  await next();

  // Thermometer: the wrong black body is told by how far it is off.
  await page.waitForSelector("#take-low");
  await body(39);
  expect(await measured("low")).toMatch(/\b4\.\d\d °C at 35.*GL-2149/);
  await body(35);
  expect(await measured("low")).not.toContain("GL-");
  await body(39);
  expect(await measured("high")).not.toContain("GL-");
  await page.fill("#serial", "BB-0042");
  await page.fill("#sensor", "mlx-17");
  await page.click("#keep");
  await page.waitForSelector("#kept");
  hands("nothing");
  await page.click("#selftest");
  await page.waitForSelector('[data-check="thermometer.samples"].ok');
  await next();

  // Turnstile: the relay clicks, the arm is pushed.
  await page.waitForSelector("#passages");
  hands("walk");
  await page.click("#selftest");
  await page.waitForSelector('[data-check="relay.exit"].ok');
  await page.waitForFunction(() => document.querySelector("#passages")?.textContent?.includes("通过（入）"));
  await next();
  await page.click("#play");
  await page.click("#heard");
  await next();
  await page.click("#send-alert");
  await page.waitForSelector('#alert-state[data-state="received"]');
  await next();
  await page.click("#turn-maintenance");
  await page.waitForFunction(() => /正常/.test(document.querySelector(".street")?.textContent ?? ""));
}, 600_000);
