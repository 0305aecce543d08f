import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reasonCodes } from "../../src/core/flow.ts";
import { instantFromIso } from "../../src/core/units.ts";
import { guardRowOf, places, plates, reports, sheets, states, supervised } from "../ui/guard-table.ts";
import { findings } from "./axe.ts";
import { covered, misfits } from "./measure.ts";
import { waiting } from "./people.ts";
import { launch } from "./support.ts";
import { history, Tablet, ways } from "./tablet.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** What stands on the page now for the person who waits. */
function drawn(page: Page) {
  return page.evaluate(() => {
    const hex = (colour: string): string =>
      `#${(colour.match(/[\d.]+/g) ?? [])
        .slice(0, 3)
        .map((part) => Number(part).toString(16).padStart(2, "0"))
        .join("")}`.toUpperCase();
    const text = (selector: string): string =>
      document.querySelector<HTMLElement>(selector)?.innerText.replace(/\s+/g, " ").trim() ?? "";
    const plate = document.querySelector(".plate");
    const style = getComputedStyle(plate ?? document.body);
    return {
      tone: plate?.getAttribute("data-tone"),
      colours: { field: hex(style.backgroundColor), ink: hex(style.color) },
      symbol: plate?.querySelector("svg")?.getAttribute("data-symbol"),
      plate: text(".plate h2"),
      sayZh: text(".say-zh"),
      sayEn: text(".say-en"),
      steps: text(".do ol"),
      count: document.querySelectorAll(".do li").length,
      all: text("main"),
      sideways: document.documentElement.scrollWidth - innerWidth,
      buttons: [...document.querySelectorAll<HTMLElement>(".buttons .push")].map((one) => {
        const { x, y, height } = one.getBoundingClientRect();
        return {
          id: one.dataset.push ?? "",
          title: one.querySelector(".push-title")?.textContent,
          why: one.querySelector(".push-text")?.textContent ?? "",
          symbol: one.querySelector("svg")?.getAttribute("data-symbol"),
          blocked: one.getAttribute("aria-disabled") === "true",
          filled: one.classList.contains("filled"),
          ...{ x, y, height, cut: one.scrollHeight - one.clientHeight },
        };
      }),
    };
  });
}

