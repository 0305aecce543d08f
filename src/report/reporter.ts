/** The reporter: outbox, uplink and orders wired together. The composition root makes one and hands out its ports. */
import type { JWK } from "jose";
import type { LaneEvent } from "../core/events.ts";
import { type Millis, millis } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventLog, Position } from "../ports/event-log.ts";
import type { Logger } from "../ports/logger.ts";
import type { LinkState, Order, OrderOutcome, Orders, Uplink } from "../ports/orders.ts";
import { OutboxError, type OutboxStatus } from "../ports/outbox.ts";
import type { EventBody } from "../protocol/envelope.ts";
import { type OrderKey, SignatureCheck } from "../protocol/orders.ts";
import { encode } from "../protocol/parse.ts";
import type { Ranges } from "../protocol/ranges.ts";
import { districtKey, isAlert, type SealKeys, seal, toEnvelope } from "../protocol/seal.ts";
import { type LaneId, laneName } from "../protocol/topics.ts";
import { uuidV7 } from "../protocol/uuid.ts";
import { CountTable } from "./count.ts";
import { Challenge } from "./orders/challenge.ts";
import { type Applier, DesiredState } from "./orders/desired.ts";
import { OrderDesk, type OrderRecord } from "./orders/desk.ts";
import { RefusalMeter } from "./orders/refusals.ts";
import { Disk } from "./outbox/disk.ts";
import { epochEvent, orderEvent, troubleEvent } from "./own-events.ts";
import { type Trouble, TroubleBoard } from "./troubles.ts";
import type { LinkSettings } from "./uplink/connection.ts";
import { Sender, senderDefaults } from "./uplink/sender.ts";
import { MqttUplink } from "./uplink/uplink.ts";

export interface ReporterSettings {
  /** The program's version, as the birth says it. */
  readonly version: string;
  /** Room for events in bytes; 192 MiB hold more than 100,000 alerts. */
  readonly capacity: number;
  /** Whether that room is taken on the disk ahead. */
  readonly reserve: boolean;
  /** Longest pause between two attempts to connect. */
  readonly longestPause: Millis;
  readonly countEvery: Millis;
  /** Without a receipt for so long, a message counts as not accepted. */
  readonly acceptedWithin: Millis;
  readonly window: number;
  /** `OFF` only to prove that the power-cut tests can fail. */
  readonly synchronous: "FULL" | "OFF";
  readonly random: () => number;
}

export const reporterDefaults: ReporterSettings = {
  version: "0",
  capacity: 192 * 1024 * 1024,
  reserve: true,
  longestPause: millis(30_000),
  countEvery: millis(60_000),
  acceptedWithin: millis(45_000),
  window: senderDefaults.window,
  synchronous: "FULL",
  random: Math.random,
};

export interface ReporterOptions {
  /** Folder of the outbox, the lane's own. Made where it is missing. */
  readonly directory: string;
  readonly lane: LaneId;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly mqtt: LinkSettings;
  /** The district's public key for subjects (EC, P-256). */
  readonly districtKey: JWK;
  /** Key of the day for pseudonyms; null while there is none. */
  readonly dayKey: () => Uint8Array | null;
  readonly orderKeys: readonly OrderKey[];
  readonly settings?: Partial<ReporterSettings>;
}

export interface Reporter {
  readonly boot: string;
  readonly eventLog: EventLog;
  readonly uplink: Uplink;
  readonly orders: Orders;
  /** Who applies values and documents of a desired configuration; with nobody one that holds any is rejected. */
  onDesired(applier: Applier): void;
  /** Troubles of outbox and link, for the registry of troubles (core/troubles has the same codes) and the screens. */
  onTrouble(listener: (trouble: Trouble) => void): () => void;
  outboxStatus(): Promise<OutboxStatus>;
  /** Opens the outbox, then the link. Resolves when events can be stored, or it is known that they can't. */
  start(): Promise<void>;
  /** Says a planned goodbye and closes everything. */
  stop(): Promise<void>;
}

