import { type Instant, instant, instantFromIso, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { parseCount, parseState } from "../protocol/parse.ts";
import { type LaneId, laneName } from "../protocol/topics.ts";
import type { Received } from "./link.ts";
import type { LaneRecord, LaneStore, Quarter } from "./store/lanes.ts";

/** The lanes as this process sees them. A lane is what it last said, with the age of that word; never assumed normal. */
export interface LaneNow extends LaneRecord {
  /** Figures of its last count; empty before the first. */
  readonly device: Readonly<Record<string, number>>;
}

export interface Born {
  readonly src: string;
  readonly epoch: string;
  readonly head: number;
  readonly tail: number;
  readonly at: Instant;
}

const savePeriod = seconds(5);
const quarterMs = 900_000;
/** The broker's retained births have come by then; the page is told of nobody's absence before. */
const settling = seconds(5);

/** Births, deaths and counts of all lanes; in memory, saved every five seconds so that a restart knows whom to expect. */
export class LaneRegistry {
  readonly #lanes = new Map<string, LaneNow>();
  readonly #changed = new Set<string>();
  /** Lanes that were online when they were last asked, until they say what they are. */
  readonly #asked = new Map<string, LaneNow>();
  readonly #listeners = new Set<(lane: LaneNow) => void>();
  readonly #store: LaneStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onBirth: (birth: Born) => void;
  /** Taken down for good, and when; the broker may still retain their last word. */
  #forgotten: ReadonlyMap<string, Instant> = new Map();
  #quarters: Quarter[] = [];
  #cancel: () => void = () => {};
  #cancelSettling: () => void = () => {};
  #askedAt: Instant;

  constructor(deps: { store: LaneStore; clock: Clock; logger: Logger; onBirth: (birth: Born) => void }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.logger;
    this.#onBirth = deps.onBirth;
    this.#askedAt = deps.clock.wall().at;
  }

  /** Knows every lane of before as not heard of yet: offline until it speaks. */
  async start(): Promise<void> {
    for (const lane of await this.#store.all()) this.#lanes.set(lane.src, { ...lane, device: {} });
    this.#forgotten = await this.#store.forgotten();
    this.askAll();
    this.#cancel = this.#clock.every(savePeriod, () => void this.save());
  }

  async stop(): Promise<void> {
    this.#cancel();
    this.#cancelSettling();
    await this.save();
  }

  /** When all lanes were last asked; an absence is counted from then at the earliest. */
  get askedAt(): Instant {
    return this.#askedAt;
  }

  /**
   * To be called whenever the broker is reached: nobody is online until it says so on this connection. The wills were the
   * broker's, and one that died tells of nobody's death. A lane whose connection outlived ours is afterwards as before.
   */
  askAll(): void {
    this.#askedAt = this.#clock.wall().at;
    for (const lane of this.#lanes.values()) {
      if (!lane.online) continue;
      this.#asked.set(lane.src, lane);
      this.#put({ ...lane, online: false, since: lane.heard }, false);
    }
    this.#cancelSettling();
    this.#cancelSettling = this.#clock.after(settling, () => {
      for (const src of this.#asked.keys()) this.#tell(this.#lanes.get(src));
    });
  }

  all(): readonly LaneNow[] {
    return [...this.#lanes.values()];
  }

  get(src: string): LaneNow | null {
    return this.#lanes.get(src) ?? null;
  }

  /** The epoch of a lane that is online; null for any other. */
  currentEpoch(src: string): string | null {
    const lane = this.#lanes.get(src);
    return lane?.online === true ? lane.epoch : null;
  }

  onChange(listener: (lane: LaneNow) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Anything came from the lane. */
  heard(lane: LaneId): void {
    const src = laneName(lane);
    const known = this.#lanes.get(src) ?? this.#unknown(src);
    this.#put({ ...known, heard: this.#clock.wall().at }, false);
  }

  state(lane: LaneId, message: Received): void {
    const parsed = parseState(message.payload);
    const src = laneName(lane);
    if (!parsed.ok) {
      this.#log.warn("state refused", { code: parsed.refusal.code, lane: src });
      return;
    }
    const known = this.#lanes.get(src) ?? this.#unknown(src);
    const now = this.#clock.wall().at;
    const { value } = parsed;
    if (value.state === "offline") {
      if (!this.#lanes.has(src) && this.#forgotten.has(src)) return;
      // A late will of an earlier connection must not mark the newer one dead. What is retained is the broker's last word.
      const stale = known.boot !== null && (value.boot !== known.boot || value.session < known.session);
      if (stale && !message.retained && (known.online || this.#asked.has(src))) return;
      this.#asked.delete(src);
      this.#put(
        { ...known, online: false, planned: value.planned ?? false, since: known.online ? now : known.since },
        true,
      );
      return;
    }
    const asked = this.#asked.get(src);
    this.#asked.delete(src);
    const before = known.online ? known : asked?.boot === value.boot && asked.session === value.session ? asked : null;
    // A retained birth says what was, not that the lane spoke just now; but the broker would have replaced it by the will.
    this.#put(
      {
        ...known,
        online: true,
        planned: false,
        boot: value.boot,
        session: value.session,
        epoch: value.epoch,
        version: value.version,
        since: before?.since ?? now,
        heard: now,
      },
      true,
    );
    this.#onBirth({ src, epoch: value.epoch, head: value.seqHead, tail: value.seqTail, at: now });
  }

  count(lane: LaneId, message: Received): void {
    const parsed = parseCount(message.payload);
    if (!parsed.ok) return;
    const src = laneName(lane);
    const known = this.#lanes.get(src) ?? this.#unknown(src);
    this.#put({ ...known, device: parsed.value.device, heard: this.#clock.wall().at }, false);
    if (parsed.value.persons === undefined) return;
    // Sent when a quarter has ended: the one before the report's own is meant.
    const at = instantFromIso(parsed.value.at);
    const quarter = instant(Math.max(0, Math.floor(at / quarterMs) * quarterMs - quarterMs));
    this.#quarters.push({ src, quarter, persons: parsed.value.persons });
  }

  async save(): Promise<void> {
    await this.#forget().catch((error: unknown) =>
      this.#log.warn("lanes taken down not read", {
        error: error instanceof Error ? error.message.slice(0, 200) : "failed",
      }),
    );
    const lanes = [...this.#changed].flatMap((src) => this.#lanes.get(src) ?? []);
    const quarters = this.#quarters;
    this.#changed.clear();
    this.#quarters = [];
    try {
      await this.#store.save(lanes);
      await this.#store.saveQuarters(quarters);
    } catch (error) {
      for (const lane of lanes) this.#changed.add(lane.src);
      this.#quarters = quarters.concat(this.#quarters).slice(-100_000);
      this.#log.warn("lane states not saved", {
        error: error instanceof Error ? error.message.slice(0, 200) : "failed",
      });
    }
  }

  /** Another process took lanes down for good. One that has spoken since is back. */
  async #forget(): Promise<void> {
    this.#forgotten = await this.#store.forgotten();
    const back: string[] = [];
    for (const [src, at] of this.#forgotten) {
      const lane = this.#lanes.get(src);
      if (lane === undefined) continue;
      if (lane.online || lane.heard > at) back.push(src);
      else {
        this.#lanes.delete(src);
        this.#changed.delete(src);
        this.#asked.delete(src);
      }
    }
    await this.#store.remember(back);
  }

  #unknown(src: string): LaneNow {
    const now = this.#clock.wall().at;
    return {
      src,
      online: false,
      planned: false,
      boot: null,
      session: 0,
      epoch: null,
      version: null,
      since: now,
      heard: now,
      device: {},
    };
  }

  #put(lane: LaneNow, tell: boolean): void {
    this.#lanes.set(lane.src, lane);
    this.#changed.add(lane.src);
    if (tell) this.#tell(lane);
  }

  #tell(lane: LaneNow | undefined): void {
    if (lane !== undefined) for (const listener of this.#listeners) listener(lane);
  }
}
