/**
 * Passes granted *and used* a moment ago (P-replay): keyed 32-bit tags in memory, nothing that names a pass or a
 * person, nothing on disk, forgotten after 60 s (electronic) and 120 s (paper).
 */
import { createHmac } from "node:crypto";
import type { Direction } from "../../core/flow.ts";
import { after, type Millis, type Monotonic, seconds } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReplayMemory } from "../parts.ts";

/** Keyed digest of pass, medium, direction and gate group: 32 bits, so that it proves nothing to anybody without the key. */
export type Tag = number;

export function tagOf(key: Uint8Array, group: string, direction: Direction, medium: string, passId: string): Tag {
  return createHmac("sha256", key).update(`${group}\n${direction}\n${medium}\n${passId}`).digest().readUInt32BE(0);
}

/** How long a use is remembered: an electronic pass lives 60 s and 10 s of leeway, a paper one is looked at for 120 s. */
export const remembered = { electronic: seconds(70), paper: seconds(120) } as const;

/** The keys tags are made with now: the current one first, then the one before it while its tags live. */
export interface TagKeys {
  keys(): readonly Uint8Array[];
}

export interface TagStore extends ReplayMemory {
  /** A tag that another lane of the site used. */
  add(tag: Tag, life: Millis): void;
  readonly size: number;
}

export interface TagStoreParts {
  readonly clock: Pick<Clock, "monotonic">;
  readonly tagKeys: TagKeys;
  /** Lanes of one outer gate; null for an inner gate, where nothing is ever a replay. */
  readonly group: string | null;
  /** Told of each own use, to share it with the lanes beside. */
  readonly share?: (tag: Tag, life: Millis) => void;
}

/** Above any number of uses that a site has within two minutes; the oldest goes first. */
const MOST = 20_000;

export function createTagStore({ clock, tagKeys, group, share }: TagStoreParts): TagStore {
  const until = new Map<Tag, Monotonic>();
  const add = (tag: Tag, life: Millis): void => {
    const now = clock.monotonic();
    for (const [old, end] of until) if (end <= now || until.size >= MOST) until.delete(old);
    until.set(tag, after(now, life));
  };
  const watched = (direction: Direction): boolean => group !== null && direction === "entry";
  const tags = (passId: string, medium: string, direction: Direction): Tag[] =>
    tagKeys.keys().map((key) => tagOf(key, group ?? "", direction, medium, passId));
  return {
    add,
    get size() {
      return until.size;
    },
    seen(passId, medium, direction) {
      if (!watched(direction)) return false;
      const now = clock.monotonic();
      return tags(passId, medium, direction).some((tag) => (until.get(tag) ?? now) > now);
    },
    used(passId, medium, direction) {
      const tag = watched(direction) ? tags(passId, medium, direction)[0] : undefined;
      if (tag === undefined) return;
      const life = remembered[medium];
      add(tag, life);
      share?.(tag, life);
    },
  };
}
