// What of the pedestrian's page goes by time or by what the lane says next: dwell, guidance, motion, sounds.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { reasonCodes } from "../../src/core/flow.ts";
import { reasonFacts } from "../../src/core/verdict/reasons.ts";
import type { StreetScreen, StreetView } from "../../src/core/views.ts";
import { LaneBench } from "../lane/lane-bench.ts";
import { rowOf } from "../ui/street-table.ts";
import { everyScreen, viewOf } from "./screens.ts";
import { contextOf, Kiosk, launch, openDisplay, shows } from "./support.ts";
import { beats, type Witness, witnessed } from "./witness.ts";

let browser: Browser;
let kiosk: Kiosk;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  kiosk = await Kiosk.start();
  page = await (await browser.newContext(contextOf("landscape"))).newPage();
  await openDisplay(page, kiosk);
});
afterAll(async () => {
  await browser?.close();
  await kiosk?.stop();
});

describe("a lane's dwell", () => {
  it.each([
    ["go", "green-1", 2000],
    ["expired", "expired-1", 30_000],
    ["see-staff", "red-1", 30_000],
  ] as const)("%s stands on the page for as long as the lane says, and no longer", async (screen, code, dwell) => {
    const bench = new LaneBench(new SimClock(), {
      display: { street: (view) => kiosk.street(view), guard: () => {} },
    });
    await bench.ready();
    const there = (wanted: StreetScreen) => page.waitForSelector(`[data-screen="${wanted}"]`);
    await there("idle-entry");
    bench.stands("entry").forehead(36.5);
    await bench.wait(200);
    bench.shows(code);
    await bench.wait(1500);
    // Time stands still between two steps, so that what stays is what the lane said last.
    await there(screen);
    await bench.wait(dwell - 1500);
    await there(screen);
    await bench.wait(1600);
    await there("idle-entry");
    expect(await page.innerText("#stage")).not.toContain(rowOf(screen).headline.zh);
    await bench.lane.stop();
  });
});

describe("the street sees no diagnosis", () => {
  const neutral = reasonCodes.filter((code) => reasonFacts[code].street === "see-staff");

  it("shows the same pixels for red, yellow, revoked, bad signature, replayed, fever, low and unavailable", async () => {
    expect([...neutral].sort()).toEqual(
      ["bad-signature", "fever", "low", "red", "replayed", "revoked", "unavailable", "yellow"].sort(),
    );
    const seen = new Set<string>();
    for (const code of neutral) {
      const screen: StreetScreen = reasonFacts[code].street;
      await shows(page, kiosk, viewOf("idle-entry"));
      await shows(page, kiosk, { screen, complaint: `LQ03-4033-${reasonFacts[code].group}-7` });
      seen.add((await page.screenshot()).toString("base64"));
    }
    expect(seen.size).toBe(1);
  });
});

describe("guidance", () => {
  it("closer points out of the middle and its code is small, further points into it and its code is large", async () => {
    const sizes: Record<string, number> = {};
    for (const screen of ["closer", "further"] as const) {
      await shows(page, kiosk, viewOf(screen));
      const { arrows, code } = await page.evaluate(() => {
        const numbers = document.querySelector(".aim .arrows")?.getAttribute("d") ?? "";
        const box = document.querySelector<SVGPathElement>(".aim .found")?.getBBox();
        return {
          arrows: [...numbers.matchAll(/M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/g)].map((all) => all.slice(1).map(Number)),
          code: box?.width ?? 0,
        };
      });
      const fromMiddle = (x = 0, y = 0): number => Math.hypot(x - 156, y - 202.5);
      expect(arrows).toHaveLength(4);
      for (const [x, y, toX, toY] of arrows)
        expect(Math.sign(fromMiddle(toX, toY) - fromMiddle(x, y))).toBe(screen === "closer" ? 1 : -1);
      sizes[screen] = code;
    }
    expect(sizes.closer).toBeLessThan((sizes.further ?? 0) / 2);
  });

  it("the ring fills with the measurement", async () => {
    for (const progress of [0.25, 0.62, 1]) {
      await shows(page, kiosk, { screen: "forehead", progress });
      await page.waitForSelector(`.ring[data-progress="${progress * 100}"]`);
      expect(await page.getAttribute(".ring .done", "stroke-dasharray")).toBe(`${progress * 100} 100`);
    }
  });
});

