/** What a guard is told to do, by kind of place. */
import type { Setup } from "../../core/live.ts";

/** One thing to do. `at` and `notAt` say at which kinds of place; a note that can't be filled is left out. */
export interface Step {
  readonly text: string;
  readonly notes?: readonly string[];
  readonly at?: readonly string[];
  readonly notAt?: readonly string[];
}

/** The steps for this kind of place, at most three. */
export const stepsAt = (words: { readonly steps: readonly Step[] }, setup: Setup | null): readonly Step[] => {
  const kind = setup?.site.kind ?? "";
  return words.steps.filter(({ at, notAt }) => (at?.includes(kind) ?? true) && !(notAt?.includes(kind) ?? false));
};
