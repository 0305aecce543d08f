/** Keeps the lane on the broker: connects and reconnects, says birth and death, and carries messages both ways. */
import { type Millis, type Monotonic, millis, since } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LinkState } from "../../ports/orders.ts";
import type { Held } from "../../ports/outbox.ts";
import { encode, parseCentreState, parseReceipt, parseRequest } from "../../protocol/parse.ts";
import type { Birth, CountReport, Receipt, Reported, Request, Result } from "../../protocol/payloads.ts";
import {
  everyCentre,
  type LaneId,
  type LaneTopic,
  laneTopic,
  type OrderKind,
  orderKinds,
  parseTopic,
} from "../../protocol/topics.ts";
import { pauseBefore } from "./backoff.ts";
import { Connection, type Ending, type Incoming, type LinkSettings } from "./connection.ts";

export interface UplinkHandlers {
  /** What the next birth says. */
  birth(session: number): Birth;
  /** The link is up and subscribed. @param afterTrouble the last one ended soon after it began. */
  up(afterTrouble: boolean): void;
  down(): void;
  centre(online: boolean): void;
  receipt(receipt: Receipt): void;
  request(request: Request): void;
  order(kind: OrderKind, payload: Uint8Array, retained: boolean): void;
  desired(payload: Uint8Array): void;
  state(state: LinkState["broker"], centre: LinkState["centre"]): void;
  trouble(code: LinkTrouble, active: boolean): void;
}

/** `GL-4011` refused, `GL-4012` taken over or closed again and again, `GL-4014` a subscription denied. */
export type LinkTrouble = "GL-4011" | "GL-4012" | "GL-4014";

export interface UplinkOptions {
  readonly lane: LaneId;
  readonly boot: string;
  readonly link: LinkSettings;
  readonly longestPause: Millis;
  readonly clock: Clock;
  readonly random: () => number;
  readonly handlers: UplinkHandlers;
}

/** A connection that lasted this long was a good one. */
const goodAfter = millis(30_000);
/** So many ends of connections that never got steady, within so long: somebody else has the name, or a message is refused. */
const fightAfter = 3;
const fightWindow = millis(180_000);
/** One that ended sooner than this may have been thrown out. */
const steadyAfter = millis(60_000);
/** Then at most five attempts a minute. */
const fightPause = millis(12_000);

export class MqttUplink {
  readonly #options: UplinkOptions;
  readonly #centres = new Map<string, boolean>();
  #connection: Connection | null = null;
  #running = false;
  #session = 0;
  #attempt = 0;
  #openedAt: Monotonic | null = null;
  #ready = false;
  #shortEnds: Monotonic[] = [];
  #lastShort = false;
  #cancel: (() => void) | null = null;
  #broker: LinkState["broker"] = "off";

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  /** An ordered stop: says so first, so that nobody takes it for a failure. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel?.();
    const connection = this.#connection;
    if (connection !== null && this.#openedAt !== null) {
      const said = this.#publish(
        "state",
        encode({ state: "offline", boot: this.#options.boot, session: this.#session, planned: true }),
        1,
        true,
      ).catch(() => {});
      await Promise.race([
        said,
        new Promise((resolve) => this.#options.clock.after(millis(2000), () => resolve(null))),
      ]);
    }
    await connection?.end();
    this.#say("off");
  }

  get connected(): boolean {
    return this.#ready;
  }

  /** Whether this connection has lasted long enough to be believed. */
  get steady(): boolean {
    return this.#openedAt !== null && since(this.#openedAt, this.#options.clock.monotonic()) >= goodAfter;
  }

  /** Hands an event to the broker. Resolves with its acknowledgement, which proves nothing about the centre. */
  event(_held: Held, payload: Buffer, topic: "event/alert" | "event/system"): Promise<void> {
    return this.#publish(topic, payload, 1, false);
  }

