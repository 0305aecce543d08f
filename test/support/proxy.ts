/** A TCP proxy that can become a black hole: connections stay open and nothing passes, as with a cable pulled far away. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class TcpProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #hole = false;
  readonly #tap: (bytes: Buffer) => void;
  connections = 0;

  /** @param tap hears every byte that passes, in both directions. */
  constructor(target: number, tap: (bytes: Buffer) => void = () => {}) {
    this.#target = target;
    this.#tap = tap;
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

  /** From now on bytes vanish in both directions; with `false` new connections pass again, the old ones stay dead. */
  blackHole(on: boolean): void {
    this.#hole = on;
  }

  #accept(inner: Socket): void {
    this.connections += 1;
    const outer = connect(this.#target, "127.0.0.1");
    let dead = false;
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (bytes) => {
        dead ||= this.#hole;
        if (dead) return;
        this.#tap(bytes);
        to.write(bytes);
      });
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!dead && !this.#hole) to.destroy();
      });
    }
  }
}
