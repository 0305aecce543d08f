/**
 * One connection to the broker, from CONNECT to close, on MQTT 3.1.1 or 5. The library neither reconnects nor keeps
 * anything for later: its reconnect has no jitter and its stores lose messages (ports/outbox keeps them instead).
 */
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import type { Millis } from "../../core/units.ts";

export interface LinkSettings {
  /** `mqtts://host:8883`, or `mqtt://` on the loopback. */
  readonly url: string;
  readonly protocolVersion: 4 | 5;
  readonly clientId: string;
  readonly keepalive: Millis;
  readonly username?: string;
  readonly password?: string;
  /** PEM texts. With a certificate the broker knows the lane by its CN. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
}

export interface Incoming {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retained: boolean;
}

/** Why a connection ended, as far as the broker told. */
export type Ending = "refused" | "taken-over" | "closed";

export interface ConnectionHandlers {
  open(): void;
  /** Called exactly once, whether it had been open or not. */
  closed(ending: Ending): void;
  message(message: Incoming): void;
}

export interface Publication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain?: boolean;
  /** Seconds; on MQTT 5 also told to the broker. */
  readonly life?: number;
}

const takenOver = 0x8e;

export class Connection {
  readonly #settings: LinkSettings;
  readonly #handlers: ConnectionHandlers;
  readonly #client: MqttClient;
  #ending: Ending | null = null;
  #closed = false;

  /** Connects at once. */
  constructor(settings: LinkSettings, will: Publication, handlers: ConnectionHandlers) {
    this.#settings = settings;
    this.#handlers = handlers;
    this.#client = connect(settings.url, options(settings, will));
    this.#client.on("connect", () => handlers.open());
    this.#client.on("message", (topic, payload, packet: IPublishPacket) =>
      handlers.message({ topic, payload, retained: packet.retain === true }),
    );
    this.#client.on("disconnect", (packet) => {
      if (packet.reasonCode === takenOver) this.#ending = "taken-over";
    });
    this.#client.on("error", (error) => {
      // A number is a CONNACK's return code: the broker answered, and said no.
      if ("code" in error && typeof error.code === "number") this.#ending ??= "refused";
      this.#close();
    });
    this.#client.on("close", () => this.#close());
  }

  /** Resolves when the broker has acknowledged (QoS 1) or the bytes were handed over (QoS 0). Rejects when refused. */
  publish({ topic, payload, qos, retain = false, life }: Publication): Promise<void> {
    const properties =
      life !== undefined && this.#settings.protocolVersion === 5 ? { properties: { messageExpiryInterval: life } } : {};
    return new Promise((resolve, reject) => {
      this.#client.publish(topic, payload, { qos, retain, ...properties }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /** The filters that the broker did not grant. */
  subscribe(filters: readonly { readonly topic: string; readonly qos: 0 | 1 }[]): Promise<readonly string[]> {
    const wanted = Object.fromEntries(filters.map(({ topic, qos }) => [topic, { qos }]));
    return new Promise((resolve) => {
      this.#client.subscribe(wanted, (error, granted) => {
        if (error) resolve(filters.map(({ topic }) => topic));
        else resolve((granted ?? []).filter(({ qos }) => qos >= 128).map(({ topic }) => topic));
      });
    });
  }

  /** Says goodbye, so that the broker drops the will, and closes; never waits longer than a second. */
  async end(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      this.#client.end(false, {}, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#close();
  }

  /** Closes without a word: the broker will publish the will. */
  drop(): void {
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.end(true);
    this.#handlers.closed(this.#ending ?? "closed");
  }
}

function options(settings: LinkSettings, will: Publication): IClientOptions {
  const { tls, username, password } = settings;
  return {
    clientId: settings.clientId,
    protocolVersion: settings.protocolVersion,
    clean: true,
    keepalive: Math.max(1, Math.round(settings.keepalive / 1000)),
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    queueQoSZero: false,
    resubscribe: false,
    reschedulePings: true,
    will: { topic: will.topic, payload: will.payload, qos: will.qos, retain: will.retain ?? false },
    ...(settings.protocolVersion === 5
      ? { properties: { sessionExpiryInterval: 0, receiveMaximum: 50, maximumPacketSize: 16_384 } }
      : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { ...tls, rejectUnauthorized: true, minVersion: "TLSv1.2" as const }),
  };
}
