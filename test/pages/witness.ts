/** What a page does with each message, seen from inside it: what is drawn at once, what is played, what is cut off. */
import type { Page } from "playwright-core";

export interface Witness {
  /** Messages heard. */
  told: number;
  /** Screens that were told, each with the one that stood there as soon as the page had taken the message up. */
  readonly drawn: [told: string, drawn: string | undefined][];
  /** Sounds in the order in which they began, by name. */
  readonly played: string[];
  /** Sounds that were cut off. */
  readonly cut: string[];
  /** Motions that were begun: how long in ms, how often. */
  readonly moved: { readonly lasts: number; readonly times: number }[];
  /** Lets the sound that plays come to its end. */
  end(): void;
}

declare global {
  interface Window {
    witness: Witness;
  }
}

/** Puts the witness into a page before it loads. No loudspeaker is needed: a sound ends when the test says so. */
export async function witnessed(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let ends = (): void => {};
    const witness: Witness = { told: 0, drawn: [], played: [], cut: [], moved: [], end: () => ends() };
    window.witness = witness;
    class Recorder {
      onended: (() => void) | null = null;
      readonly #name: string;
      constructor(file: string) {
        this.#name = file.replace(/^.*\/|\.wav$/g, "");
      }
      async play(): Promise<void> {
        witness.played.push(this.#name);
        ends = () => this.onended?.();
      }
      pause(): void {
        witness.cut.push(this.#name);
      }
    }
    Object.assign(window, { Audio: Recorder });
    const { animate } = Element.prototype;
    Element.prototype.animate = function (...how): Animation {
      const motion = animate.apply(this, how);
      const { duration, delay, iterations } = motion.effect?.getComputedTiming() ?? {};
      witness.moved.push({ lasts: Number(duration) + (delay ?? 0), times: iterations ?? 0 });
      return motion;
    };
    const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage") ?? {};
    Object.defineProperty(WebSocket.prototype, "onmessage", {
      set(this: WebSocket, take: (event: MessageEvent) => void) {
        set?.call(this, (event: MessageEvent) => {
          take(event);
          const { kind, view } = JSON.parse(String(event.data)) as { kind: string; view?: { screen: string } };
          if (kind === "street" && view !== undefined)
            witness.drawn.push([view.screen, document.querySelector<HTMLElement>(".screen")?.dataset.screen]);
          witness.told++;
        });
      },
    });
  });
}

/** Waits until the page has taken up two more messages: whatever was said before is done. */
export async function beats(page: Page): Promise<void> {
  const before = await page.evaluate(() => window.witness.told);
  await page.waitForFunction((told) => window.witness.told >= told + 2, before);
}
