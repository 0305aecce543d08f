import type { RoomCase, RoomFlood, RoomLane } from "../core/room.ts";
import { type Instant, instant, later, type Millis, millis, minutes, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Case } from "./cases/case.ts";
import { type Flood, floodAt, floodWindow, noFlood } from "./cases/flood.ts";
import type { LaneNow, LaneRegistry } from "./lane-registry.ts";
import type { KeyRing } from "./retention/key-ring.ts";
import type { CaseStore } from "./store/cases.ts";
import type { EventStore } from "./store/events.ts";

/** Resolved cases stay in the list, dimmed, for this long. */
const resolvedShown: Millis = minutes(60);
/** Most cases a page is given: the list is made for 10^4 and holds twice that. */
export const mostShown = 20_000;
/** Changes are told at most this often, together. */
const pause: Millis = millis(150);

export interface RoomListener {
  cases(rows: readonly RoomCase[]): void;
  lanes(lanes: readonly RoomLane[]): void;
  beat(at: Instant, flood: RoomFlood, lastHour: number, hearing: boolean): void;
}

export interface RoomViewDeps {
  readonly cases: CaseStore;
  readonly events: EventStore;
  readonly registry: LaneRegistry;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the broker is reached. */
  readonly hearing: () => boolean;
}

/** The current cases and lanes in memory, kept in step with the database, for every page that is open. */
export class RoomView {
  readonly #cases = new Map<string, RoomCase>();
  readonly #listeners = new Set<RoomListener>();
  readonly #changedIds = new Set<string>();
  readonly #changedLanes = new Map<string, RoomLane>();
  readonly #deps: RoomViewDeps;
  #flood: Flood = noFlood;
  #reloadAll = false;
  #cancelFlush: (() => void) | null = null;
  #ends: (() => void)[] = [];

  constructor(deps: RoomViewDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    await this.#reload();
    const { cases, registry, clock } = this.#deps;
    this.#ends = [
      cases.onChange((ids) => {
        if (ids === "all") this.#reloadAll = true;
        else for (const id of ids) this.#changedIds.add(id);
        this.#soon();
      }),
      registry.onChange((lane) => {
        this.#changedLanes.set(lane.src, roomLane(lane));
        this.#soon();
      }),
      clock.every(seconds(1), () => this.#beat()),
    ];
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#cancelFlush?.();
  }

  listen(listener: RoomListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  cases(): readonly RoomCase[] {
    return [...this.#cases.values()];
  }
  case(id: string): RoomCase | null {
    return this.#cases.get(id) ?? null;
  }
  lanes(): readonly RoomLane[] {
    return this.#deps.registry.all().map(roomLane);
  }

  /** Rows of cases that may be older than the list, with their temperature. */
  async rows(cases: readonly Case[]): Promise<RoomCase[]> {
    const warm = await this.#temperatures(cases.filter((one) => one.hasSubject).map((one) => one.id));
    return cases.map((one) => roomCase(one, warm.get(one.id) ?? null));
  }

  #soon(): void {
    this.#cancelFlush ??= this.#deps.clock.after(pause, () => {
      this.#cancelFlush = null;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const ids = [...this.#changedIds];
    const lanes = [...this.#changedLanes.values()];
    this.#changedIds.clear();
    this.#changedLanes.clear();
    try {
      if (this.#reloadAll) {
        this.#reloadAll = false;
        await this.#reload();
        for (const listener of this.#listeners) listener.cases(this.cases());
      } else if (ids.length > 0) {
        const rows: RoomCase[] = [];
        for (let from = 0; from < ids.length; from += 500)
          rows.push(...(await this.rows(await this.#deps.cases.get(ids.slice(from, from + 500)))));
        for (const row of rows) this.#cases.set(row.id, row);
        for (const listener of this.#listeners) listener.cases(rows);
      }
    } catch (error) {
      this.#reloadAll = true;
      this.#deps.logger.warn("cases not read", {
        error: error instanceof Error ? error.message.slice(0, 200) : "failed",
      });
    }
    if (lanes.length > 0) for (const listener of this.#listeners) listener.lanes(lanes);
  }

  async #reload(): Promise<void> {
    const since = instant(this.#deps.clock.wall().at - resolvedShown);
    const current = await this.#deps.cases.current(since, mostShown);
    this.#cases.clear();
    for (let from = 0; from < current.length; from += 500)
      for (const row of await this.rows(current.slice(from, from + 500))) this.#cases.set(row.id, row);
  }

  #beat(): void {
    const now = this.#deps.clock.wall().at;
    const recent: Instant[] = [];
    let lastHour = 0;
    for (const [id, one] of this.#cases) {
      if (one.state === "resolved" && (one.changedAt ?? 0) < now - resolvedShown) this.#cases.delete(id);
      if (one.annunciatedAt > now - floodWindow) recent.push(one.annunciatedAt as Instant);
      if (one.annunciatedAt > now - 3_600_000) lastHour += 1;
    }
    this.#flood = floodAt(this.#flood, recent, later(now, millis(1)));
    for (const listener of this.#listeners) listener.beat(now, this.#flood, lastHour, this.#deps.hearing());
  }

  async #temperatures(ids: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const event of await this.#deps.events.lastSealedOf(ids)) {
      const place = `${event.src} ${event.epoch} ${event.seq}`;
      const temperature = this.#deps.keyRing.open(event.sealed, event.seal_day, place)?.temperature ?? null;
      if (temperature !== null) found.set(event.case_id, temperature);
    }
    return found;
  }
}

export function roomCase(one: Case, temperature: number | null): RoomCase {
  const mark = one.state === "resolved" ? one.resolved : one.state === "shelved" ? one.shelved : one.acknowledged;
  const { id, kind, priority, src, state, tries, openedAt, lastAt, annunciatedAt, routing, detail, reasons } = one;
  return {
    id,
    kind,
    priority,
    src,
    state,
    tries,
    openedAt,
    lastAt,
    annunciatedAt,
    routing,
    detail,
    reasons,
    by: mark?.by ?? null,
    changedAt: mark?.at ?? null,
    shelvedUntil: one.shelved?.until ?? null,
    normalAt: one.normalAt,
    escalatedAt: one.escalatedAt,
    hasSubject: one.hasSubject,
    temperature,
  };
}

export const roomLane = (lane: LaneNow): RoomLane => ({
  src: lane.src,
  online: lane.online,
  planned: lane.planned,
  since: lane.since,
  heard: lane.heard,
  version: lane.version,
});
