/** Small helpers that the self-tests share. */

import type { CheckResult } from "../../core/panel.ts";
import type { Millis } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";

export const good = (id: string, zh: string, en: string, measured: string, expected = ""): CheckResult => ({
  id,
  status: "ok",
  code: null,
  zh,
  en,
  measured,
  expected,
  fix: null,
});

export const bad = (
  id: string,
  code: string,
  zh: string,
  en: string,
  measured: string,
  expected: string,
  fix: string,
  status: "fail" | "warn" = "fail",
): CheckResult => ({ id, status, code, zh, en, measured, expected, fix });

export const skipped = (id: string, zh: string, en: string, why: string): CheckResult => ({
  id,
  status: "skipped",
  code: null,
  zh,
  en,
  measured: why,
  expected: "",
  fix: null,
});

/** Everything that comes within `period`, or until `enough` of it has come. */
export function collect<T>(
  clock: Clock,
  period: Millis,
  enough: number,
  subscribe: (take: (value: T) => void) => () => void,
): Promise<T[]> {
  return new Promise((resolve) => {
    const taken: T[] = [];
    const end = (): void => {
      cancel();
      unsubscribe();
      resolve(taken);
    };
    const cancel = clock.after(period, end);
    const unsubscribe = subscribe((value) => {
      taken.push(value);
      if (taken.length === enough) queueMicrotask(end);
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
