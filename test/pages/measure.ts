import type { Page } from "playwright-core";

/** What doesn't fit: words that leave the stage, their box or overlap another part; empty where everything fits. */
export function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const stage = document.querySelector("#stage, #page")?.getBoundingClientRect();
    if (stage === undefined) return ["no stage"];
    const name = (element: Element): string =>
      `${element.className || element.tagName}: ${element.textContent?.slice(0, 24)}`;
    const parts = [".head", ".panel", ".words", ".foot", ".channels", ".channels-title"];
    const inked = new Map<string, DOMRect>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (parent === null || node.textContent?.trim() === "") continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width === 0) continue;
        if (
          box.left < stage.left - 0.5 ||
          box.right > stage.right + 0.5 ||
          box.top < stage.top - 0.5 ||
          box.bottom > stage.bottom + 0.5
        )
          found.push(`leaves the stage: ${name(parent)}`);
      }
      const part = parts.find((selector) => parent.closest(selector) !== null);
      if (part !== undefined && range.getClientRects().length > 0) {
        const box = range.getBoundingClientRect();
        const before = inked.get(part) ?? box;
        const left = Math.min(before.left, box.left);
        const top = Math.min(before.top, box.top);
        inked.set(
          part,
          new DOMRect(left, top, Math.max(before.right, box.right) - left, Math.max(before.bottom, box.bottom) - top),
        );
      }
    }
    for (const selector of [".panel"]) {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      if (box !== undefined) inked.set(selector, box);
    }
    const boxes = [...inked];
    boxes.forEach(([one, a], index) => {
      for (const [other, b] of boxes.slice(index + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // Line boxes are a little taller than the letters in them.
        if (across > 1 && down > 6) found.push(`${one} overlaps ${other} by ${down.toFixed(0)} px`);
      }
    });
    for (const element of document.querySelectorAll(
      ".head-zh span, .head, .foot, .way, .aside, .step, .chip, .push, .plate",
    )) {
      if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline")
        found.push(`wider than its box: ${name(element)}`);
    }
    return found;
  });
}

/** Buttons and fields in sight whose middle is something else's: a finger there would press the wrong thing, or nothing. */
export function covered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const dialog = document.querySelector("dialog[open]");
    // What a part that scrolls has out of its sight is covered by nothing.
    const scrolledAway = (one: Element, x: number, y: number): boolean => {
      for (let around = one.parentElement; around !== null; around = around.parentElement) {
        const box = around.getBoundingClientRect();
        const scrolls = /auto|scroll/.test(getComputedStyle(around).overflow);
        if (scrolls && (x < box.left || x > box.right || y < box.top || y > box.bottom)) return true;
      }
      return false;
    };
    return [...(dialog ?? document).querySelectorAll<HTMLElement>("button, input, select, textarea, summary, a[href]")]
      .filter((one) => one.checkVisibility())
      .filter((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        const [middleX, middleY] = [x + width / 2, y + height / 2];
        if (middleX < 0 || middleX > innerWidth || middleY < 0 || middleY > innerHeight) return false;
        if (scrolledAway(one, middleX, middleY)) return false;
        const top = document.elementFromPoint(middleX, middleY);
        return top === null || !one.contains(top);
      })
      .map((one) => one.outerHTML.slice(0, 80));
  });
}
