import type { WebSocket } from "ws";
import { type Millis, type Monotonic, millis, since } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Door } from "./door.ts";

/** What one peer of a channel is told of a state; null tells it nothing. */
export type Telling<Peer> = (peer: Peer) => string | null;

/** A state older than this is nobody's any more: a page that connects then hears nothing until the lane speaks. */
const FRESH: Millis = millis(1500);
const UNSENT_LIMIT = 64 * 1024;
const MOST_BY_A_DOOR = 32;

/**
 * The open connections of one page. A state goes out once, when it is told, to everybody who is connected; nothing is
 * queued, repeated or kept alive here.
 */
export class LiveChannel<Peer> {
  readonly #peers = new Map<WebSocket, { readonly peer: Peer; readonly door: Door }>();
  readonly #clock: Clock;
  #last: { readonly at: Monotonic; readonly telling: Telling<Peer> } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get peers(): number {
    return this.#peers.size;
  }

  /**
   * Takes a connection over: greets it, tells it the last state if that is fresh, and hears it out never. Who comes over
   * the network takes no place from the board's own screen.
   */
  add(socket: WebSocket, peer: Peer, greeting: string, door: Door): void {
    const others = [...this.#peers.values()].filter((other) => other.door === door);
    if (others.length >= MOST_BY_A_DOOR) {
      socket.close(1013, "too many screens");
      return;
    }
    this.#peers.set(socket, { peer, door });
    const forget = (): void => void this.#peers.delete(socket);
    socket.on("close", forget);
    socket.on("error", forget);
    // Pages only listen. What speaks here is none of ours.
    socket.on("message", () => socket.close(1008, "this channel only speaks"));
    socket.send(greeting);
    if (this.#last !== null && since(this.#last.at, this.#clock.monotonic()) < FRESH)
      send(socket, this.#last.telling(peer));
  }

  /** Tells a state to everybody. */
  tell(telling: Telling<Peer>): void {
    this.#last = { at: this.#clock.monotonic(), telling };
    for (const [socket, { peer }] of this.#peers) send(socket, telling(peer));
  }

  /** Ends the connections of the peers that `which` names, so that they come back with what they now are. */
  drop(which: (peer: Peer) => boolean): void {
    for (const [socket, { peer }] of this.#peers) if (which(peer)) socket.close(1000, "again");
  }

  stop(): void {
    this.#last = null;
    for (const socket of this.#peers.keys()) socket.close(1001, "the kiosk stops");
    this.#peers.clear();
  }
}

function send(socket: WebSocket, text: string | null): void {
  if (text === null || socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > UNSENT_LIMIT) socket.terminate();
  else socket.send(text);
}
