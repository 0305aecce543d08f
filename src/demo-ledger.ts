/** What the demo knows about its own run: captions for the overview page, sums for the summary, alerts and receipts. */

import type { Person } from "../device/rig/script.ts";
import type { Stage } from "../device/rig/stage.ts";
import type { ControlRoom } from "./control-room/control-room.ts";
import type { Direction } from "./core/flow.ts";
import { hours, type Millis, millis } from "./core/units.ts";
import type { Lane } from "./lane/lane.ts";
import type { LaneStep } from "./lane/lane-parts.ts";
import type { Totals } from "./lane/tally.ts";
import type { Clock } from "./ports/clock.ts";
import type { Position } from "./ports/event-log.ts";
import type { Kiosk } from "./wire.ts";

export interface DemoSummary extends Totals {
  readonly people: number;
  readonly alertsRaised: number;
  readonly alertsReceivedByCentre: number;
  readonly frameToReleaseMs: ReturnType<Lane["latency"]["summary"]>;
  readonly lostEvents: number;
}

/** How fast the lane was. */
export interface DemoPace {
  /** From the first verdict to the last; null for fewer than two. */
  readonly verdictsPerMinute: number | null;
  /** Most people who had been let in and were not through yet: a queue within the lane would show here. */
  readonly mostUnderWay: number;
}

export type Decided = Extract<LaneStep, { readonly kind: "decided" }>;

interface Alert extends Position {
  readonly type: string;
  readonly level: string;
  readonly time: string;
}

/** All clocks of the screens show +08:00. */
const CHINA = hours(8);
const OVERVIEW_EVERY = millis(200);

export class DemoLedger {
  readonly #clock: Clock;
  readonly #source: string;
  readonly #started: number;
  readonly #script: string;
  readonly #alerts: Alert[] = [];
  readonly #judged = new Set<(step: Decided | null) => void>();
  #room: ControlRoom | null = null;
  #person = "";
  #earlier: Totals[] = [];
  #failed = 0;
  #arm: { state: "locked" | "released" | "turning" | "free"; direction: Direction } = {
    state: "locked",
    direction: "entry",
  };
  #open = 0;
  #mostOpen = 0;
  readonly #verdicts = { count: 0, first: 0, last: 0 };
  #endOverview = (): void => {};
  lastVerdict = "";

  constructor(
    clock: Clock,
    lane: { readonly district: string; readonly site: string; readonly lane: string },
    script: string,
  ) {
    this.#clock = clock;
    this.#source = `${lane.district}/${lane.site}/${lane.lane}`;
    this.#started = clock.monotonic();
    this.#script = script;
  }

  watchRoom(room: ControlRoom): void {
    this.#room = room;
  }

  /** Follows one life of the lane, and shows it on the overview page. */
  watchLane(kiosk: Kiosk, stage: Stage): void {
    kiosk.lane.onStep((step) => {
      if (step.kind === "screen") stage.shows(step.screen);
      else this.#step(step);
    });
    this.#endOverview();
    this.#endOverview = this.#clock.every(OVERVIEW_EVERY, () => kiosk.web.rig(this.#view(kiosk.lane)));
  }

  stop(): void {
    this.#endOverview();
  }

  comes(person: Person): void {
    this.#person = person.says;
  }

  /** Keeps the sums of a lane that ends. */
  keep(lane: Lane): void {
    this.#earlier.push(lane.tally.totals);
    this.#failed += lane.stored.failed;
  }

  /** The next verdict; null when `within` is over. */
  judged(within: number): Promise<Decided | null> {
    return new Promise((resolve) => {
      const end = (step: Decided | null): void => {
        this.#judged.delete(end);
        cancel();
        resolve(step);
      };
      const cancel = this.#clock.after(millis(within), () => end(null));
      this.#judged.add(end);
    });
  }

  /** Whoever waits for a verdict gets none. */
  nobodyWaits(): void {
    for (const end of [...this.#judged]) end(null);
  }

  /** Resolves when nobody is on the way any more and every alert is at the centre, or `within` is over. */
  async settled(lane: Lane, within: Millis): Promise<void> {
    const end = this.#clock.monotonic() + within;
    const done = (): boolean => this.#open === 0 && lane.idle && this.#received() === this.#alerts.length;
    while (!done() && this.#clock.monotonic() < end)
      await new Promise((resolve) => this.#clock.after(millis(50), () => resolve(null)));
  }

  summary(lane: Lane): DemoSummary {
    const totals = [...this.#earlier, lane.tally.totals].reduce((sum, each) => added(sum, each));
    const received = this.#received();
    const people = totals.granted + totals.denied + totals.attended;
    const lostEvents = this.#alerts.length - received + this.#failed + lane.stored.failed;
    return {
      people,
      ...totals,
      alertsRaised: this.#alerts.length,
      alertsReceivedByCentre: received,
      frameToReleaseMs: lane.latency.summary(),
      lostEvents,
    };
  }

  get pace(): DemoPace {
    const { count, first, last } = this.#verdicts;
    const perMinute = count < 2 ? null : Math.round(((count - 1) * 600_000) / (last - first)) / 10;
    return { verdictsPerMinute: perMinute, mostUnderWay: this.#mostOpen };
  }

  #received(): number {
    return this.#alerts.filter(({ epoch, seq }) => this.#room?.has(this.#source, epoch, seq) ?? false).length;
  }

  #step(step: Exclude<LaneStep, { readonly kind: "screen" }>): void {
    switch (step.kind) {
      case "decided": {
        const { verdict } = step.decision;
        const now = this.#clock.monotonic();
        if (this.#verdicts.count === 0) this.#verdicts.first = now;
        this.#verdicts.count += 1;
        this.#verdicts.last = now;
        this.lastVerdict = [verdict.kind, ...verdict.reasons.map(({ code }) => code)].join(" ");
        for (const heard of [...this.#judged]) heard(step);
        return;
      }
      case "released":
        this.#open += step.ticket.release.people;
        this.#mostOpen = Math.max(this.#mostOpen, this.#open);
        this.#arm = { state: "released", direction: step.ticket.release.direction };
        return;
      case "passed":
        this.#open -= 1;
        this.#arm = { ...this.#arm, state: this.#open > 0 ? "released" : "locked" };
        return;
      case "unused":
        this.#open = Math.max(0, this.#open - step.people);
        this.#arm = { ...this.#arm, state: "locked" };
        return;
      case "stored":
        if (step.level === "none") return;
        this.#alerts.unshift({ ...step.position, type: step.type, level: step.level, time: this.#time() });
    }
  }

  #view(lane: Lane) {
    const free = lane.mode === "emergency";
    return {
      t: Math.round((this.#clock.monotonic() - this.#started) / 1000),
      script: this.#script,
      person: this.#person,
      says: this.lastVerdict,
      arm: {
        state: free ? ("free" as const) : this.#arm.state,
        angle: this.#arm.state === "released" ? 60 : 0,
        direction: this.#arm.direction,
      },
      centre: this.#alerts.slice(0, 12).map(({ seq, epoch, type, level, time }) => ({
        seq,
        type,
        level,
        time,
        receipt: this.#room?.has(this.#source, epoch, seq) ?? false,
      })),
      totals: { ...lane.tally.totals },
    };
  }

  #time(): string {
    return new Date(this.#clock.wall().at + CHINA).toISOString().slice(11, 19);
  }
}

function added(a: Totals, b: Totals): Totals {
  const keys = Object.keys(a) as (keyof Totals)[];
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as Totals;
}
