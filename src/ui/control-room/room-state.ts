import type { RoomCase, RoomFlood, RoomLane, RoomMessage, RoomPlaces } from "../../core/room.ts";

export type Filter = "open" | "todo" | "shelved" | "all";
/** A row of the list: one case, or several of one site and kind during a flood. */
export interface ListRow {
  readonly key: string;
  readonly cases: readonly RoomCase[];
  readonly first: RoomCase;
}

const staleAfter = 3_000;
const nothing: RoomPlaces = {
  district: { id: "", name: { zh: "", en: "" } },
  subdistricts: [],
  sites: [],
  addressees: [],
};
export const siteOf = (src: string): string => src.split("/")[1] ?? "";
export const laneOf = (src: string): string => src.split("/")[2] ?? "";
export const groupOf = (one: RoomCase): string => `${siteOf(one.src)}|${one.kind}`;

/** Everything the live connection has told, and the lists drawn from it. Listeners are called at most once a frame. */
export class RoomState {
  places: RoomPlaces = nothing;
  retentionDays = 14;
  escalateAfter = 60_000;
  shiftEnds: readonly string[] = [];
  flood: RoomFlood = { active: false, count: 0 };
  lastHour = 0;
  ready = false;
  /** Whether the server hears the broker, by its own word. */
  hearing = true;
  /** The server's clock minus ours, so that ages are right on a desk whose clock is not. */
  skew = 0;
  /** When the server last said anything, by our own clock. */
  heardAt = 0;
  readonly cases = new Map<string, RoomCase>();
  readonly lanes = new Map<string, RoomLane>();
  #version = 0;
  #sorted: { version: number; rows: RoomCase[] } = { version: -1, rows: [] };
  #frame = 0;
  readonly #listeners = new Set<() => void>();
  readonly #onFresh: (fresh: readonly RoomCase[]) => void;

  constructor(onFresh: (fresh: readonly RoomCase[]) => void) {
    this.#onFresh = onFresh;
  }

  /** No word from the server lately: the list is old. */
  get stale(): boolean {
    return this.heardAt > 0 && Date.now() - this.heardAt > staleAfter;
  }
  /** Whether anything can be said about a lane. */
  get knowsLanes(): boolean {
    return this.hearing && !this.stale;
  }

  /** Whether the lane is there, as far as anything is known just now. */
  isOnline(src: string): boolean {
    return this.knowsLanes && this.lanes.get(src)?.online === true;
  }

  now(): number {
    return Date.now() + this.skew;
  }
  /** Grows with every change of cases, lanes or flood. */
  get version(): number {
    return this.#version;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(message: RoomMessage): void {
    this.heardAt = Date.now();
    switch (message.kind) {
      case "hello":
        this.places = message.places;
        this.retentionDays = message.retentionDays;
        this.escalateAfter = message.escalateAfter;
        this.shiftEnds = message.shiftEnds;
        this.cases.clear();
        this.ready = false;
        break;
      case "lanes":
        for (const lane of message.lanes) this.lanes.set(lane.src, lane);
        break;
      case "cases":
        this.#takeCases(message.cases, message.fresh);
        break;
      case "ready":
        this.ready = true;
        break;
      case "beat": {
        const same = message.flood.active === this.flood.active && message.hearing === this.hearing;
        this.hearing = message.hearing;
        this.skew = message.at - Date.now();
        this.flood = message.flood;
        this.lastHour = message.lastHour;
        // Drawn with the page's own tick; a list of ten thousand is not made anew each second for nothing.
        if (same) return;
        break;
      }
    }
    this.changed();
  }

  changed(): void {
    this.#version += 1;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const listener of this.#listeners) listener();
    });
  }

  /** All cases, urgent first, then newest; resolved ones last. */
  sorted(): readonly RoomCase[] {
    if (this.#sorted.version !== this.#version) {
      const rank = (one: RoomCase): number => (one.state === "resolved" ? 10 : one.priority);
      const rows = [...this.cases.values()].sort((a, b) => rank(a) - rank(b) || b.openedAt - a.openedAt);
      this.#sorted = { version: this.#version, rows };
    }
    return this.#sorted.rows;
  }

  /** The rows of a filter; with `fold`, rows of one site and kind are one, but never the urgent ones. */
  list(
    filter: Filter,
    find: string,
    fold: boolean,
    opened: ReadonlySet<string>,
    words: (one: RoomCase) => string,
  ): ListRow[] {
    const wanted = find.trim().toLowerCase();
    const rows: ListRow[] = [];
    const groups = new Map<string, RoomCase[]>();
    for (const one of this.sorted()) {
      if (!isIn(filter, one) || (wanted !== "" && !words(one).toLowerCase().includes(wanted))) continue;
      const key = groupOf(one);
      if (!fold || one.priority === 1 || one.state === "resolved" || opened.has(key)) {
        rows.push({ key: one.id, cases: [one], first: one });
        continue;
      }
      const known = groups.get(key);
      if (known !== undefined) {
        known.push(one);
        continue;
      }
      const cases = [one];
      groups.set(key, cases);
      rows.push({ key, cases, first: one });
    }
    return rows;
  }

  #takeCases(cases: readonly RoomCase[], fresh: boolean): void {
    const news: RoomCase[] = [];
    for (const one of cases) {
      const before = this.cases.get(one.id);
      this.cases.set(one.id, one);
      const again = before === undefined || before.annunciatedAt !== one.annunciatedAt;
      if (fresh && this.ready && one.state === "new" && again) news.push(one);
    }
    if (news.length > 0) this.#onFresh(news);
  }
}

function isIn(filter: Filter, one: RoomCase): boolean {
  switch (filter) {
    case "open":
      return one.state !== "resolved";
    case "todo":
      return one.state === "new";
    case "shelved":
      return one.state === "shelved";
    case "all":
      return true;
  }
}
