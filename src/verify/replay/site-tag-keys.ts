import { randomBytes } from "node:crypto";
import { after, type Millis, type Monotonic, millis, minutes, monotonic, seconds, since } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KeyNews } from "./body.ts";
import type { TagKeys } from "./replay-memory.ts";
import { KEY_LIFE } from "./tag-keys.ts";

/** A lane not heard for so long has no say in whose key counts. */
const SILENT_AFTER: Millis = seconds(5);
/** The key before is kept while tags made with it live. */
const KEEP_PREVIOUS: Millis = minutes(2);

export interface SiteTagKeys extends TagKeys {
  /** A lane was heard, with the key it uses. */
  heard(lane: string, news: KeyNews): void;
  /** What this lane tells the others. */
  news(): KeyNews;
}

/** The tag key that the lanes of a site share: the one of the smallest id among those that hear each other. */
export function createSiteTagKeys(own: string, clock: Pick<Clock, "monotonic">): SiteTagKeys {
  let current: Uint8Array = randomBytes(32);
  let born: Monotonic = clock.monotonic();
  let previous: { readonly key: Uint8Array; readonly until: Monotonic } | null = null;
  const lastHeard = new Map<string, Monotonic>();

  const replace = (key: Uint8Array, made: Monotonic): void => {
    previous = { key: current, until: after(clock.monotonic(), KEEP_PREVIOUS) };
    current = key;
    born = made;
  };
  const leader = (): string => {
    const now = clock.monotonic();
    const audible = [...lastHeard].filter(([, at]) => since(at, now) <= SILENT_AFTER).map(([lane]) => lane);
    return [own, ...audible].sort()[0] ?? own;
  };
  const renew = (): void => {
    if (leader() === own && since(born, clock.monotonic()) >= KEY_LIFE) replace(randomBytes(32), clock.monotonic());
  };
  return {
    keys() {
      renew();
      return previous !== null && clock.monotonic() < previous.until ? [current, previous.key] : [current];
    },
    heard(lane, { key, age }) {
      const now = clock.monotonic();
      lastHeard.set(lane, now);
      if (lane !== leader() || age > KEY_LIFE * 2 || Buffer.from(key).equals(current)) return;
      replace(key, monotonic(now - age));
    },
    news() {
      renew();
      return { key: current, age: millis(since(born, clock.monotonic())) };
    },
  };
}
