/** An embedded broker (MQTT 3.1.1) on a free port of the loopback. */

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface TestBroker {
  readonly url: string;
  readonly port: number;
  readonly aedes: Aedes;
  /** Cuts every connection and stops listening; `start(port)` may follow with an empty broker. */
  stop(): Promise<void>;
}

export async function startBroker(
  options: { port?: number; deny?: (topic: string) => boolean } = {},
): Promise<TestBroker> {
  const aedes = await Aedes.createBroker({
    authorizePublish: (_client, packet, done) =>
      done(options.deny?.(packet.topic) === true ? new Error("not allowed") : null),
  });
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    aedes,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}
