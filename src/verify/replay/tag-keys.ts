import { randomBytes } from "node:crypto";
import { type Monotonic, minutes, since } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { TagKeys } from "./replay-memory.ts";

/** A site's tag key is replaced so often, so that tags of different times can't be put together (P-replay). */
export const KEY_LIFE = minutes(10);

/** Random keys of one lane on its own, held in memory alone. */
export function createOwnTagKeys(clock: Pick<Clock, "monotonic">): TagKeys {
  let current = randomBytes(32);
  let previous: Uint8Array | null = null;
  let born: Monotonic = clock.monotonic();
  return {
    keys() {
      const now = clock.monotonic();
      if (since(born, now) >= KEY_LIFE) {
        previous = current;
        current = randomBytes(32);
        born = now;
      }
      return previous === null || since(born, now) >= minutes(2) ? [current] : [current, previous];
    },
  };
}
