import { after, type Millis, type Monotonic, millis, seconds } from "../../core/units.ts";

/** Keeps a lane from asking a platform that does not answer, and lets it find the way back by itself. */
export interface Breaker {
  /** `no`: don't ask. `probe`: the one request that finds out; nobody else may until it is settled. */
  permit(now: Monotonic): "yes" | "probe" | "no";
  succeeded(): void;
  failed(now: Monotonic): void;
  readonly open: boolean;
}

export interface BreakerSettings {
  readonly failures: number;
  readonly first: Millis;
  readonly longest: Millis;
}
export const defaultBreaker: BreakerSettings = { failures: 5, first: seconds(1), longest: seconds(60) };

/** @param random 0 … 1; each pause is drawn between half and all of its length. */
export function createBreaker(settings: BreakerSettings, random: () => number): Breaker {
  let inARow = 0;
  let pauses = 0;
  let until: Monotonic | null = null;
  let probing = false;
  return {
    get open() {
      return until !== null;
    },
    permit(now) {
      if (until === null) return "yes";
      if (probing || now < until) return "no";
      probing = true;
      return "probe";
    },
    succeeded() {
      inARow = 0;
      pauses = 0;
      until = null;
      probing = false;
    },
    failed(now) {
      inARow++;
      const wasProbe = probing;
      probing = false;
      // Answers that were under way when it opened are no news.
      if (until !== null && !wasProbe) return;
      if (until === null && inARow < settings.failures) return;
      const length = Math.min(settings.longest, settings.first * 2 ** Math.min(pauses, 16));
      until = after(now, millis(length * (0.5 + random() / 2)));
      pauses++;
    },
  };
}
