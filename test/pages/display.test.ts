import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reasonCodes } from "../../src/core/flow.ts";
import { reasonFacts } from "../../src/core/verdict/reasons.ts";
import type { StreetScreen } from "../../src/core/views.ts";
import { looks } from "../../src/ui/display/looks.ts";
import { misfits } from "./measure.ts";
import { everyScreen, viewOf } from "./screens.ts";
import { contextOf, Kiosk, launch, openDisplay, pictures, shows } from "./support.ts";

const locale = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../config/locales/${name}.json`), "utf8")).street.screens;
const words = { zh: locale("zh-CN"), en: locale("en") };

let browser: Browser;
let kiosk: Kiosk;
const errors: string[] = [];
const open: Partial<Record<"landscape" | "portrait", Page>> = {};

beforeAll(async () => {
  browser = await launch();
  kiosk = await Kiosk.start();
  for (const size of ["landscape", "portrait"] as const) {
    const page = await (await browser.newContext(contextOf(size))).newPage();
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await openDisplay(page, kiosk);
    open[size] = page;
  }
});
afterAll(async () => {
  await browser?.close();
  await kiosk?.stop();
});

function pageOf(size: "landscape" | "portrait"): Page {
  const page = open[size];
  if (page === undefined) throw new Error("no page");
  return page;
}

/** What each text looks like once its placeholders are filled. */
const pattern = (text: string): RegExp =>
  new RegExp(
    text
      .split(/\{\w+\}/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".+"),
  );

describe.each(["landscape", "portrait"] as const)("every street screen, %s", (size) => {
  it.each(everyScreen)("%s: both languages, its symbol, nothing cut off, no finding of axe", async (screen) => {
    const page = pageOf(size);
    await shows(page, kiosk, viewOf(screen));
    const text = await page.locator(`[data-screen="${screen}"]`).innerText();
    const flat = text.replace(/\s+/g, " ");

    expect((await page.locator(".head-zh span").allInnerTexts()).join("")).toBe(words.zh[screen].headline.join(""));
    expect(await page.locator(".head-en[lang=en]").innerText()).toBe(words.en[screen].headline.join(" "));
    if (screen !== "one-at-a-time") {
      for (const line of words.zh[screen].lines) expect(flat).toMatch(pattern(line));
      for (const line of words.en[screen].lines) expect(flat).toMatch(pattern(line));
    } else expect(flat).toContain("2/3");
    expect(flat).not.toMatch(/[{}]|undefined|null|NaN/);

    const symbol = looks[screen].symbol;
    const drawn = await page
      .locator("[data-symbol]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-symbol")));
    if (screen === "needs-conversion") expect(await page.locator("svg.qr .qr-modules").count()).toBe(1);
    else expect(drawn).toContain(symbol);
    expect(await page.locator("svg:not([aria-hidden=true])").count()).toBe(0);

    expect(await misfits(page)).toEqual([]);
    const smallest = await page.evaluate(() => {
      const sizes = [...document.querySelectorAll("#stage *")]
        .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
        .map((one) => Number.parseFloat(getComputedStyle(one).fontSize));
      return Math.min(...sizes);
    });
    const steps = screen === "no-credential" || screen === "needs-conversion";
    expect(smallest).toBeGreaterThanOrEqual(steps ? 22 : size === "portrait" ? 24 : 26);

    await page.screenshot({ path: join(pictures, `display-${screen}-${size}.png`) });
    // Upright, colours and structure are the same: one screen of each ground will do.
    const first = everyScreen.find((other) => looks[other].ground === looks[screen].ground);
    if (size === "portrait" && screen !== first) return;
    const axe = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      .options({ rules: { "color-contrast-enhanced": { enabled: true } } })
      .analyze();
    expect(axe.violations.map((finding) => `${finding.id}: ${finding.nodes[0]?.html}`)).toEqual([]);
  });
});

describe("big type", () => {
  it.each(["landscape", "portrait"] as const)("is as big as fits on every screen, %s", async (size) => {
    const big = await Kiosk.start({
      look: { size: "big", pace: "slow", convertAddress: "https://declare.example/arrive" },
    });
    const page = await (await browser.newContext(contextOf(size))).newPage();
    await openDisplay(page, big);
    const heights: Record<string, number> = {};
    for (const screen of everyScreen) {
      await shows(page, big, viewOf(screen));
      expect(await misfits(page), screen).toEqual([]);
      heights[screen] = await page.evaluate(() =>
        Number.parseFloat(getComputedStyle(document.querySelector(".head-zh") as Element).fontSize),
      );
    }
    expect(heights.go).toBe(size === "landscape" ? 176 : 168);
    await shows(page, big, viewOf("go"));
    await page.screenshot({ path: join(pictures, `display-go-big-${size}.png`) });
    await page.context().close();
    await big.stop();
  });
});

describe("a site's own display", () => {
  it.each(["landscape", "portrait"] as const)(
    "P14: a compound's place code stands on the no-code screen as an aid, %s",
    async (size) => {
      const compound = await Kiosk.start({ look: { placeCode: "https://place.example/huaan/east" } });
      const page = await (await browser.newContext(contextOf(size))).newPage();
      await openDisplay(page, compound);
      await shows(page, compound, viewOf("no-credential"));
      expect(await page.locator(".place-code svg.qr .qr-modules").count()).toBe(1);
      expect(await misfits(page)).toEqual([]);
      await page.screenshot({ path: join(pictures, `place-code-${size}.png`) });
      await page.context().close();
      await compound.stop();
    },
  );

  it("in Chinese alone shows no English, and hangs as it is told to whatever the window is", async () => {
    const plain = await Kiosk.start({ look: { languages: ["zh"], orientation: "portrait" } });
    const page = await (await browser.newContext(contextOf("landscape"))).newPage();
    await openDisplay(page, plain);
    for (const screen of everyScreen) {
      await shows(page, plain, viewOf(screen));
      expect(await page.locator("#stage [lang=en]:visible").count(), screen).toBe(0);
      expect(await misfits(page), screen).toEqual([]);
    }
    expect(await page.locator("#stage").getAttribute("data-orientation")).toBe("portrait");
    await page.context().close();
    await plain.stop();
  });
});

describe("the street sees no diagnosis", () => {
  const neutral = reasonCodes.filter((code) => reasonFacts[code].street === "see-staff");

  it("shows the same pixels for red, yellow, revoked, bad signature, replayed, fever, low and unavailable", async () => {
    expect([...neutral].sort()).toEqual(
      ["bad-signature", "fever", "low", "red", "replayed", "revoked", "unavailable", "yellow"].sort(),
    );
    const page = pageOf("landscape");
    const seen = new Set<string>();
    for (const code of neutral) {
      const screen: StreetScreen = reasonFacts[code].street;
      await shows(page, kiosk, viewOf("idle-entry"));
      await shows(page, kiosk, { screen, complaint: `LQ03-4033-${reasonFacts[code].group}-7` });
      seen.add((await page.screenshot()).toString("base64"));
    }
    expect(seen.size).toBe(1);
  });

  it("has no red and no yellow on any screen", async () => {
    const page = pageOf("landscape");
    const { default: sharp } = await import("sharp");
    for (const screen of everyScreen) {
      await shows(page, kiosk, viewOf(screen));
      const { data } = await sharp(await page.screenshot())
        .resize(320, 200, { kernel: "nearest" })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      let warm = 0;
      for (let i = 0; i < data.length; i += 3) {
        const [r = 0, g = 0, b = 0] = [data[i], data[i + 1], data[i + 2]];
        if (r - b > 60 && r - Math.min(g, r) > -30 && r > 120) warm++;
      }
      expect(warm, screen).toBe(0);
    }
  });
});

describe("a code in view", () => {
  it("is drawn as four corners that move like a mirror, and never as a picture", async () => {
    const page = pageOf("landscape");
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

describe("the page itself", () => {
  it("raised no error on the way, and nothing was loaded from outside", async () => {
    expect(errors).toEqual([]);
    const outside = await pageOf("landscape").evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map((entry) => entry.name)
        .filter((name) => !name.startsWith(location.origin)),
    );
    expect(outside).toEqual([]);
  });

  it("draws every letter with its own fonts", async () => {
    const page = pageOf("landscape");
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
