/**
 * Decides what goes out next. Alerts before system events, what is new before history, a message that isn't accepted
 * never before another; what is sent stays "in flight" until the centre's receipt, and only then is it deleted.
 */
import { after, type Millis, type Monotonic, millis, monotonic } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Position } from "../../ports/event-log.ts";
import type { Held, Outbox, Priority } from "../../ports/outbox.ts";
import type { Receipt, Request } from "../../protocol/payloads.ts";
import { contains, fromReceipt, type Range, type Ranges } from "../../protocol/ranges.ts";

export interface SenderSettings {
  /** Unconfirmed messages of history at a time. */
  readonly window: number;
  readonly firstResend: Millis;
  readonly longestResend: Millis;
  readonly random: () => number;
}

export const senderDefaults: SenderSettings = {
  window: 40,
  firstResend: millis(2000),
  longestResend: millis(30_000),
  random: Math.random,
};

interface Flight extends Position {
  readonly priority: Priority;
  readonly fresh: boolean;
  firstSent: Monotonic;
  due: Monotonic;
  sends: number;
  acknowledged: boolean;
  /** Handed to this connection and not answered yet: the bytes may still be on their way. */
  pending: boolean;
}

/** A message sent so often without a receipt gives up its place in the window. */
const patience = 3;
/** So many of them at once, and history waits: then it is no single message that isn't wanted. */
const mostStuck = 400;
const mostFresh = 1000;
/**
 * Some brokers close the connection on a message that they refuse. What was under way at such an end waits this long
 * on the next connection, so that the other priority gets through each time.
 */
const holdSuspect = millis(2000);
const trimBatch = 50;
/** An acknowledgement that takes longer shows a slow link: what is put into it then only waits there, before any new red. */
const quickAnswer = millis(2500);
/** Messages that a new connection is trusted with until it has answered. */
const firstTrust = 4;
/** TCP delivers or breaks, so what is pending isn't sent twice; a broker that forgets to answer gets it again after this. */
const pendingPatience = millis(300_000);

export class Sender {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #settings: SenderSettings;
  /** Hands one event to the broker; resolves with its acknowledgement. */
  readonly #publish: (held: Held) => Promise<void>;
  readonly #confirmed: (upTo: Position, also: Ranges) => void;
  readonly #flights = new Map<string, Flight>();
  readonly #cursor: Record<Priority, Position | null> = { alert: null, system: null };
  readonly #dry: Record<Priority, boolean> = { alert: false, system: false };
  #fresh: (Position & { readonly priority: Priority })[] = [];
  #asked: Held[] = [];
  #trims = new Map<string, Range[]>();
  #cancelTrim: (() => void) | null = null;
  #cancelTimer: (() => void) | null = null;
  #connected = false;
  #suspect: Priority | null = null;
  #suspectUntil = monotonic(0);
  #pumping: Promise<void> | null = null;
  #again = false;
  /** History that may be pending at a time: grows by each quick answer, shrinks by a slow one. */
  #trust = firstTrust;