describe.each(ways)("the guard's view, %s on a %s", (language, size) => {
  const held = size === "tablet" ? "landscape" : "portrait";
  let tablet: Tablet;
  let kiosk: Tablet["kiosk"];
  let page: Page;
  beforeAll(async () => {
    tablet = await Tablet.open(browser, `/guard?lang=${language}`, {}, size);
    ({ kiosk, page } = tablet);
    await tablet.signIn();
  });
  afterAll(() => tablet?.close());

  const at = language === "zh" ? 0 : 1;
  const fine = async (name: string): Promise<void> => {
    expect(await covered(page), name).toEqual([]);
    expect(await findings(page), name).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBe(0);
    await tablet.shot(`${name}-${language}-${held}`, held === "portrait");
  };
  const texts = (selector: string): Promise<string> => page.locator(selector).first().innerText();

  it("has symbol and words for each state of the lane while nobody waits, and its choices for each question", async () => {
    const until = instantFromIso("2020-04-26T08:40:00+08:00");
    for (const [mode, row] of Object.entries(states)) {
      kiosk.guard({ mode: mode as keyof typeof states, until, quarters: history });
      await page.waitForSelector(`.state-head[data-mode="${mode}"]`);
      expect(await page.getAttribute(".state-head svg", "data-symbol"), mode).toBe(row[0]);
      expect(await texts(".state-head h2")).toBe(row[1 + at]);
      expect(await texts(".state-head")).toContain(row[3 + at]);
      if (mode !== "lockdown") expect(await texts("main")).not.toContain("08:40");
      const [id = null, zh, en] = supervised[mode as keyof typeof supervised] ?? [];
      const idsOf = (selector: string): Promise<(string | undefined)[]> =>
        page.locator(selector).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.push));
      expect(await idsOf(".push:not([aria-disabled]):has(svg[data-symbol=lock])")).toEqual(id === null ? [] : [id]);
      // A closed lane takes no release, and its buttons say why.
      const shut = mode === "normal" || mode === "out-of-service" ? [] : ["manual-check", "family", "assistance"];
      expect([mode, await idsOf(".push[aria-disabled=true]")]).toEqual([mode, shut]);
      if (shut.length > 0) expect(await texts("[data-push=family] .push-text")).toBe(row[1 + at]);
      expect(await page.locator(".hint").count()).toBe(mode === "normal" ? 1 : 0);
      if (id !== null) expect(await texts(`[data-push="${id}"] .push-title`)).toBe(at === 0 ? zh : en);
      await fine(`state-${mode}`);
    }
    kiosk.guard({ attended: [waiting(["yellow"])] });
    await page.waitForSelector("[data-reason=yellow]");
    for (const [opener, [zh, en, choices]] of Object.entries(sheets)) {
      if (opener === "family") await page.click("[data-push=help-through]");
      await page.click(`[data-push="${opener}"]`);
      await page.getByRole("dialog", { name: at === 0 ? zh : en, exact: true }).waitFor();
      const offered = page.locator("dialog .choices .push");
      expect(await offered.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.push))).toEqual(choices);
      expect((await offered.allInnerTexts()).filter((text) => !/\S/.test(text) || /[{}]/.test(text))).toEqual([]);
      await fine(`sheet-${opener}`);
      await page.click("[data-push=cancel]");
      await page.waitForSelector("dialog", { state: "detached" });
    }
    expect(tablet.asked).toEqual([]);
  });

  it("has for each reason its plate, what to say, what to do, and six places that never move", async () => {
    const fixed = new Map<string, string>();
    const looked = new Set<string>();
    for (const code of reasonCodes) {
      const fever = code === "fever" ? ({ class: "fever", estimate: 37.6 } as const) : null;
      kiosk.guard({ attended: [waiting([code], { temperature: fever, id: reasonCodes.indexOf(code) })] });
      await page.waitForSelector(`[data-reason="${code}"]`);
      const row = guardRowOf(code);
      const seen = await drawn(page);
      expect([code, seen.tone, seen.symbol, seen.plate]).toEqual([code, row.tone, row.symbol, row.plate[language]]);
      if (row.tone !== "grey") expect([code, seen.colours]).toEqual([code, plates[row.tone as keyof typeof plates]]);
      // Both languages stand there whichever the page speaks: the guard reads aloud to whoever stands there.
      expect(seen.sayZh).toContain(row.say.zh);
      expect(seen.sayEn).toContain(row.say.en);
      expect(seen.steps).toContain(row.step[language]);
      expect(seen.count).toBeGreaterThanOrEqual(2);
      expect(seen.all).not.toMatch(/[{}]|undefined|null|NaN/);
      expect(seen.sideways).toBe(0);
      if (size === "tablet") expect(await misfits(page), code).toEqual([]);

      expect(seen.buttons.map(({ id, title }) => [id, title])).toEqual(
        Object.entries(places).map(([id, words]) => [id, words[at]]),
      );
      const open = { "manual-check": row.clears === "manual", "escorted-release": row.clears === "escort" };
      for (const button of seen.buttons) {
        const { id } = button;
        const blocked = !(open[id as keyof typeof open] ?? true);
        expect([code, id, button.blocked, button.filled]).toEqual([code, id, blocked, id === row.filled]);
        expect([code, id, button.symbol]).toEqual([code, id, blocked ? "lock" : places[id as keyof typeof places][2]]);
        expect(button.why, `${id} for ${code}`).not.toBe("");
        // Upright the page is as long as its advice; what stays is the order and the column.
        const place = size === "tablet" ? `${button.x} ${button.y}` : `${button.x}`;
        expect(fixed.get(id) ?? place, `${id} moved for ${code}`).toBe(place);
        fixed.set(id, place);
        expect(button.height).toBeGreaterThanOrEqual(56);
        expect(button.cut, `${id} for ${code}`).toBeLessThanOrEqual(1);
        if (blocked) await page.$eval(`[data-push="${id}"]`, (one) => (one as HTMLElement).click());
      }
      expect(tablet.asked).toEqual([]);
      expect(await page.locator("dialog").count()).toBe(0);
      expect(await covered(page), code).toEqual([]);
      await tablet.shot(`reason-${code}-${language}-${held}`, held === "portrait");
      // Reasons with the same colours and the same buttons are the same page to axe.
      const look = [row.tone, row.clears, row.filled].join();
      if (!looked.has(look)) expect(await findings(page), code).toEqual([]);
      looked.add(look);
    }
  });

  it("says how far a report got, and of a receipt only once it is there", async () => {
    for (const [report, words] of Object.entries(reports)) {
      const receivedAt = report === "received" ? instantFromIso("2020-04-26T08:13:00+08:00") : null;
      kiosk.guard({ attended: [waiting(["red"], { report: report as keyof typeof reports, receivedAt })] });
      await page.waitForSelector(`dd >> text="${words[at]}"`);
      if (report !== "received") expect(await page.locator(".facts").innerText()).not.toMatch(/已收到|received/);
    }
  });

  it("signed out, says that somebody waits or nobody, and nothing more", async () => {
    kiosk.guard({});
    await page.click("[data-push=sign-out]");
    await page.waitForSelector(".quiet");
    expect(await texts(".needed h2")).toBe(["无人等候", "Nobody is waiting"][at]);
    await fine("signed-out-quiet");
    kiosk.guard({ attended: [waiting(["red"])] });
    await page.waitForSelector(`text=${["有人需要协助", "Somebody needs help"][at]}`);
    await fine("signed-out-needed");
  });
});
