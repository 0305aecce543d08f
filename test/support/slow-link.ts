/**
 * A TCP proxy over a bad mobile link: bytes pass in small pieces at a given rate, late by half the round trip, and a
 * piece that is lost holds up all behind it until it was sent again, as TCP shows a loss to a program.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface SlowLinkOptions {
  readonly bytesPerSecond: number;
  readonly roundTripMs: number;
  /** Share of pieces that are lost once, 0 to 1. */
  readonly loss: number;
  readonly random: () => number;
}

/** Most bytes of one direction that lie in the link; a sender then waits, as for a full TCP window. */
const WINDOW = 16 * 1024;
const LARGEST_PIECE = 256;

export class SlowLink {
  readonly #target: number;
  readonly #options: SlowLinkOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  connections = 0;

  constructor(target: number, options: SlowLinkOptions) {
    this.#target = target;
    this.#options = options;
    this.#server = createServer((inner) => this.#accept(inner));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(inner: Socket): void {
    this.connections += 1;
    const outer = connect(this.#target, "127.0.0.1");
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      this.#carry(from, to);
    }
  }

  #carry(from: Socket, to: Socket): void {
    const { bytesPerSecond, roundTripMs, loss, random } = this.#options;
    let lying = 0;
    let free = performance.now();
    from.on("data", (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + 1 + Math.floor(random() * LARGEST_PIECE));
        at += piece.length;
        lying += piece.length;
        const again = random() < loss ? roundTripMs : 0;
        free = Math.max(free, performance.now()) + (piece.length * 1000) / bytesPerSecond + again;
        setTimeout(
          () => {
            lying -= piece.length;
            if (!to.destroyed) to.write(piece);
            if (lying < WINDOW) from.resume();
          },
          free + roundTripMs / 2 - performance.now(),
        );
      }
      if (lying >= WINDOW) from.pause();
    });
  }
}