  constructor(
    outbox: Outbox,
    clock: Clock,
    publish: (held: Held) => Promise<void>,
    confirmed: (upTo: Position, also: Ranges) => void,
    settings: SenderSettings = senderDefaults,
  ) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#publish = publish;
    this.#confirmed = confirmed;
    this.#settings = settings;
  }

  /** The link is up. @param afterTrouble the last connection ended soon: what it left unacknowledged goes last. */
  connected(afterTrouble: boolean): void {
    this.#connected = true;
    const now = this.#clock.monotonic();
    const left = [...this.#flights.values()].filter((flight) => !flight.acknowledged);
    this.#suspect = afterTrouble ? (left[0]?.priority ?? null) : null;
    this.#suspectUntil = after(now, holdSuspect);
    this.#trust = firstTrust;
    for (const flight of this.#flights.values()) {
      flight.pending = false;
      if (flight.acknowledged || !afterTrouble) flight.due = now;
      if (!afterTrouble) flight.firstSent = now;
    }
    this.#cancelTimer ??= this.#clock.every(millis(500), () => this.#pump());
    this.#pump();
  }

  disconnected(): void {
    this.#connected = false;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  /** The centre has come back: everything unconfirmed goes again at once. */
  centreOnline(): void {
    const now = this.#clock.monotonic();
    for (const flight of this.#flights.values()) {
      flight.due = now;
      flight.firstSent = now;
      flight.sends = Math.min(flight.sends, patience - 1);
    }
    this.#pump();
  }

  /** A new event was stored. */
  stored(position: Position, priority: Priority): void {
    this.#dry[priority] = false;
    if (this.#connected && this.#fresh.length < mostFresh) this.#fresh.push({ ...position, priority });
    this.#pump();
  }

  /** Confirms what was sent and is covered; what was never sent stays, whatever a receipt says. */
  async received(receipt: Receipt): Promise<void> {
    const have = fromReceipt(receipt);
    const gone: Range[] = [];
    for (const [key, flight] of this.#flights) {
      if (flight.epoch !== receipt.epoch || !contains(have, flight.seq)) continue;
      this.#flights.delete(key);
      gone.push([flight.seq, flight.seq]);
    }
    if (gone.length === 0) return;
    this.#confirmed({ epoch: receipt.epoch, seq: receipt.upTo }, have);
    this.#trims.set(receipt.epoch, [...(this.#trims.get(receipt.epoch) ?? []), ...gone]);
    if ([...this.#trims.values()].reduce((sum, ranges) => sum + ranges.length, 0) >= trimBatch) await this.flush();
    else this.#cancelTrim ??= this.#clock.after(millis(1000), () => void this.flush());
    this.#pump();
  }

  /** Deletes what was confirmed. A failure is no loss: it stays, goes out again and is confirmed again. */
  async flush(): Promise<void> {
    this.#cancelTrim?.();
    this.#cancelTrim = null;
    const trims = [...this.#trims];
    this.#trims = new Map();
    for (const [epoch, ranges] of trims) await this.#outbox.trim(epoch, ranges).catch(() => 0);
  }

  /** The centre asks for events again. */
  async requested({ epoch, from, count }: Request): Promise<void> {
    if (this.#asked.length > 400) return;
    const held = await this.#outbox.range(epoch, from, count).catch(() => []);
    this.#asked.push(...held);
    this.#pump();
  }

  /** A new epoch: positions of before may be gone, so history is read from its beginning. */
  restart(): void {
    this.#flights.clear();
    this.#fresh = [];
    this.#asked = [];
    this.#cursor.alert = this.#cursor.system = null;
    this.#dry.alert = this.#dry.system = false;
    this.#pump();
  }

  /** How long the message that has waited longest for its receipt was first sent ago; 0 without one. */
  longestUnconfirmed(): Millis {
    const now = this.#clock.monotonic();
    let longest = 0;
    for (const flight of this.#flights.values()) longest = Math.max(longest, now - flight.firstSent);
    return millis(longest);
  }

  unacknowledged(): number {
    let count = 0;
    for (const flight of this.#flights.values()) if (!flight.acknowledged) count += 1;
    return count;
  }

  #pump(): void {
    this.#again = true;
    this.#pumping ??= this.#run().finally(() => {
      this.#pumping = null;
      if (this.#again && this.#connected) this.#pump();
    });
  }

  async #run(): Promise<void> {
    while (this.#again && this.#connected) {
      this.#again = false;
      await this.#sendFresh("alert");
      await this.#resend();
      this.#sendAsked();
      await this.#sendHistory("alert");
      await this.#sendFresh("system");
      await this.#sendHistory("system");
    }
  }

  #held(priority: Priority): boolean {
    return this.#suspect === priority && this.#clock.monotonic() < this.#suspectUntil;
  }

  async #sendFresh(priority: Priority): Promise<void> {
    if (this.#held(priority)) return;
    const taken = this.#fresh.filter((entry) => entry.priority === priority);
    this.#fresh = this.#fresh.filter((entry) => entry.priority !== priority);
    for (const { epoch, seq } of taken) {
      // On a link that is full of fresh ones already, the next are history: they stand in the outbox.
      if (this.#pending() >= this.#settings.window * 2 || this.#flights.has(keyOf({ epoch, seq }))) continue;
      const [held] = await this.#read(epoch, seq);
      if (held !== undefined) this.#send(held, true);
    }
  }

  async #resend(): Promise<void> {
    const now = this.#clock.monotonic();
    const due = [...this.#flights.values()]
      .filter((flight) => flight.due <= now && !flight.pending && !this.#held(flight.priority))
      .sort((a, b) => a.sends - b.sends);
    for (const flight of due.slice(0, this.#settings.window)) {
      if (this.#pending() >= this.#settings.window) return;
      const [held] = await this.#read(flight.epoch, flight.seq);
      if (held === undefined) this.#flights.delete(keyOf(flight));
      else if (this.#connected) this.#send(held, flight.fresh);
    }
    if (due.length > this.#settings.window) this.#again = true;
  }

  #sendAsked(): void {
    const room = Math.max(0, Math.min(this.#settings.window - this.#inWindow("alert"), this.#trust - this.#pending()));
    for (const held of this.#asked.splice(0, room)) this.#send(held, false);
  }

  async #sendHistory(priority: Priority): Promise<void> {
    const share = priority === "alert" ? this.#settings.window : Math.max(1, Math.floor(this.#settings.window / 4));
    const room = Math.min(share - this.#inWindow(priority), this.#trust - this.#pending());
    if (room <= 0 || this.#held(priority) || this.#dry[priority] || this.#stuck() >= mostStuck) return;
    this.#dry[priority] = true;
    const held = await this.#outbox.list(priority, this.#cursor[priority], room).catch(() => null);
    if (held === null) {
      this.#dry[priority] = false;
      return;
    }
    if (held.length === room) this.#dry[priority] = false;
    for (const event of held) {
      if (!this.#connected) {
        this.#dry[priority] = false;
        return;
      }
      this.#cursor[priority] = { epoch: event.epoch, seq: event.seq };
      if (!this.#flights.has(keyOf(event))) this.#send(event, false);
    }
    if (held.length > 0) this.#again = true;
  }

  async #read(epoch: string, seq: number): Promise<readonly Held[]> {
    return await this.#outbox.range(epoch, seq, 1).catch(() => []);
  }

  #send(held: Held, fresh: boolean): void {
    const key = keyOf(held);
    const now = this.#clock.monotonic();
    const known = this.#flights.get(key);
    const flight: Flight = known ?? {
      epoch: held.epoch,
      seq: held.seq,
      priority: held.priority,
      fresh,
      firstSent: now,
      due: now,
      sends: 0,
      acknowledged: false,
      pending: false,
    };
    const doubled = Math.min(this.#settings.longestResend, this.#settings.firstResend * 2 ** flight.sends);
    const pause = millis(doubled * (0.75 + this.#settings.random() / 2));
    flight.due = after(now, pause);
    flight.sends += 1;
    flight.acknowledged = false;
    flight.pending = true;
    this.#flights.set(key, flight);
    const forgotten = this.#clock.after(pendingPatience, () => {
      flight.pending = false;
    });
    this.#publish(held).then(
      () => {
        forgotten();
        flight.acknowledged = true;
        flight.pending = false;
        // The centre's receipt can't be here before the broker's answer, however long that took.
        flight.due = after(this.#clock.monotonic(), pause);
        this.#answered(millis(this.#clock.monotonic() - now));
      },
      // A refused or broken publish is one without a receipt: the resend timer has it.
      () => {
        forgotten();
        flight.pending = false;
      },
    );
  }

  #answered(took: Millis): void {
    this.#trust =
      took <= quickAnswer ? Math.min(this.#settings.window, this.#trust + 1) : Math.max(2, Math.floor(this.#trust / 2));
    // Where the window is the limit, receipts open it, a group at a time.
    if (this.#trust < this.#settings.window) this.#pump();
  }

  #pending(): number {
    let count = 0;
    for (const flight of this.#flights.values()) if (flight.pending) count += 1;
    return count;
  }

  /** Places taken in the window: fresh ones have their own room, stuck ones have lost theirs. */
  #inWindow(priority: Priority): number {
    let count = 0;
    for (const flight of this.#flights.values())
      if (flight.priority === priority && !flight.fresh && flight.sends <= patience) count += 1;
    return count;
  }

  #stuck(): number {
    let count = 0;
    for (const flight of this.#flights.values()) if (flight.sends > patience) count += 1;
    return count;
  }
}

const keyOf = ({ epoch, seq }: Position): string => `${epoch} ${seq}`;
