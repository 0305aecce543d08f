import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface Broker {
  /** `mqtt://host:port` as clients of this machine reach it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Largest packet a client may send: a payload of 8 KiB, its topic and header (MESSAGES). */
const largestPacket = 10 * 1024;

/**
 * The embedded broker of the demo and of a desk with few lanes: MQTT 3.1.1 in memory, nothing kept across a restart.
 * That is enough because a lane keeps every event until the centre's receipt. Districts use Mosquitto (config/broker).
 */
export async function startBroker(options: { readonly host: string; readonly port: number }): Promise<Broker> {
  // Unlimited: with a limit, messages queue behind a subscriber that doesn't read, and its end empties the queue in one
  // recursion, which overflows the stack at some two thousand. A client that doesn't read is cut off after the timeout.
  const aedes = await Aedes.createBroker({ concurrency: 0, drainTimeout: 15_000, queueLimit: 10_000 });
  aedes.authorizePublish = (_client, packet, done) =>
    done(packet.payload.length > largestPacket ? new Error("payload above 8 KiB") : null);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await listen(server, options);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the broker has no address");
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    url: `mqtt://${host}:${address.port}`,
    stop: async () => {
      await new Promise<void>((done) => aedes.close(() => done()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** @throws when the port is taken; the error names host and port. Stable code GL-6002. */
async function listen(server: Server, options: { readonly host: string; readonly port: number }): Promise<void> {
  server.listen({ host: options.host, port: options.port });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw Object.assign(
      new Error(`GL-6002: the broker can't listen on ${options.host}:${options.port}; is another one running?`, {
        cause,
      }),
      { code: "GL-6002" },
    );
  }
}