  birth(): void {
    if (this.#ready)
      void this.#publish("state", encode(this.#options.handlers.birth(this.#session)), 1, true).catch(() => {});
  }

  result(result: Result): void {
    void this.#publish("command/result", encode(result), 1, false, 3600).catch(() => {});
  }

  reported(reported: Reported): void {
    void this.#publish("config/reported", encode(reported), 1, true).catch(() => {});
  }

  count(count: CountReport): void {
    void this.#publish("count", encode(count), 0, false, 120).catch(() => {});
  }

  #publish(what: LaneTopic, payload: Buffer, qos: 0 | 1, retain: boolean, life?: number): Promise<void> {
    const connection = this.#connection;
    if (connection === null || this.#openedAt === null) return Promise.reject(new Error("no link"));
    const topic = laneTopic(this.#options.lane, what);
    return connection.publish({ topic, payload, qos, retain, ...(life === undefined ? {} : { life }) });
  }

  #connect(): void {
    this.#cancel = null;
    this.#session += 1;
    this.#say("connecting");
    const { lane, boot, link } = this.#options;
    const will = {
      topic: laneTopic(lane, "state"),
      payload: encode({ state: "offline", boot, session: this.#session }),
      qos: 1 as const,
      retain: true,
    };
    const connection: Connection = new Connection(link, will, {
      open: () => void this.#opened(connection),
      closed: (ending) => this.#closed(connection, ending),
      message: (message) => this.#message(message),
    });
    this.#connection = connection;
  }

  async #opened(connection: Connection): Promise<void> {
    this.#openedAt = this.#options.clock.monotonic();
    const { lane, handlers } = this.#options;
    // Birth before anything else: whoever sees an event has seen who speaks.
    void connection
      .publish({
        topic: laneTopic(lane, "state"),
        payload: encode(handlers.birth(this.#session)),
        qos: 1,
        retain: true,
      })
      .catch(() => {});
    const own: LaneTopic[] = [
      "event/receipt",
      "event/request",
      "config/desired",
      ...orderKinds.map((kind) => `command/${kind}` as const),
    ];
    const denied = await connection.subscribe([
      ...own.map((what) => ({ topic: laneTopic(lane, what), qos: 1 as const })),
      { topic: everyCentre(lane.district), qos: 1 },
    ]);
    if (this.#connection !== connection || this.#openedAt === null) return;
    handlers.trouble("GL-4014", denied.length > 0);
    handlers.trouble("GL-4011", false);
    this.#ready = true;
    this.#say("connected");
    handlers.up(this.#lastShort);
  }

  #closed(connection: Connection, ending: Ending): void {
    if (this.#connection !== connection) return;
    const { clock, handlers } = this.#options;
    const now = clock.monotonic();
    const lived = this.#openedAt === null ? null : since(this.#openedAt, now);
    this.#connection = null;
    this.#openedAt = null;
    this.#ready = false;
    this.#centres.clear();
    this.#lastShort = lived !== null && lived < steadyAfter;
    if (lived !== null && lived >= goodAfter) this.#attempt = 0;
    handlers.down();
    if (!this.#running) return;
    this.#say(ending === "refused" ? "refused" : "connecting");
    if (ending === "refused") handlers.trouble("GL-4011", true);
    this.#reconnect(now, ending, lived);
  }

  #reconnect(now: Monotonic, ending: Ending, lived: Millis | null): void {
    const { clock, handlers, longestPause, random } = this.#options;
    this.#shortEnds = this.#shortEnds.filter((at) => since(at, now) < fightWindow);
    if ((lived !== null && lived < steadyAfter) || ending === "taken-over") this.#shortEnds.push(now);
    const fight = ending === "taken-over" || this.#shortEnds.length >= fightAfter;
    if (fight) handlers.trouble("GL-4012", true);
    const pause = pauseBefore(this.#attempt, { longest: longestPause, random }, fight ? fightPause : undefined);
    this.#attempt += 1;
    this.#cancel = clock.after(pause, () => this.#connect());
  }

  #message({ topic, payload, retained }: Incoming): void {
    const about = parseTopic(topic);
    if (about === null) return;
    const { handlers } = this.#options;
    if (about.from === "centre") {
      this.#centre(about.centre, payload);
      return;
    }
    if (about.what === "event/receipt") {
      const receipt = parseReceipt(payload);
      if (receipt.ok) handlers.receipt(receipt.value);
    } else if (about.what === "event/request") {
      const request = parseRequest(payload);
      if (request.ok) handlers.request(request.value);
    } else if (about.what === "config/desired") handlers.desired(payload);
    else {
      const kind = orderKinds.find((known) => about.what === `command/${known}`);
      if (kind !== undefined) handlers.order(kind, payload, retained);
    }
  }

  #centre(id: string, payload: Uint8Array): void {
    const state = parseCentreState(payload);
    if (!state.ok || state.value.id !== id) return;
    if (!this.#centres.has(id) && this.#centres.size >= 64) return;
    const before = this.#centreState();
    this.#centres.set(id, state.value.state === "online");
    const now = this.#centreState();
    if (now !== before) {
      this.#say(this.#broker);
      // The retained state after each connect is no news; a collector that was away and is back is.
      if (before !== "unknown") this.#options.handlers.centre(now === "online");
    }
  }

  #centreState(): LinkState["centre"] {
    const states = [...this.#centres.values()];
    return states.length === 0 ? "unknown" : states.includes(true) ? "online" : "offline";
  }

  #say(broker: LinkState["broker"]): void {
    this.#broker = broker;
    this.#options.handlers.state(broker, this.#centreState());
  }
}
