import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StreetView } from "../../src/core/views.ts";
import { everyScreen, viewOf } from "./screens.ts";
import { contextOf, Kiosk, launch, openDisplay, shows } from "./support.ts";

let browser: Browser;
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

async function started(): Promise<void> {
  kiosk = await Kiosk.start();
  page = await (await browser.newContext(contextOf("landscape"))).newPage();
  await openDisplay(page, kiosk);
}

/** The kiosk in a process of its own, which the kernel stops whole: no timer, no socket, nothing answers. */
class LaneProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(): Promise<LaneProcess> {
    const file = join(import.meta.dirname, "kiosk-child.ts");
    const child = spawn(process.execPath, ["--import", "tsx", file], { stdio: ["pipe", "pipe", "inherit"] });
    const [url] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    return new LaneProcess(child, url);
  }

  says(view: Partial<StreetView>): void {
    this.#child.stdin?.write(`${JSON.stringify(view)}\n`);
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}

const result = /请通行|请咨询|LQ03|请刷新|额头/;

describe("a lane that has stopped", () => {
  // The moments of a passage, from the first look at the screen to the turned arm.
  const moments = everyScreen.filter((screen) =>
    [
      "idle-entry",
      "closer",
      "forehead",
      "again",
      "wait",
      "go",
      "go-advice",
      "see-staff",
      "expired",
      "show-again",
    ].includes(screen),
  );

  it("is out of service within 2 s at each moment of a passage, and shows nobody's result", async () => {
    const lane = await LaneProcess.start();
    page = await (await browser.newContext(contextOf("landscape"))).newPage();
    await page.goto(lane.url);
    for (const screen of moments) {
      lane.says(viewOf(screen));
      await page.waitForSelector(`[data-screen="${screen}"]`);
      lane.freeze();
      // The page's own clock says when the picture changed, and counts no time in which a busy machine gave it none.
      const ms = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let [given, last] = [0, performance.now()];
            const look = (): void => {
              const now = performance.now();
              given += Math.min(now - last, 100);
              last = now;
              if (document.querySelector('[data-screen="out-of-service"]')) resolve(given);
              else requestAnimationFrame(look);
            };
            look();
          }),
      );
      expect(ms, screen).toBeLessThan(2000);
      const text = await page.locator("#stage").innerText();
      expect(text).toContain("暂停使用");
      expect(text, screen).not.toMatch(result);
      lane.thaw();
    }
    await lane.stop();
  });

  it("comes back with what the lane says then, not with what it said last", async () => {
    await started();
    await shows(page, kiosk, viewOf("go"));
    kiosk.freeze();
    await page.waitForSelector('[data-screen="out-of-service"]');
    kiosk.street(viewOf("idle-entry"));
    await page.waitForSelector('[data-screen="idle-entry"]');
  });

  it("is out of service on a page that is opened while the lane is silent, and never shows the last person", async () => {
    await started();
    await shows(page, kiosk, viewOf("see-staff"));
    kiosk.freeze();
    await page.waitForSelector('[data-screen="out-of-service"]');
    await page.reload();
    await page.waitForSelector(".lane");
    expect(await page.locator("#stage").innerText()).not.toMatch(result);
  });

  it("is out of service when the server is gone altogether, and comes back by itself", async () => {
    await started();
    await shows(page, kiosk, viewOf("go"));
    const port = Number(new URL(kiosk.url).port);
    await kiosk.stop();
    await page.waitForSelector('[data-screen="out-of-service"]');
    kiosk = await Kiosk.start({ port });
    await page.waitForSelector('[data-screen="idle-entry"]');
  });
});

describe("before anything was heard", () => {
  it("says out of service without any script", async () => {
    kiosk = await Kiosk.start();
    page = await (await browser.newContext(contextOf("landscape", { javaScriptEnabled: false }))).newPage();
    await page.goto(kiosk.url);
    expect(await page.locator("h1").innerText()).toBe("暂停使用");
    expect(await page.locator("[lang=en]").innerText()).toBe("Out of service");
  });
});
