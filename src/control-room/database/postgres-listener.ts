import { Socket } from "node:net";
import pg from "pg";

/** For every connection: a server that is gone without a word is noticed, and nobody waits for one for ever. */
export const alive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000, connectionTimeoutMillis: 10_000 } as const;
const usualBeat = 10_000;
const pauseBeforeAgain = 1_000;

export interface Listening {
  on(topic: string, listener: (payload: string) => void): () => void;
  stop(): Promise<void>;
}

/**
 * One connection that only listens. It is asked every `beat` whether it still lives: who only listens hears from a dead
 * connection just what a quiet one says. It is opened again a second after it breaks; what was told meanwhile is lost, so
 * every listener then hears `*`: anything may have changed.
 * @throws what the first connection fails with.
 */
export async function connectListener(url: string, beat = usualBeat): Promise<Listening> {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  let current: Connection | null = null;
  let stopped = false;
  let again: NodeJS.Timeout | undefined;

  const later = (): void => {
    current = null;
    clearTimeout(again);
    if (!stopped) again = setTimeout(() => void connect().then(resync, later), pauseBeforeAgain);
  };
  const resync = (): void => {
    for (const known of listeners.values()) for (const listener of known) listener("*");
  };
  const connect = async (): Promise<void> => {
    const next = new Connection(url, beat, (topic, payload) => {
      for (const listener of listeners.get(topic) ?? []) listener(payload);
    });
    await next.open([...listeners.keys()]);
    if (stopped) return next.cut();
    current = next;
    next.onEnd(later);
  };
  await connect();
  return {
    on: (topic, listener) => {
      const known = listeners.get(topic) ?? new Set();
      if (known.size === 0) current?.listen(topic).catch(() => current?.cut());
      listeners.set(topic, known.add(listener));
      return () => known.delete(listener);
    },
    stop: async () => {
      stopped = true;
      clearTimeout(again);
      await current?.end();
    },
  };
}

/** A client whose socket can be cut: its own end waits for the server's. */
class Connection {
  readonly #client: pg.Client;
  readonly #socket = new Socket();
  readonly #beat: number;
  #next: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(url: string, beat: number, tell: (topic: string, payload: string) => void) {
    this.#beat = beat;
    const stream = (): Socket => this.#socket;
    this.#client = new pg.Client({ connectionString: url, ...alive, query_timeout: beat, stream });
    this.#client.on("error", () => this.cut());
    this.#client.on("notification", ({ channel, payload }) => tell(channel, payload ?? ""));
    this.#client.on("end", () => {
      this.#ended = true;
      clearTimeout(this.#next);
    });
  }

  /** Connected and listening, or cut. */
  async open(topics: readonly string[]): Promise<void> {
    try {
      await this.#client.connect();
      for (const topic of topics) await this.listen(topic);
    } catch (error) {
      this.cut();
      throw error;
    }
    this.#askLater();
  }

  async listen(topic: string): Promise<void> {
    await this.#client.query(`LISTEN ${pg.escapeIdentifier(topic)}`);
  }

  onEnd(listener: () => void): void {
    if (this.#ended) listener();
    else this.#client.once("end", listener);
  }

  async end(): Promise<void> {
    clearTimeout(this.#next);
    const late = setTimeout(() => this.cut(), pauseBeforeAgain);
    await this.#client.end().catch(() => {});
    clearTimeout(late);
  }

  cut(): void {
    clearTimeout(this.#next);
    this.#socket.destroy();
  }

  #askLater(): void {
    if (this.#ended) return;
    this.#next = setTimeout(() => {
      this.#client.query("SELECT 1").then(
        () => this.#askLater(),
        () => this.cut(),
      );
    }, this.#beat);
  }
}
