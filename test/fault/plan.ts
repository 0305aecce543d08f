/** How much of each fault this run injects, and the random numbers that decide when. */

const quick = process.env.FAULTS !== "full";
const seed = Number(process.env.SEED ?? 1);

/** `quick` for every landing, `full` for the whole measure. */
export const amount = <T>(each: { readonly quick: T; readonly full: T }): T => (quick ? each.quick : each.full);

/** A generator of its own for each test, so that one test can be repeated alone (mulberry32). */
export function randomOf(test: string): () => number {
  let state = seed >>> 0;
  for (const char of test) state = (Math.imul(state, 31) + char.charCodeAt(0)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One line of measured figures, on stderr so that every reporter shows it. */
export function figures(fault: string, values: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  process.stderr.write(`fault ${fault}: ${text.join(", ")} (seed ${seed})\n`);
}
