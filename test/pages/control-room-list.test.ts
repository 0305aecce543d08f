import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Filed, open } from "../../src/control-room/cases/filing.ts";
import { instant } from "../../src/core/units.ts";
import { type Seeded, seededRoom, signIn } from "./control-room-seed.ts";
import { launch } from "./support.ts";

describe("the list with ten thousand cases", () => {
  let browser: Browser;
  let room: Seeded;
  beforeAll(async () => {
    browser = await launch("after a hand");
    const now = instant(Date.now());
    room = await seededRoom(
      Array.from({ length: 10_000 }, (_, n) => {
        const urgent = n % 100 === 0;
        const event: Filed = {
          src: `linqu/wanda/lane-0${1 + (n % 3)}`,
          type: urgent ? "red-code" : "yellow-code",
          category: "health",
          level: urgent ? "red" : "yellow",
          at: instant(now - n * 50),
          case: `p-${n}`,
          tries: 1,
          routing: ["subdistrict", "epidemic-control"],
          reasons: [],
          detail: {},
          hasSubject: false,
        };
        return open(`C-260426-${String(n).padStart(4, "0")}`, event, event.at);
      }),
    );
  });
  afterAll(async () => {
    await browser.close();
    await room.stop();
  });

  it("draws only what is in sight and scrolls from end to end without a long frame", async () => {
    const page = await signIn(browser, room, "watcher");
    await page.waitForFunction(
      () => document.querySelector(".tools .filter")?.textContent?.includes("10000"),
      undefined,
      { timeout: 60_000 },
    );
    await page.locator(".banner.flood button").click();
    await page.waitForFunction(() => Number(document.querySelector(".list")?.getAttribute("aria-rowcount")) > 10_000);
    const { frames, rows } = await page.evaluate(async () => {
      const box = document.querySelector(".scroll") as HTMLElement;
      const frames: number[] = [];
      let most = 0;
      let before = performance.now();
      for (let step = 0; step <= 120; step += 1) {
        box.scrollTop = (box.scrollHeight * step) / 120;
        await new Promise((next) => requestAnimationFrame(next));
        const now = performance.now();
        frames.push(now - before);
        before = now;
        most = Math.max(most, document.querySelectorAll(".scroll .row").length);
      }
      return { frames, rows: most };
    });
    const sorted = frames.sort((a, b) => a - b);
    process.stderr.write(
      `10^4 rows: frame p50 ${sorted[60]?.toFixed(1)} ms, p95 ${sorted[114]?.toFixed(1)} ms, rows drawn ${rows}\n`,
    );
    expect(rows).toBeLessThan(60);
    await page.keyboard.press("u");
    await page.keyboard.press("j");
    await page.context().close();
  });
});
