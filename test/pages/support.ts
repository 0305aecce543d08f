/** A kiosk's server with a lane that says what the test tells it, and a real browser before it. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Instant, instantFromIso, type Millis, millis, monotonic } from "../../src/core/units.ts";
import type { GuardView, StreetView } from "../../src/core/views.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { createWeb, type WebOptions } from "../../src/web/server.ts";

const root = resolve(import.meta.dirname, "../..");
const pictures = join(root, "out/screens");

/** Takes a picture of the page and leaves it in `out/screens`. */
export function picture(page: Page, name: string): Promise<Buffer> {
  mkdirSync(pictures, { recursive: true });
  return page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** One more picture of a screen that another shows already, the other way up; only where PICTURES=all asks for it. */
export async function onePictureMore(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES === "all") await picture(page, name);
}

/**
 * What the browser leaves out. The switch is one list and ours replaces playwright's, so its own that matter stand here as
 * well; each window's two hidden pages of the address bar cost a second and a half of a core.
 */
const without = [
  ...[
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
  ],
  ...["ThirdPartyStoragePartitioning", "WebUIOmniboxAimPopup", "WebUIOmniboxPopup"],
];

/** `sound`: at once as on a kiosk, or only after a hand has touched the page, as an office's browser has it. */
export function launch(sound: "at once" | "after a hand" = "at once"): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      `--disable-features=${without.join(",")}`,
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--font-render-hinting=none",
      ...(sound === "at once" ? ["--autoplay-policy=no-user-gesture-required"] : []),
    ],
  });
}

export const sizes = {
  landscape: { width: 1280, height: 800 },
  portrait: { width: 800, height: 1280 },
  tablet: { width: 1180, height: 820 },
  "tablet upright": { width: 820, height: 1180 },
} as const;

export function contextOf(size: keyof typeof sizes, more: BrowserContextOptions = {}): BrowserContextOptions {
  return { viewport: sizes[size], reducedMotion: "reduce", locale: "zh-CN", ...more };
}

/** Real time, but a wall clock that stands at 08:14 on the day the rules began. */
export class TestClock implements Clock {
  at: Instant = instantFromIso("2020-04-26T08:14:00+08:00");
  monotonic() {
    return monotonic(performance.now());
  }
  wall() {
    return { at: this.at, trust: "synced" as const, error: millis(5) };
  }
  after(delay: Millis, fn: () => void): () => void {
    const timer = setTimeout(fn, delay);
    return () => clearTimeout(timer);
  }
  every(period: Millis, fn: () => void): () => void {
    const timer = setInterval(fn, period);
    return () => clearInterval(timer);
  }
}

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

export const idle: StreetView = {
  screen: "idle-entry",
  turn: 1,
  direction: "entry",
  values: {},
  complaint: null,
  aim: null,
  progress: null,
  staffCalled: false,
};

export const calm: GuardView = {
  mode: "normal",
  signedIn: null,
  attended: [],
  street: "idle-entry",
  maskRefused: false,
  counts: { granted: 37, "manual-check": 5, "turned-away": 2 },
  troubles: [],
};

/** The lane of a test: repeats what it was last told to say until it is frozen. */
export class Kiosk {
  readonly url: string;
  readonly #web: ReturnType<typeof createWeb>;
  #street = idle;
  #guard = calm;
  #beat: NodeJS.Timeout | null = null;

  private constructor(web: ReturnType<typeof createWeb>, port: number) {
    this.#web = web;
    this.url = `http://localhost:${port}`;
    this.thaw();
  }

  static async start(changes: Partial<WebOptions> = {}): Promise<Kiosk> {
    const web = createWeb({
      port: 0,
      clock: new TestClock(),
      logger: quiet,
      lane: { number: "03", side: "entry", arrow: "right" },
      site: {
        kind: "compound",
        name: { zh: "华安小区 东门", en: "Huaan compound, east gate" },
        phones: { complaint: "12345", technical: "0536-555-0100", site: "0536-555-0110", health: "0536-555-0120" },
        otherEntrance: { name: { zh: "南门入口", en: "South gate" }, minutes: 3 },
        waitingPlace: null,
        feverClinic: null,
      },
      look: { convertAddress: "https://declare.example/arrive" },
      signIn: async () => null,
      onGuardAction: async () => ({ ok: true }),
      pages: join(root, "dist/ui"),
      ...changes,
    });
    return new Kiosk(web, (await web.start()).port);
  }

  street(changes: Partial<StreetView>): void {
    this.#street = { ...idle, turn: this.#street.turn + 1, ...changes };
    this.#web.display.street(this.#street);
  }

  guard(changes: Partial<GuardView>): void {
    this.#guard = { ...calm, ...changes };
    this.#web.display.guard(this.#guard);
  }

  rig(view: Parameters<ReturnType<typeof createWeb>["rig"]>[0]): void {
    this.#web.rig(view);
  }

  /** The lane's thread stops: nothing is said any more. */
  freeze(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
  }

  thaw(): void {
    this.#beat ??= setInterval(() => {
      this.#web.display.street(this.#street);
      this.#web.display.guard(this.#guard);
    }, 400);
  }

  async stop(): Promise<void> {
    this.freeze();
    await this.#web.stop();
  }
}

/** Opens the pedestrian's page and waits until its letters are there. */
export async function openDisplay(page: Page, kiosk: Kiosk): Promise<void> {
  await page.goto(kiosk.url);
  await page.evaluate(() => document.fonts.ready.then(() => {}));
}

/** Lets the lane show a screen and waits until the page does. */
export async function shows(page: Page, kiosk: Kiosk, view: Partial<StreetView>): Promise<void> {
  kiosk.street(view);
  await page.waitForSelector(`[data-screen="${view.screen}"]`);
  await page.evaluate(() => document.fonts.ready.then(() => {}));
}
