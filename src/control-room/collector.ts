import { instant, type Millis, millis, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { encode } from "../protocol/parse.ts";
import { toReceipt, union } from "../protocol/ranges.ts";
import { type LaneId, laneName, laneTopic, parseLaneName } from "../protocol/topics.ts";
import type { Arrival } from "./intake/check.ts";
import type { Intake, Taken } from "./intake/intake.ts";
import type { Received } from "./link.ts";
import type { Announced, Coverage, EventStore } from "./store/events.ts";

/** What the collector has done since its start. */
export interface CollectorFigures {
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly commits: number;
  readonly failedCommits: number;
  readonly receipts: number;
  readonly requests: number;
}

export interface CollectorDeps {
  readonly intake: Intake;
  readonly store: Pick<EventStore, "claimHoles">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sends to a lane; may drop, everything is said again when it matters. */
  readonly send: (topic: string, payload: Buffer) => void;
  /** Events were stored that the desk has to file. */
  readonly onUnfiled: () => void;
  /** The lane's current epoch while it is online, else null: nobody asks a lane that isn't there. */
  readonly currentEpoch: (src: string) => string | null;
}

/** Most events in one commit: enough to share the disk's flush, few enough for a commit of some milliseconds. */
const mostAtOnce = 1_000;
/** Back pressure begins here: messages waiting for a commit. */
const mostWaiting = 5_000;
/** Receipts of one lane are joined within this time, so that a lane that drains its backlog gets one per group. */
const receiptPause: Millis = millis(50);
const retryPause: Millis = seconds(1);
const linger: Millis = millis(8);
const company = 250;
export const holePause: Millis = seconds(10);
const mostHoles = 500;
/** Most numbers of one request (MESSAGES). */
const mostAsked = 200;

/** Groups handed over and not on disk: the second lies ready when the thread has done with the first. */
const mostInHand = 2;

interface Waiting {
  readonly arrival: Arrival;
  readonly acknowledge: () => void;
}
interface InHand {
  readonly group: readonly Waiting[];
  /** Null where it failed and is to be handed over again. */
  taken: Promise<Taken> | null;
}

/**
 * Takes events in, commits them in groups, and only then acknowledges them to the broker and tells the lane what the
 * centre has. A failed commit is tried again for ever: nothing is acknowledged meanwhile, the lanes keep everything.
 */
export class Collector {
  readonly #deps: CollectorDeps;
  readonly #listeners = new Set<(coverage: Coverage) => void>();
  readonly #owed = new Map<string, Coverage>();
  #waiting: Waiting[] = [];
  /** In the order in which they came, in which the broker wants its PUBACKs. */
  #inHand: InHand[] = [];
  /** Since a commit failed, until one succeeds: nothing more is handed over. */
  #failing = false;
  /** The latest of each lane that isn't on disk yet. */
  #births = new Map<string, Announced>();
  /** Set while births rest because they failed. */
  #cancelBirths: (() => void) | null = null;
  #room: (() => void)[] = [];
  #working: Promise<void> | null = null;
  #lastReceipts = Number.NEGATIVE_INFINITY;
  #cancelReceipts: (() => void) | null = null;
  #cancelHoles: () => void = () => {};
  #wake: () => void = () => {};
  #stopped = false;
  #figures = { stored: 0, duplicates: 0, refused: 0, commits: 0, failedCommits: 0, receipts: 0, requests: 0 };

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
  }

  get figures(): CollectorFigures {
    return { ...this.#figures };
  }

  start(): void {
    this.#cancelHoles = this.#deps.clock.every(holePause, () => void this.askForHoles());
  }

  /** Finishes the commit that is under way; what waits comes again from the broker. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelHoles();
    this.#cancelReceipts?.();
    this.#cancelBirths?.();
    this.#wake();
    await this.#working;
  }

  /** Called after each commit with what it added. */
  onCommitted(listener: (coverage: Coverage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One message of `/event/alert` or `/event/system` of `lane`. */
  take(lane: LaneId, message: Received): void | Promise<void> {
    const arrival = { src: laneName(lane), payload: message.payload, received: this.#deps.clock.wall().at };
    this.#waiting.push({ arrival, acknowledge: message.acknowledge });
    if (this.#inHand.length > 0) this.#handOver();
    this.#work();
    if (this.#waiting.length < mostWaiting) return undefined;
    return new Promise((go) => this.#room.push(go));
  }

  /** A lane came up: what it has given out is known now, and it is told what the centre has. */
  announce(birth: Announced): void {
    this.#births.set(birth.src, birth);
    this.#work();
  }

  /**
   * Asks lanes to send again what has stood missing since the last look, `pause` or longer ago. Called by itself every
   * ten seconds.
   */
  async askForHoles(pause: number = holePause): Promise<void> {
    const now = this.#deps.clock.wall().at;
    try {
      const holes = await this.#deps.store.claimHoles(instant(now - pause), now, mostHoles);
      for (const { src, epoch, from, to } of holes) {
        const lane = parseLaneName(src);
        if (lane === null || this.#deps.currentEpoch(src) !== epoch) continue;
        const count = Math.min(mostAsked, to - from + 1);
        this.#deps.send(laneTopic(lane, "event/request"), encode({ epoch, from, count }));
        this.#figures.requests += 1;
      }
    } catch (error) {
      this.#deps.logger.warn("holes not looked at", { error: textOf(error) });
    }
  }

  #work(): void {
    this.#working ??= this.#run().finally(() => {
      this.#working = null;
    });
  }

  async #run(): Promise<void> {
    // Lets the messages of one read of the socket come together in one commit.
    await new Promise((next) => setImmediate(next));
    while (this.#inHand.length > 0 || (!this.#stopped && (this.#waiting.length > 0 || this.#birthsDue))) {
      this.#handOver();
      this.#failing = !(await this.#finishFirst());
      if (this.#failing) {
        if (this.#stopped) return;
        await this.#pause(retryPause);
        continue;
      }
      await this.#sayBirths();
      // Back to back, a commit waits a little for company: the flush of the disk costs the same for one as for hundreds.
      if (this.#inHand.length === 0 && this.#waiting.length < company) await this.#pause(linger);
    }
  }

  /** Gives the intake what there is where it has nothing, and a group that is worth a commit where it has one. */
  #handOver(): void {
    while (!this.#stopped && !this.#failing && this.#inHand.length < mostInHand) {
      const enough = this.#inHand.length === 0 ? 1 : company;
      if (this.#waiting.length < enough) return;
      const group = this.#waiting.splice(0, mostAtOnce);
      this.#inHand.push({ group, taken: this.#ask(group) });
    }
  }

  #ask(group: readonly Waiting[]): Promise<Taken> {
    const taken = this.#deps.intake.take(group.map((entry) => entry.arrival));
    // Heard when its turn comes; until then a failure is nobody's fault.
    taken.catch(() => {});
    return taken;
  }

  /** Resolves with false where the commit failed; the group stays the first, to be handed over again. */
  async #finishFirst(): Promise<boolean> {
    const [first] = this.#inHand;
    if (first === undefined) return true;
    first.taken ??= this.#ask(first.group);
    let taken: Taken;
    try {
      taken = await first.taken;
    } catch (error) {
      first.taken = null;
      this.#figures.failedCommits += 1;
      this.#deps.logger.error("events not stored; the lanes keep them", { code: "GL-6006", error: textOf(error) });
      return false;
    }
    this.#inHand.shift();
    this.#committed(first.group, taken);
    return true;
  }

  get #birthsDue(): boolean {
    return this.#births.size > 0 && this.#cancelBirths === null;
  }

  /** Apart from the commits: a birth that can't be stored keeps no event from being stored. */
  async #sayBirths(): Promise<void> {
    if (!this.#birthsDue) return;
    const births = this.#births;
    this.#births = new Map();
    try {
      for (const stream of await this.#deps.intake.announce([...births.values()]))
        this.#owe({
          src: stream.src,
          epoch: stream.epoch,
          covered: union(stream.have, stream.shed),
          fresh: [],
          reused: [],
        });
    } catch (error) {
      this.#births = new Map([...births, ...this.#births]);
      this.#deps.logger.warn("births not stored; tried again", { error: textOf(error) });
      if (this.#stopped) return;
      this.#cancelBirths = this.#deps.clock.after(retryPause, () => {
        this.#cancelBirths = null;
        this.#work();
      });
    }
  }

  #committed(group: readonly Waiting[], { coverages, refused, unfiled, filingFailed }: Taken): void {
    // What is refused is acknowledged too, or the broker would send it for ever; the lane gets no receipt for it.
    for (const entry of group) this.#guarded("acknowledged", entry.acknowledge);
    for (const { at, code, path } of refused)
      this.#deps.logger.warn("event refused", { code, path: path.slice(0, 80), lane: group[at]?.arrival.src ?? "" });
    if (filingFailed !== null)
      this.#deps.logger.error("events not filed; tried again", { code: "GL-6010", error: filingFailed });
    if (unfiled) this.#guarded("filed", this.#deps.onUnfiled);
    const fresh = coverages.reduce((sum, { fresh, reused }) => sum + fresh.length + reused.length, 0);
    this.#figures.stored += fresh;
    this.#figures.refused += refused.length;
    this.#figures.duplicates += group.length - refused.length - fresh;
    this.#figures.commits += 1;
    for (const coverage of coverages) {
      if (coverage.reused.length > 0)
        this.#deps.logger.error("a lane gave numbers out a second time; both events are kept. Its disk was put back", {
          code: "GL-6016",
          lane: coverage.src,
          seq: coverage.reused[0] ?? 0,
        });
      this.#owe(coverage);
      for (const listener of this.#listeners) this.#guarded("told to a listener", () => listener(coverage));
    }
    const waiting = this.#room;
    this.#room = [];
    for (const go of waiting) go();
  }

  #owe(coverage: Coverage): void {
    const stream = `${coverage.src} ${coverage.epoch}`;
    // Coverage only grows; the answer of a group that was handed over twice may be older than the next one's.
    const covered = union(this.#owed.get(stream)?.covered ?? [], coverage.covered);
    this.#owed.set(stream, { ...coverage, covered });
    if (this.#cancelReceipts !== null) return;
    const since = this.#deps.clock.monotonic() - this.#lastReceipts;
    if (since >= receiptPause) this.#sendReceipts();
    else this.#cancelReceipts = this.#deps.clock.after(millis(receiptPause - since), () => this.#sendReceipts());
  }

  #sendReceipts(): void {
    this.#cancelReceipts = null;
    this.#lastReceipts = this.#deps.clock.monotonic();
    for (const { src, epoch, covered } of this.#owed.values()) {
      const lane = parseLaneName(src);
      if (lane === null) continue;
      this.#guarded("receipted", () => {
        this.#deps.send(laneTopic(lane, "event/receipt"), encode({ epoch, ...toReceipt(covered) }));
        this.#figures.receipts += 1;
      });
    }
    this.#owed.clear();
  }

  /** What follows a commit: the events are on disk, and a fault with one of them keeps nothing from the others. */
  #guarded(what: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#deps.logger.error(`events stored and not ${what}`, { error: textOf(error) });
    }
  }

  #pause(length: Millis): Promise<void> {
    return new Promise((go) => {
      const cancel = this.#deps.clock.after(length, go);
      this.#wake = () => {
        cancel();
        go();
      };
    });
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : "failed");
