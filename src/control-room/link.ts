import { Readable } from "node:stream";
import { connect, type IClientOptions, type IPublishPacket, type IStore, type MqttClient, type Packet } from "mqtt";
import { type Millis, type Monotonic, millis, seconds, since } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { LinkTls } from "./named-files.ts";

export interface LinkOptions {
  readonly url: string;
  /** Fixed, so that the broker finds the session again. */
  readonly clientId: string;
  /** Whether the broker keeps what comes while this collector is away; not where others take its share meanwhile. */
  readonly keepsSession: boolean;
  readonly protocol: 4 | 5;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: LinkTls;
  readonly will?: { readonly topic: string; readonly payload: Buffer };
}

/** One message. QoS 1 is acknowledged to the broker only by `acknowledge`, which may be long after the handler. */
export interface Received {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retained: boolean;
  acknowledge(): void;
}
/** Returning a promise holds back the messages behind this one (back pressure down to TCP). */
export type Handler = (message: Received) => void | Promise<void>;

/** Told to mqtt.js instead of success: it goes on to the next packet and sends no PUBACK. */
const deferred = new Error("acknowledged after the commit");
const firstWait = 1_000;
const longestWait = 30_000;
/** A connection that ended sooner may have been thrown out by another one with the same client id. */
const steadyAfter = millis(60_000);
/** So many of them within so long are taken for that: two processes then don't throw each other out every second. */
const fightAfter = 3;
const fightWindow = millis(180_000);
const fightPause = millis(12_000);
/** How long the end waits for the broker's word that it has everything. */
const farewell = seconds(1);
/**
 * Unacknowledged messages the broker may have on the way (MQTT 5): two groups under way and a third coming in. With 3.1.1 it
 * is the broker's own setting.
 */
const receiveMaximum = 4_000;

/**
 * What mqtt.js would send again after a reconnect, one by one and before it counts as connected: here nothing, because a
 * receipt is sent anew with the next event or birth of its lane.
 */
class NothingKept implements IStore {
  put(_packet: Packet, done: () => void): this {
    done();
    return this;
  }
  createStream(): ReturnType<IStore["createStream"]> {
    return Readable.from([]) as ReturnType<IStore["createStream"]>;
  }
  del(_packet: Pick<Packet, "messageId">, done: () => void): this {
    done();
    return this;
  }
  get(_packet: Pick<Packet, "messageId">, done: (error?: Error) => void): this {
    done(new Error("nothing is kept"));
    return this;
  }
  close(done: () => void): void {
    done();
  }
}

