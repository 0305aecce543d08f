import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StreetView } from "../../src/core/views.ts";
import { everyScreen, viewOf } from "./screens.ts";
import { contextOf, Kiosk, launch, openDisplay, shows } from "./support.ts";
import { witnessed } from "./witness.ts";

/** Pages that one freeze is seen on. */
const AT_ONCE = 8;

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

/** Lanes in a process of their own, which the kernel stops whole: no timer, no socket, nothing answers. */
class LaneProcess {
  readonly urls: readonly string[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, urls: readonly string[]) {
    this.#child = child;
    this.urls = urls;
  }

  static async start(lanes: number): Promise<LaneProcess> {
    const file = join(import.meta.dirname, "kiosk-child.ts");
    const child = spawn(process.execPath, ["--import", "tsx", file, String(lanes)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [urls] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    return new LaneProcess(child, JSON.parse(urls));
  }

  says(lane: number, view: Partial<StreetView>): void {
    this.#child.stdin?.write(`${JSON.stringify([lane, view])}\n`);
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

/**
 * From the lane's last word, which is before it stopped, to the closed screen, in ms of the page's own clock. Time in
 * which a busy machine gave the page none is not counted.
 */
function untilClosed(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let [given, last, told] = [0, performance.now(), window.witness.told];
        const look = (): void => {
          const now = performance.now();
          given = window.witness.told === told ? given + Math.min(now - last, 100) : 0;
          [last, told] = [now, window.witness.told];
          if (document.querySelector('[data-screen="out-of-service"]')) resolve(given);
          else setTimeout(look, 10);
        };
        look();
      }),
  );
}

describe("a lane that has stopped", () => {
  it("is out of service within 2 s at each moment of a passage, and shows nobody's result", async () => {
    const moments = everyScreen.filter((screen) => screen !== "out-of-service");
    const lane = await LaneProcess.start(AT_ONCE);
    const context = await browser.newContext(contextOf("landscape"));
    try {
      const pages = await Promise.all(
        lane.urls.map(async (url) => {
          const page = await context.newPage();
          await witnessed(page);
          await page.goto(url);
          return page;
        }),
      );
      const left = new Set<string>();
      for (let first = 0; first < moments.length; first += AT_ONCE) {
        const now = moments.slice(first, first + AT_ONCE);
        for (const [index, screen] of now.entries()) lane.says(index, viewOf(screen));
        await Promise.all(now.map((screen, index) => pages[index]?.waitForSelector(`[data-screen="${screen}"]`)));
        const closing = now.map((_, index) => untilClosed(pages[index] as Page));
        lane.freeze();
        for (const [index, screen] of now.entries()) {
          expect(await closing[index], screen).toBeLessThan(2000);
          const text = (await pages[index]?.locator("#stage").innerText()) ?? "";
          expect(text, screen).toContain("暂停使用");
          expect(text, screen).not.toMatch(result);
          left.add(text);
        }
        lane.thaw();
      }
      // Nothing at all is left of what stood there: every moment ends in the same picture.
      expect(left.size).toBe(1);
    } finally {
      // A stopped process ends by this alone.
      await lane.stop();
      await context.close();
    }
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
