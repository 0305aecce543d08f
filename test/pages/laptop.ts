/** A technician's page before a panel over a bench of fakes; what goes wrong in the page is kept. */
import { resolve } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { PanelRig } from "../support/panel.ts";
import { findings } from "./axe.ts";
import { onePictureMore, picture } from "./support.ts";

export const CODE = "valve-71-moss";

export class Laptop {
  readonly rig: PanelRig;
  readonly page: Page;
  /** What the page's console complained about. */
  readonly problems: string[] = [];

  private constructor(rig: PanelRig, page: Page) {
    this.rig = rig;
    this.page = page;
    page.on("pageerror", (error) => this.problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of (4\d\d)|ERR_CONNECTION/.test(message.text()))
        this.problems.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    screen: BrowserContextOptions = { viewport: { width: 1440, height: 900 } },
  ): Promise<Laptop> {
    const rig = await new PanelRig({ pages: resolve("dist/ui") }).start();
    await Promise.all([rig.bench.camera.start(), rig.bench.thermometer.start(), rig.bench.scanner.start()]);
    const context = await browser.newContext({ reducedMotion: "reduce", locale: "zh-CN", ...screen });
    return new Laptop(rig, await context.newPage());
  }

  /** Signs in with the code that the technician set before. */
  async enter(): Promise<void> {
    await this.rig.panel.code.set(CODE);
    await this.page.goto(`${this.rig.url}/technician`);
    await this.page.fill("#by", "tech-1");
    await this.page.fill("#code", CODE);
    await this.page.click("button[type=submit]");
    await this.page.waitForSelector(".frame");
  }

  go(to: string): Promise<void> {
    return this.page.click(`[data-to="${to}"]`);
  }

  text(selector: string): Promise<string> {
    return this.page.innerText(selector);
  }

  /** How far the page could be pushed to the side. */
  sideways(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** As a picture would show it. */
  async pictured(name: string, variant = false): Promise<void> {
    await this.page.evaluate(() => document.fonts.ready.then(() => {}));
    await (variant ? onePictureMore : picture)(this.page, `technician-${name}`);
  }

  /** The same, and what axe-core finds on it (WCAG 2.2 A and AA), each with the picture's name. */
  async findings(name: string, variant = false): Promise<string[]> {
    await this.pictured(name, variant);
    return (await findings(this.page)).map((finding) => `${name}: ${finding}`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.rig.stop();
  }
}
