/**
 * A page's live connection. It tells the page each message, and once that it has heard nothing for too long; from then
 * on the page shows nobody's result until a message comes again.
 */

import { Punctuality } from "./punctuality.ts";

/** Below the 2 s that SCREENS allows, so that the picture is there in time. The lane speaks at least once a second. */
export const PATIENCE_MS = 1800;
export interface LiveOptions<Message> {
  readonly path: string;
  readonly onMessage: (message: Message) => void;
  /** Called once when nothing fresh was heard for `PATIENCE_MS`, and at the start. */
  readonly onSilence: () => void;
}

/** Connects, and connects again when the connection is lost, for as long as the page is open. */
export class Live<Message extends { readonly kind: string }> {
  readonly #options: LiveOptions<Message>;
  #socket: WebSocket | null = null;
  #silence = 0;
  #retryMs = 250;
  #build: string | null = null;
  #heardAt = 0;

  constructor(options: LiveOptions<Message>) {
    this.#options = options;
  }

  /** Milliseconds since the last fresh message. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  start(): void {
    this.#options.onSilence();
    this.#connect();
  }

  /** Drops the connection and makes a new one at once, for a session that began or ended. */
  again(): void {
    this.#retryMs = 0;
    this.#socket?.close();
  }

  #connect(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.#options.path}`);
    const punctuality = new Punctuality();
    this.#socket = socket;
    socket.onmessage = (event) => this.#hear(event.data, punctuality);
    socket.onclose = () => {
      window.setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(2000, Math.max(250, this.#retryMs * 2));
    };
  }

  #hear(data: unknown, punctuality: Punctuality): void {
    const message = JSON.parse(String(data)) as Message & { at?: number; build?: string };
    if (message.kind === "setup") {
      if (this.#build !== null && this.#build !== message.build) location.reload();
      this.#build = message.build ?? null;
      this.#retryMs = 250;
    } else {
      if (!punctuality.fresh(message.at ?? 0, performance.now())) return;
      this.#heardAt = performance.now();
      window.clearTimeout(this.#silence);
      this.#silence = window.setTimeout(() => this.#options.onSilence(), PATIENCE_MS);
    }
    this.#options.onMessage(message);
  }
}