/** Nothing is called applied that nobody applied. */
const withoutApplier: Applier = {
  apply: async ({ values, documents }) =>
    Object.keys({ ...values, ...documents }).length === 0
      ? { applied: true }
      : { applied: false, reason: "nobody-applies-it", path: "" },
  outcome: (claims) => withoutApplier.apply(claims),
};

/** A broken link is a trouble only when it stays broken. */
const noLinkAfter = 30_000;

export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  return new LaneReporter(options, await districtKey(options.districtKey));
}

class LaneReporter implements Reporter, EventLog, Uplink, Orders {
  readonly boot: string;
  readonly eventLog: EventLog = this;
  readonly uplink: Uplink = this;
  readonly orders: Orders = this;
  readonly #options: ReporterOptions;
  readonly #settings: ReporterSettings;
  readonly #name: string;
  readonly #district: SealKeys["district"];
  readonly #disk: Disk;
  readonly #sender: Sender;
  readonly #link: MqttUplink;
  readonly #desk: OrderDesk;
  readonly #desired: DesiredState;
  readonly #challenge: Challenge;
  readonly #refusals = new RefusalMeter();
  readonly #counts: CountTable;
  readonly #troubles: TroubleBoard;
  readonly #received = new Set<(upTo: Position, also: Ranges) => void>();
  readonly #stateListeners = new Set<(state: LinkState) => void>();
  readonly #cancels: (() => void)[] = [];
  #handler: ((order: Order) => Promise<OrderOutcome>) | null = null;
  #applier: Applier = withoutApplier;
  #outbox: OutboxStatus = {
    usable: false,
    why: null,
    epoch: uuidV7(0),
    head: 0,
    tail: 0,
    alerts: 0,
    system: 0,
    fill: 0,
  };
  #state: LinkState = { broker: "off", centre: "unknown", backlog: 0, accepted: true };
  #linkLastUp: number;

  constructor(options: ReporterOptions, district: SealKeys["district"]) {
    const { clock, logger, lane } = options;
    const settings = { ...reporterDefaults, ...options.settings };
    this.#options = options;
    this.#settings = settings;
    this.#name = laneName(lane);
    this.#linkLastUp = clock.monotonic();
    this.#district = district;
    this.boot = uuidV7(clock.wall().at);
    this.#counts = new CountTable(this.boot);
    this.#troubles = new TroubleBoard((trouble) => void this.#recordTrouble(trouble));
    this.#disk = new Disk({
      directory: options.directory,
      capacity: settings.capacity,
      reserve: settings.reserve,
      synchronous: settings.synchronous,
    });
    this.#sender = new Sender(
      this.#disk,
      clock,
      (held) => {
        const body = JSON.parse(held.body) as EventBody;
        const envelope = toEnvelope(body, held, { boot: this.boot, mono: clock.monotonic() });
        return this.#link.event(held, encode(envelope), isAlert(body) ? "event/alert" : "event/system");
      },
      (upTo, also) => this.#confirmed(upTo, also),
      { ...senderDefaults, window: settings.window, random: settings.random },
    );
    this.#challenge = new Challenge(clock, millis(30_000), () => this.#link.birth());
    const check = new SignatureCheck(options.orderKeys);
    this.#desk = new OrderDesk({
      lane: this.#name,
      check,
      ledger: this.#disk.ledger,
      challenge: this.#challenge,
      clock,
      logger,
      answer: (result) => {
        if (result.status === "accepted" || result.status === "done" || this.#refusals.mayAnswer(clock.monotonic()))
          this.#link.result(result);
      },
      record: (record) => this.#recordOrder(record),
      act: (order) => this.#act(order),
    });
    this.#desired = new DesiredState({
      lane: this.#name,
      check,
      ledger: this.#disk.ledger,
      clock,
      report: (reported) => this.#link.reported(reported),
      applier: {
        apply: (claims) => this.#applier.apply(claims),
        outcome: (claims) => this.#applier.outcome(claims),
      },
      act: (order) => this.#act(order),
    });
    this.#link = new MqttUplink({
      lane,
      boot: this.boot,
      link: options.mqtt,
      longestPause: settings.longestPause,
      clock,
      random: settings.random,
      handlers: {
        birth: (session) => ({
          state: "online",
          epoch: this.#outbox.epoch,
          boot: this.boot,
          session,
          version: settings.version,
          configVersion: this.#desired.version,
          seqHead: this.#outbox.head,
          seqTail: this.#outbox.tail,
          challenge: this.#challenge.value,
          clock: clock.wall().trust,
        }),
        up: (afterTrouble) => {
          this.#linkLastUp = clock.monotonic();
          this.#sender.connected(afterTrouble);
        },
        down: () => this.#sender.disconnected(),
        centre: (online) => {
          if (online) this.#sender.centreOnline();
        },
        receipt: (receipt) => {
          const beyond = receipt.epoch === this.#outbox.epoch && receipt.upTo > this.#outbox.head;
          this.#troubles.set("GL-4016", beyond);
          void this.#sender.received(receipt);
        },
        request: (request) => void this.#sender.requested(request),
        order: (kind, payload, retained) => void this.#desk.handle(kind, payload, retained),
        desired: (payload) => void this.#desired.handle(payload).then(() => this.#link.birth()),
        state: (broker, centre) => this.#say({ broker, centre }),
        trouble: (code, active) => this.#troubles.set(code, active),
      },
    });
  }

  async start(): Promise<void> {
    const { clock } = this.#options;
    this.#disk.onEpoch((change) => {
      this.#options.logger.error("outbox: new epoch", {
        why: change.why,
        previousHead: change.previousHead,
        salvaged: change.salvaged,
      });
      this.#sender.restart();
      void this.put(epochEvent(change, clock.wall().at)).then(
        () => this.#link.birth(),
        () => {},
      );
      this.#troubles.show("GL-4003", change.why !== "torn");
    });
    this.#outbox = await this.#disk.open();
    this.#troubles.set("GL-4001", !this.#outbox.usable);
    await this.#desk.start();
    await this.#desired.start();
    this.#link.start();
    this.#cancels.push(
      clock.every(millis(5000), () => void this.#watch()),
      clock.every(this.#settings.countEvery, () => this.#sendCount()),
      clock.every(millis(10_000), () => this.#challenge.tick()),
      clock.every(millis(10_000), () => this.#sayRefusals()),
    );
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#desired.stop();
    this.#sender.disconnected();
    await this.#link.stop();
    await this.#sender.flush();
    await this.#disk.close();
  }

  async put(event: LaneEvent): Promise<Position> {
    const { clock } = this.#options;
    const body = await seal(
      event,
      { src: this.#name, boot: this.boot, clock: clock.wall().trust, mono: clock.monotonic() },
      { district: this.#district, day: this.#options.dayKey() },
    );
    const priority = isAlert(event) ? "alert" : "system";
    try {
      const position = await this.#disk.put(priority, JSON.stringify(body));
      this.#stored(position);
      this.#sender.stored(position, priority);
      return position;
    } catch (error) {
      const kind = error instanceof OutboxError ? error.kind : "io";
      this.#troubles.show("GL-4001", true);
      this.#options.logger.error("event not stored", { type: event.type, kind });
      throw error;
    }
  }

  onReceived(listener: (upTo: Position, also: Ranges) => void): () => void {
    this.#received.add(listener);
    return () => this.#received.delete(listener);
  }

  onOrder(handler: (order: Order) => Promise<OrderOutcome>): void {
    this.#handler = handler;
  }

  onDesired(applier: Applier): void {
    this.#applier = applier;
  }

  onTrouble(listener: (trouble: Trouble) => void): () => void {
    return this.#troubles.onTrouble(listener);
  }

  state(): LinkState {
    return this.#state;
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  count(figures: Readonly<Record<string, number>>): void {
    this.#counts.take(figures);
  }

  outboxStatus(): Promise<OutboxStatus> {
    return this.#disk.status();
  }

  async #act(order: Order): Promise<OrderOutcome> {
    return (await this.#handler?.(order)) ?? { status: "rejected", reason: "nobody carries out orders yet" };
  }

  #stored(position: Position): void {
    this.#outbox = { ...this.#outbox, usable: true, epoch: position.epoch, head: position.seq };
    this.#troubles.set("GL-4001", false);
    this.#say({ backlog: this.#state.backlog + 1 });
  }

  #confirmed(upTo: Position, also: Ranges): void {
    for (const listener of this.#received) listener(upTo, also);
  }

  /** Looks at what no single event tells: fill, backlog, and whether the centre still takes what it is sent. */
  async #watch(): Promise<void> {
    this.#outbox = await this.#disk.status().catch(() => ({ ...this.#outbox, usable: false }));
    const { fill, alerts, system, usable } = this.#outbox;
    this.#troubles.set("GL-4032", usable && fill >= 0.8);
    this.#troubles.set("GL-4031", usable && fill >= 0.9);
    const now = this.#options.clock.monotonic();
    if (this.#link.connected) this.#linkLastUp = now;
    if (this.#link.steady) this.#troubles.set("GL-4012", false);
    this.#troubles.set("GL-4033", now - this.#linkLastUp > noLinkAfter);
    const reachable = now - this.#linkLastUp < 45_000 && this.#state.centre !== "offline";
    const accepted = !reachable || this.#sender.longestUnconfirmed() < this.#settings.acceptedWithin;
    this.#troubles.set("GL-4035", !accepted);
    this.#troubles.set("GL-4034", this.#state.centre === "offline");
    this.#say({ backlog: alerts + system, accepted });
    if (usable && alerts + system === 0) await this.#disk.tidy().catch(() => {});
  }

  #sendCount(): void {
    const { fill, alerts, system } = this.#outbox;
    const figures = {
      "outbox.alerts": alerts,
      "outbox.system": system,
      "outbox.fill": Number(fill.toFixed(3)),
      "link.unacknowledged": this.#sender.unacknowledged(),
    };
    if (this.#link.connected) this.#link.count(this.#counts.report(figures, this.#options.clock.wall().at));
  }

  #say(change: Partial<LinkState>): void {
    const next = { ...this.#state, ...change };
    const same = (Object.keys(next) as (keyof LinkState)[]).every((key) => next[key] === this.#state[key]);
    if (same) return;
    this.#state = next;
    for (const listener of this.#stateListeners) listener(next);
  }

  async #recordOrder(record: OrderRecord): Promise<number | null> {
    const { clock } = this.#options;
    const refusal = record.reason !== null && record.reason !== "lane" && record.status !== "accepted";
    const count = refusal && record.reason !== null ? this.#refusals.admit(record.reason, clock.monotonic()) : 1;
    if (count === null) return null;
    const stored = await this.put(orderEvent(record, count, clock.wall().at)).catch(() => null);
    return stored?.seq ?? null;
  }

  #sayRefusals(): void {
    const { clock } = this.#options;
    for (const { reason, count } of this.#refusals.due(clock.monotonic())) {
      const record: OrderRecord = { kind: "release", cid: null, who: null, kid: null, status: "rejected", reason };
      void this.put(orderEvent(record, count, clock.wall().at)).catch(() => {});
    }
  }

  async #recordTrouble({ code, active }: Trouble): Promise<void> {
    await this.put(troubleEvent(code, active, this.#options.clock.wall().at)).catch(() => {});
  }
}
