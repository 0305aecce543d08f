import { createRequire } from "node:module";
import type jsqr from "jsqr";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instantFromIso } from "../../src/core/units.ts";
import type { StreetScreen } from "../../src/core/views.ts";
import { denials, grounds, rowOf, sameWords } from "../ui/street-table.ts";
import { findings } from "./axe.ts";
import { misfits } from "./measure.ts";
import { everyScreen, viewOf } from "./screens.ts";
import { contextOf, Kiosk, launch, openDisplay, picture, shows } from "./support.ts";
import { witnessed } from "./witness.ts";

const jsQR = createRequire(import.meta.url)("jsqr") as typeof jsqr;

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
    await witnessed(page);
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

/** What stands on the page now, as it was drawn. */
function drawn(page: Page) {
  return page.evaluate(() => {
    const hex = (colour: string): string | null => {
      const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
      if (a === 0) return null;
      return `#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`.toUpperCase();
    };
    const style = (selector: string) => getComputedStyle(document.querySelector(selector) ?? document.body);
    const texts = (selector: string): string[] =>
      [...document.querySelectorAll<HTMLElement>(selector)].map((one) => one.innerText.replace(/\s+/g, " ").trim());
    const picture = document.querySelector(".panel svg, .channels-title > svg");
    const panel = document.querySelector(".panel");
    const lettered = [...document.querySelectorAll("#stage *")].filter((one) =>
      [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    );
    return {
      zh: texts(".head-zh span").join(""),
      en: texts(".head-en[lang=en]").join(""),
      words: texts(".screen").join(""),
      head: texts(".head .path, .head .chip").join(""),
      at: texts(".path [aria-current=step]").join(""),
      foot: texts(".foot").join(""),
      symbol: picture?.classList.contains("qr") ? "qr" : (picture?.getAttribute("data-symbol") ?? null),
      turned: picture?.querySelector("path")?.getAttribute("transform") ?? null,
      colours: {
        field: hex(style(".screen").backgroundColor),
        ink: hex(style(".head-zh").color),
        panel: panel === null ? null : hex(style(".panel").backgroundColor),
        symbol: hex(getComputedStyle(picture ?? document.body).color),
      },
      moving: document.getAnimations().length,
      loud: [...document.querySelectorAll("svg:not([aria-hidden=true])")].length,
      smallest: Math.min(...lettered.map((one) => Number.parseFloat(getComputedStyle(one).fontSize))),
    };
  });
}

/** How much of a picture bystanders would take for the red or yellow of a code. */
async function warmPixels(picture: Buffer): Promise<number> {
  const data = await sharp(picture).resize(320, 320, { kernel: "nearest", fit: "fill" }).removeAlpha().raw().toBuffer();
  let warm = 0;
  for (let i = 0; i < data.length; i += 3) {
    const [r = 0, g = 0, b = 0] = [data[i], data[i + 1], data[i + 2]];
    if (r > 120 && r - b > 60 && r >= g - 30) warm++;
  }
  return warm;
}

/** Where on the path 亮码 — 测温 — 通行 a screen stands, or the one short word instead (SCREENS, layout). */
function headOf(screen: StreetScreen): { readonly head: string; readonly at: string } {
  const { ground } = rowOf(screen);
  const word = (head: string) => ({ head, at: "" });
  if (ground === "free") return word("自由通行");
  if (ground === "closed") return word(screen === "lockdown" ? "本入口临时关闭" : "本通道入口停用");
  if (ground === "staff" || viewOf(screen).staffCalled) return word("已呼叫工作人员");
  if (screen === "idle-exit") return { head: "测温 离开", at: "测温" };
  if (screen === "go-exit") return { head: "测温 离开", at: "离开" };
  const head = "亮码 测温 通行";
  if (ground === "go") return { head, at: "通行" };
  return { head, at: ["forehead", "again", "wait"].includes(screen) ? "测温" : "亮码" };
}

const complaint = ["疑问与投诉 12345", "技术电话 0536-555-0100", "投诉编号 LQ03-4033-5-7"];
const feet: Partial<Record<StreetScreen, readonly string[]>> = {
  "idle-entry": ["没有手机、需要帮助：请找工作人员", "08:14"],
  "idle-exit": ["请靠近测温窗，约 1 秒", "08:14"],
  lockdown: ["预计 08:40 恢复", "疑问与投诉 12345", "技术电话 0536-555-0100"],
  "free-exit": ["请勿奔跑，听从现场人员引导", "Please walk. Follow staff"],
  "out-of-service": ["疑问与投诉 12345", "技术电话 0536-555-0100"],
};

describe.each(["landscape", "portrait"] as const)("every street screen, %s", (size) => {
  it.each(everyScreen)(
    "%s: the design's words, symbol and colours, no red, no yellow, nothing cut off, no finding of axe",
    async (screen) => {
      const page = pageOf(size);
      await shows(page, kiosk, viewOf(screen));
      const row = rowOf(screen);
      const seen = await drawn(page);

      expect(seen).toMatchObject({ zh: sameWords(row.headline.zh), en: row.headline.en, symbol: row.symbol });
      expect(sameWords(seen.words)).toContain(sameWords(row.line.zh));
      expect(seen.words).toContain(row.line.en);
      expect(seen.words).not.toMatch(/[{}]|undefined|null|NaN/);
      expect(seen.colours).toEqual(grounds[row.ground]);
      const { head, at } = headOf(screen);
      expect([seen.head, seen.at]).toEqual([expect.stringContaining(head), at]);
      for (const text of denials.includes(screen) ? complaint : (feet[screen] ?? [])) expect(seen.foot).toContain(text);
      if (!denials.includes(screen)) expect(seen.foot).not.toContain("投诉编号");
      // People walk to the right past this screen; out again is to the left.
      if (row.symbol === "go-arrow")
        expect(seen.turned).toBe(`rotate(${["go-exit", "reverse"].includes(screen) ? 180 : 0} 48 48)`);
      expect(seen.loud).toBe(0);
      // These pages ask for stillness.
      expect(seen.moving).toBe(0);

      expect(await misfits(page)).toEqual([]);
      const steps = screen === "no-credential" || screen === "needs-conversion";
      expect(seen.smallest).toBeGreaterThanOrEqual(steps ? 22 : size === "portrait" ? 24 : 26);

      expect(await warmPixels(await picture(page, `display-${screen}-${size}`))).toBe(0);
      expect(await findings(page, { enhanced: true })).toEqual([]);
    },
  );
});

describe("the two screens with steps", () => {
  it("P13, P11: say the three ways to a code, that family may and that paper counts", async () => {
    const page = pageOf("landscape");
    await shows(page, kiosk, viewOf("no-credential"));
    const { words } = await drawn(page);
    for (const text of [
      ...["健康山东服务号", "防疫专区", "爱山东", "首页热点应用", "支付宝搜索「山东健康通行卡」", "家人可代办"],
      ...["纸质码同样有效", "Healthy Shandong", "Epidemic zone", "Family can apply for you", "Printed codes count too"],
    ])
      expect(words).toContain(text);
  });

  it("P12: lead from the code through the form back here, by a code that another reader reads", async () => {
    const page = pageOf("landscape");
    await shows(page, kiosk, viewOf("needs-conversion"));
    const steps = await page.locator(".step").allInnerTexts();
    expect(steps.map((text) => text.replace(/\s+/g, " "))).toEqual([
      "1 扫描二维码，填写来鲁申报 Scan the code and fill in the form",
      "2 领取山东健康通行码 Receive your Shandong code",
      "3 回到这里重新亮码 Come back and show it here",
    ]);
    const { data, info } = await sharp(await page.screenshot())
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const read = jsQR(new Uint8ClampedArray(data), info.width, info.height);
    expect(read?.data).toBe("https://declare.example/arrive");
  });
});

describe("measured at the wrist", () => {
  it("the screen says wrist and shows one", async () => {
    const wrist = await Kiosk.start({ look: { measureAt: "wrist" } });
    const page = await (await browser.newContext(contextOf("landscape"))).newPage();
    await openDisplay(page, wrist);
    await shows(page, wrist, viewOf("forehead"));
    const seen = await drawn(page);
    expect(seen).toMatchObject({ zh: "手腕对准测温窗", en: "Wrist to the sensor", symbol: "wrist" });
    expect(seen.words).not.toMatch(/额头|[Ff]orehead/);
    await page.context().close();
    await wrist.stop();
  });
});

describe("a lockdown", () => {
  it("says when entry opens again, never too early, and nothing where nobody knows", async () => {
    const page = pageOf("landscape");
    const at = async (until: string | null): Promise<string> => {
      await shows(page, kiosk, viewOf("idle-entry"));
      await shows(page, kiosk, { screen: "lockdown", values: until === null ? {} : { until: instantFromIso(until) } });
      return (await drawn(page)).foot;
    };
    expect(await at("2020-04-26T08:40:00.300+08:00")).toContain("预计 08:40 恢复");
    expect(await at("2020-04-26T08:40:59+08:00")).toContain("预计 08:41 恢复");
    expect(await at(null)).not.toMatch(/预计|恢复|\{/);
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
    await picture(page, `display-go-big-${size}`);
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
      await picture(page, `place-code-${size}`);
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

describe("the page itself", () => {
  it("shows each screen as soon as it is told, and waits for nothing", async () => {
    for (const page of Object.values(open)) {
      const drawn = await page.evaluate(() => window.witness.drawn);
      expect(new Set(drawn.map(([told]) => told))).toEqual(new Set(everyScreen));
      // A word that a busy machine held up is not believed, and the page stays closed.
      expect(drawn.filter(([told, seen]) => seen !== told && seen !== "out-of-service")).toEqual([]);
    }
  });

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
});
