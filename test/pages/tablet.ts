/** A guard's tablet before a lane that says what the test says, and what was asked of the lane. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { instantFromIso, later, minutes } from "../../src/core/units.ts";
import type { GuardAction, GuardAnswer } from "../../src/core/views.ts";
import { contextOf, Kiosk, onePictureMore, picture } from "./support.ts";

export type Held = "tablet" | "tablet upright";
export type Language = "zh" | "en";

/** Both languages, both ways of holding the tablet. */
export const ways: readonly (readonly [Language, Held])[] = [
  ["zh", "tablet"],
  ["en", "tablet"],
  ["zh", "tablet upright"],
  ["en", "tablet upright"],
];

/** Ten quarter-hours of a morning. */
export const history = [12, 18, 26, 31, 44, 52, 61, 58, 49, 37].map((granted, index) => ({
  from: later(instantFromIso("2020-04-26T05:45:00+08:00"), minutes(index * 15)),
  granted,
}));

export class Tablet {
  readonly asked: [GuardAction, string | null][] = [];
  answer: GuardAnswer = { ok: true };
  readonly #open: { readonly kiosk: Kiosk; readonly page: Page };

  private constructor(kiosk: Kiosk, page: Page, asked: [GuardAction, string | null][]) {
    this.#open = { kiosk, page };
    this.asked = asked;
  }

  get kiosk(): Kiosk {
    return this.#open.kiosk;
  }
  get page(): Page {
    return this.#open.page;
  }

  static async open(
    browser: Browser,
    path = "/guard",
    more: BrowserContextOptions = {},
    size: Held = "tablet",
  ): Promise<Tablet> {
    const asked: [GuardAction, string | null][] = [];
    let tablet: Tablet | null = null;
    const kiosk = await Kiosk.start({
      signIn: async (pin) =>
        ({ "023100": { id: "0231", supervisor: false }, "900900": { id: "0900", supervisor: true } })[pin] ?? null,
      onGuardAction: async (action, guard) => {
        asked.push([action, guard]);
        return tablet?.answer ?? { ok: true };
      },
    });
    const page = await (await browser.newContext(contextOf(size, more))).newPage();
    tablet = new Tablet(kiosk, page, asked);
    await page.goto(kiosk.url + path);
    await page.waitForSelector("main:not(.old)");
    return tablet;
  }

  async signIn(pin = "023100"): Promise<void> {
    await this.page.keyboard.type(pin);
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector("[data-push=sign-out]");
  }

  async shot(name: string, variant = false): Promise<void> {
    await (variant ? onePictureMore : picture)(this.page, `guard-${name}`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.kiosk.stop();
  }
}