/**
 * The connection of a collector: subscriptions that outlive it where it is the only one, acknowledgement by hand, and its
 * own reconnect with full jitter (the library's is a fixed interval), slower where somebody else has its client id.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #random: () => number;
  #client: MqttClient | null = null;
  #connection = 0;
  #attempt = 0;
  #openedAt: Monotonic | null = null;
  #shortEnds: Monotonic[] = [];
  #cancelRetry: () => void = () => {};
  #stopped = false;
  #filters: readonly string[] = [];
  #handler: Handler = (message) => message.acknowledge();
  #onUp: () => void = () => {};
  #onReached: () => void = () => {};
  /** Message numbers of this connection that are to be acknowledged at the end of the turn. */
  #acknowledged: number[] = [];

  constructor(options: LinkOptions, deps: { clock: Clock; logger: Logger; random?: () => number }) {
    this.#options = options;
    this.#clock = deps.clock;
    this.#log = deps.logger;
    this.#random = deps.random ?? Math.random;
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  /** Starts connecting; doesn't wait for the broker. `onUp` is called after each connect, subscriptions in place. */
  start(filters: readonly string[], handler: Handler, onUp: () => void): void {
    this.#filters = filters;
    this.#handler = handler;
    this.#onUp = onUp;
    const client = connect(this.#options.url, this.#clientOptions());
    this.#client = client;
    client.handleMessage = (packet, done) => this.#handle(packet, done);
    client.on("connect", () => {
      this.#openedAt = this.#clock.monotonic();
      void this.#subscribe(client);
    });
    client.on("error", (error) => this.#log.warn("broker", { error: error.message.slice(0, 200) }));
    client.on("close", () => {
      this.#connection += 1;
      this.#acknowledged = [];
      this.#retry(this.#thrownOut());
    });
  }

  /** Called after each connect, before anything is subscribed to: all that is retained comes after it. */
  onReached(listener: () => void): void {
    this.#onReached = listener;
  }

  /** Sends now, or drops where there is no connection: everything sent here is said again when it matters. */
  publish(topic: string, payload: Buffer, options: { readonly retain?: boolean; readonly qos?: 0 | 1 } = {}): void {
    if (!this.connected) return;
    this.#client?.publish(topic, payload, { qos: options.qos ?? 1, retain: options.retain ?? false }, () => {});
  }

  /** Last words, then the end. Messages not acknowledged come again to whoever connects next. */
  async stop(last?: { readonly topic: string; readonly payload: Buffer }): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    const client = this.#client;
    if (client === null) return;
    if (last !== undefined && client.connected) await this.#lastWords(client, last);
    // Not `end(false)`: it waits for ever for receipts in flight. The will says the same as the last words.
    await client.endAsync(true).catch(() => {});
  }

  /** Resolves when the broker has them, and with them everything sent before; or after a while. */
  #lastWords(client: MqttClient, last: { readonly topic: string; readonly payload: Buffer }): Promise<void> {
    return new Promise((done) => {
      const cancel = this.#clock.after(farewell, done);
      client.publish(last.topic, last.payload, { qos: 1, retain: true }, () => {
        cancel();
        done();
      });
    });
  }

  #clientOptions(): IClientOptions {
    const { protocol, clientId, keepsSession, username, password, tls, will } = this.#options;
    return {
      protocolVersion: protocol,
      clientId,
      clean: !keepsSession,
      keepalive: 10,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      queueQoSZero: false,
      resubscribe: false,
      outgoingStore: new NothingKept(),
      ...(protocol === 5
        ? { properties: { sessionExpiryInterval: keepsSession ? 7 * 86_400 : 0, receiveMaximum } }
        : {}),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(tls === undefined ? {} : { ...tls, rejectUnauthorized: true }),
      ...(will === undefined ? {} : { will: { topic: will.topic, payload: will.payload, qos: 1, retain: true } }),
    };
  }

  async #subscribe(client: MqttClient): Promise<void> {
    try {
      this.#onReached();
      const granted = await client.subscribeAsync([...this.#filters], { qos: 1 });
      const refused = granted.filter((grant) => grant.qos > 2);
      for (const grant of refused)
        this.#log.error("the broker refuses a subscription; check its ACL", { code: "GL-6005", filter: grant.topic });
      this.#attempt = 0;
      this.#onUp();
    } catch (error) {
      this.#log.warn("subscribe", { error: error instanceof Error ? error.message.slice(0, 200) : "failed" });
      client.stream.destroy();
    }
  }

  #retry(fight: boolean): void {
    if (this.#stopped) return;
    this.#cancelRetry();
    const pause = fight ? millis(fightPause + this.#wait()) : this.#wait();
    this.#cancelRetry = this.#clock.after(pause, () => this.#client?.reconnect());
  }

  /** Whether the connection that just ended is one of several short ones; tells it when it first is. */
  #thrownOut(): boolean {
    if (this.#openedAt === null || this.#stopped) return false;
    const now = this.#clock.monotonic();
    const before = this.#shortEnds.filter((at) => since(at, now) < fightWindow);
    const short = since(this.#openedAt, now) < steadyAfter;
    this.#openedAt = null;
    this.#shortEnds = short ? [...before, now] : before;
    if (!short || this.#shortEnds.length < fightAfter) return false;
    if (before.length === fightAfter - 1)
      this.#log.error(
        "the connection ends again and again: the broker keeps failing, or another process has this client id; give each its own `centre` (and certificate)",
        { code: "GL-6021", clientId: this.#options.clientId },
      );
    return true;
  }

  #wait(): Millis {
    const ceiling = Math.min(longestWait, firstWait * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 10);
    return millis(this.#random() * ceiling);
  }

  /**
   * mqtt.js handles one packet at a time and acknowledges when `done()` comes without an error. Waiting for a commit
   * there would make one commit per message; so it is told to go on, and the PUBACK is sent after the group's commit.
   */
  #handle(packet: IPublishPacket, done: (error?: Error) => void): void {
    const connection = this.#connection;
    const { qos, messageId } = packet;
    const numbered = qos === 1 && messageId !== undefined && this.connected;
    const acknowledge = (): void => {
      // On a new connection the broker sends the message again, perhaps under another number.
      if (numbered && connection === this.#connection) this.#puback(messageId);
    };
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    const held = this.#handler({ topic: packet.topic, payload, retained: packet.retain, acknowledge });
    const next = (): void => (qos === 1 ? done(deferred) : done());
    if (held === undefined) next();
    else void held.then(next, next);
  }

  /** The PUBACKs of a whole commit go out in one write: a packet each through mqtt.js costs more than the commit's rows. */
  #puback(messageId: number): void {
    if (this.#acknowledged.push(messageId) > 1) return;
    queueMicrotask(() => {
      const numbers = this.#acknowledged;
      this.#acknowledged = [];
      if (numbers.length > 0 && this.connected) this.#client?.stream.write(pubacks(numbers));
    });
  }
}

/** PUBACK packets, alike in MQTT 3.1.1 and 5 (where two bytes of content mean success). */
function pubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * messageIds.length);
  messageIds.forEach((messageId, at) => {
    bytes.writeUInt16BE(0x4002, 4 * at);
    bytes.writeUInt16BE(messageId, 4 * at + 2);
  });
  return bytes;
}