describe("a code in view", () => {
  it("is drawn as four corners that move like a mirror, and never as a picture", async () => {
    const at = async (left: number): Promise<number> => {
      const [x0, x1] = [left, left + 0.1];
      await shows(page, kiosk, {
        screen: "hold-still",
        aim: [
          [x0, 0.4],
          [x1, 0.4],
          [x1, 0.6],
          [x0, 0.6],
        ],
      });
      return page.evaluate(() => document.querySelector(".found")?.getBoundingClientRect().x ?? Number.NaN);
    };
    const left = await at(0.3);
    const right = await at(0.6);
    expect(right).toBeLessThan(left);
    expect(await page.locator("img, video, canvas").count()).toBe(0);
  });
});

describe("motion", () => {
  it("lasts no longer than 250 ms and comes once: nothing blinks or loops", async () => {
    const moving = contextOf("landscape", { reducedMotion: "no-preference" });
    const page = await (await browser.newContext(moving)).newPage();
    await witnessed(page);
    await openDisplay(page, kiosk);
    for (const screen of everyScreen) {
      await shows(page, kiosk, viewOf(screen));
      // What a style moves by itself would still be at it.
      const loops = await page.evaluate(() =>
        document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== 1),
      );
      expect([screen, loops]).toEqual([screen, []]);
    }
    const moved = await page.evaluate(() => window.witness.moved);
    expect(moved.length).toBeGreaterThan(everyScreen.length);
    expect(moved.filter(({ lasts, times }) => !(lasts <= 250) || times !== 1)).toEqual([]);
    await page.context().close();
  });
});

describe("the sounds of a page without a sounder", () => {
  it("are the screen's tone, then its headline; a new screen cuts off what was meant for the one before", async () => {
    const demo = await Kiosk.start({ look: { pageSounds: true, pace: "slow" } });
    const page = await (await browser.newContext(contextOf("landscape"))).newPage();
    await witnessed(page);
    const manifest = page.waitForResponse((response) => response.url().endsWith("/sounds/manifest.json"));
    await openDisplay(page, demo);
    const { prompts } = (await (await manifest).json()) as { prompts: Record<"zh" | "en", Record<string, string>> };
    const spoken = (language: "zh" | "en", screen: StreetScreen): string | undefined =>
      prompts[language][screen]?.replace(/^.*\/|\.wav$/g, "");
    const end = (): Promise<void> => page.evaluate(() => window.witness.end());
    const told = async (view: Partial<StreetView>): Promise<Pick<Witness, "played" | "cut">> => {
      await page.evaluate(() => {
        window.witness.played.length = window.witness.cut.length = 0;
      });
      await shows(page, demo, view);
      await beats(page);
      return page.evaluate(() => window.witness);
    };
    // The lane says the same again and again; it sounds once.
    expect((await told(viewOf("expired"))).played).toEqual(["next"]);
    await end();
    await end();
    const all = ["next", spoken("zh", "expired"), spoken("en", "expired")];
    expect(await page.evaluate(() => window.witness.played)).toEqual(all);
    const next = await told(viewOf("see-staff"));
    expect([next.cut, next.played]).toEqual([all, ["staff"]]);
    await end();
    demo.freeze();
    await page.waitForSelector('[data-screen="out-of-service"]');
    expect(await page.evaluate(() => window.witness)).toMatchObject({
      played: ["staff", spoken("zh", "see-staff")],
      cut: [...next.cut, "staff", spoken("zh", "see-staff"), spoken("en", "see-staff")],
    });
    await end();
    expect(await page.evaluate(() => window.witness.played)).toHaveLength(2);
    await page.context().close();
    await demo.stop();
  });
});

describe("the letters", () => {
  it("draws every letter with its own fonts", async () => {
    const client = await page.context().newCDPSession(page);
    await client.send("DOM.enable");
    await client.send("CSS.enable");
    const used = new Set<string>();
    for (const screen of everyScreen) {
      await shows(page, kiosk, viewOf(screen));
      const { root } = await client.send("DOM.getDocument", { depth: -1 });
      const { nodeId } = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector: "body" });
      const all = await client.send("DOM.querySelectorAll", { nodeId, selector: "#stage *" });
      for (const one of all.nodeIds) {
        const { fonts } = await client.send("CSS.getPlatformFontsForNode", { nodeId: one });
        for (const font of fonts) used.add(`${font.familyName}${font.isCustomFont ? "" : " (of the machine)"}`);
      }
    }
    expect([...used].filter((name) => name.includes("of the machine"))).toEqual([]);
  });
});
