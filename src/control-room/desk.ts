import { type Instant, type Millis, millis, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { missing, size, union } from "../protocol/ranges.ts";
import { type Case, escalate, unshelve } from "./cases/case.ts";
import { type Filed, keyOf } from "./cases/filing.ts";
import type { LaneNow, LaneRegistry } from "./lane-registry.ts";
import type { AuditAction } from "./store/audit.ts";
import type { CaseStore } from "./store/cases.ts";
import type { EventStore } from "./store/events.ts";
import { absence, gapsUpTo } from "./store/told.ts";

const tick: Millis = seconds(1);
/** Events filed in one transaction: few enough that the page and the broker's packets don't wait for it. */
const group = 250;
const pause: Millis = millis(150);
/** While more waits, filing takes a third of the time at most; storing comes first. */
const shortest: Millis = millis(50);
const restPerWork = 2;
/** Gaps are looked at this often, in ticks. */
const gapTicks = 10;

export interface DeskDeps {
  readonly cases: CaseStore;
  readonly events: EventStore;
  readonly registry: LaneRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** False while this process doesn't hear the broker: then it can't know who is offline. */
  readonly hearing: () => boolean;
}

/**
 * Does what falls due; notices lanes that fell silent and numbers that a lane no longer holds; files what the intake had
 * to leave, soon after its commit and again every second. Every process has a desk: the database lets one file at a time.
 */
export class Desk {
  readonly #deps: DeskDeps;
  readonly #offlineAfter: Millis;
  /** Since when lanes are away whose absence has or had its case: the database isn't asked again every second. */
  readonly #settled = new Map<string, Instant>();
  /** Lanes that used a number twice, with the first such number, until their case is there. */
  readonly #reused = new Map<string, number>();
  #cancel: () => void = () => {};
  #working: Promise<void> | null = null;
  #again = false;
  #ticks = 0;
  #wakeUp: () => void = () => {};
  #stopped = false;

  constructor(deps: DeskDeps, offlineAfter: Millis) {
    this.#deps = deps;
    this.#offlineAfter = offlineAfter;
  }

  start(): void {
    this.#cancel = this.#deps.clock.every(tick, () => void this.tick());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#wakeUp();
    await this.#working;
    // What is only in memory would end with the process.
    await this.#sayReused().catch((error: unknown) =>
      this.#deps.logger.warn("numbers used twice are in no case", { error: textOf(error) }),
    );
  }

  /** Events were committed that are in no case yet. Calls while it works make it go round once more. */
  wake(): void {
    this.#again = true;
    this.#working ??= this.#run().finally(() => {
      this.#working = null;
    });
  }

  /** A lane gave a number out a second time: a case, soon. */
  numbersReused(src: string, seq: number): void {
    if (!this.#reused.has(src)) this.#reused.set(src, seq);
  }

  /** The round of every second. */
  async tick(): Promise<void> {
    this.#ticks += 1;
    this.wake();
    try {
      await this.#doDue();
      await this.#sayReused();
      if (this.#deps.hearing()) await this.#lookForSilence();
      if (this.#ticks % gapTicks === 0) await this.#lookForGaps();
    } catch (error) {
      this.#deps.logger.warn("the desk's round failed", { error: textOf(error) });
    }
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const began = this.#deps.clock.monotonic();
      let rest: number = pause;
      try {
        const { filed, failed } = await this.#deps.cases.file(this.#deps.clock.wall().at, group);
        if (failed !== null) this.#notFiled(failed);
        if (filed === group) {
          this.#again = true;
          rest = Math.max(shortest, restPerWork * (this.#deps.clock.monotonic() - began));
        }
      } catch (error) {
        this.#notFiled(error);
      }
      await this.#rest(millis(rest));
    }
  }

  #notFiled(error: unknown): void {
    this.#deps.logger.error("events not filed; tried again", { code: "GL-6010", error: textOf(error) });
  }

  #rest(length: Millis): Promise<void> {
    return new Promise((next) => {
      const cancel = this.#deps.clock.after(length, next);
      this.#wakeUp = () => {
        cancel();
        next();
      };
    });
  }

  async #doDue(): Promise<void> {
    const now = this.#deps.clock.wall().at;
    await this.#deps.cases.due(now, (one): { next: Case; action: AuditAction } | null => {
      if (one.state !== "shelved") {
        return { next: escalate(one, now), action: "escalate" };
      }
      const outcome = unshelve(one, now);
      return outcome.ok ? { next: outcome.case, action: "shelf-ended" } : null;
    });
  }

  async #sayReused(): Promise<void> {
    const now = this.#deps.clock.wall().at;
    for (const [src, seq] of this.#reused) {
      const facts = {
        ...silence({ src, since: now }),
        type: "numbers-reused" as const,
        detail: { code: "GL-6016", seq },
      };
      await this.#deps.cases.notice(facts, now);
      this.#reused.delete(src);
    }
  }

  /** The open cases are the memory of who is away, so that a process that starts, or another one, goes on from there. */
  async #lookForSilence(): Promise<void> {
    const { cases, registry, clock } = this.#deps;
    const now = clock.wall().at;
    const open = new Set<string>();
    for (const { src, key } of await cases.lasting("lane-offline")) {
      if (registry.get(src)?.online === true) await cases.returned(key, now);
      else open.add(src);
    }
    for (const lane of registry.all()) {
      if (lane.online || lane.planned || open.has(lane.src)) continue;
      const silentSince = Math.max(lane.since, registry.askedAt);
      if (now - silentSince < this.#offlineAfter || this.#settled.get(lane.src) === lane.since) continue;
      const facts = silence(lane);
      await cases.notice(facts, now, absence(keyOf(facts), lane.since));
      this.#settled.set(lane.src, lane.since);
    }
  }

  async #lookForGaps(): Promise<void> {
    const { cases, events, clock } = this.#deps;
    const now = clock.wall().at;
    const told = await events.gapsTold();
    for (const { src, epoch, have, shed, tail } of await events.streams()) {
      const from = (told.get(`${src} ${epoch}`) ?? 0) + 1;
      const gone = missing(union(have, shed), from, Math.max(0, tail - 1));
      const [first] = gone;
      const last = gone.at(-1);
      if (first === undefined || last === undefined) continue;
      const facts = {
        ...silence({ src, since: now }),
        type: "gap" as const,
        // With several holes, all of them: a case for each would have to be resolved one by one.
        detail: { epoch, from: first[0], to: last[1], missing: size(gone) },
      };
      await cases.notice(facts, now, gapsUpTo(src, epoch, last[1]));
    }
  }
}

const silence = (lane: Pick<LaneNow, "src" | "since">): Filed => ({
  src: lane.src,
  type: "lane-offline",
  category: "device",
  level: "none",
  at: lane.since,
  case: null,
  tries: 1,
  routing: ["site"],
  reasons: [],
  detail: {},
  hasSubject: false,
});

export const offlineAfter = (settingSeconds: number): Millis => millis(settingSeconds * 1_000);
const textOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : "failed");
