/** A place where the pages are served: an address of this board, plain on the loopback, over TLS beyond it. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "../ports/logger.ts";
import { PERMISSIONS } from "./headers.ts";
import { knownHost, sameOrigin } from "./same-site.ts";
import { WebError } from "./web-error.ts";

export interface Door {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** Certificate chain and private key, PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
}

const BODY_LIMIT = 4096;

/**
 * A server for this door without any route. It answers only to its own address, the loopback and `names`, and changes
 * something only for its own pages.
 */
export function behind(door: Door, names: () => readonly string[], logger: Logger): FastifyInstance {
  const common = { bodyLimit: BODY_LIMIT, trustProxy: false, forceCloseConnections: true, requestTimeout: 10_000 };
  // The two kinds of server differ in type only; nothing here depends on which it is.
  const app =
    door.tls === null
      ? Fastify(common)
      : (Fastify({ ...common, https: { ...door.tls, minVersion: "TLSv1.2" } }) as unknown as FastifyInstance);
  const always = new Set(["localhost", "127.0.0.1", "[::1]", door.host]);
  const known = (name: string): boolean => always.has(name) || names().includes(name);
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header("permissions-policy", PERMISSIONS);
    reply.header("cache-control", "no-cache");
    const reads = request.method === "GET" || request.method === "HEAD";
    const opens = request.headers.upgrade !== undefined;
    // Nobody reads an upgraded socket that was refused, so nobody would notice that the other end left.
    if (opens) reply.raw.once("finish", () => request.raw.socket.destroy());
    if (!knownHost(request.headers.host, known)) return reply.code(421).send({ error: "unknown host" });
    if ((!reads || opens) && !sameOrigin(request.headers, request.protocol))
      return reply.code(403).send({ error: "only pages of this kiosk may ask" });
  });
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error("a request failed", { status });
    return reply.code(status).send({ ok: false, why: status >= 500 ? "failed" : "refused" });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ ok: false, why: "nothing here" }));
  return app;
}

/** Begins to listen; gives the port. @throws WebError GL-5002 where that address can't be had; it may be tried again. */
export async function listen(app: FastifyInstance, door: Door): Promise<number> {
  try {
    await app.listen({ host: door.host, port: door.port });
  } catch (error) {
    throw listenError(error, door);
  }
  const address = app.server.address();
  return typeof address === "object" && address !== null ? address.port : door.port;
}

function listenError(error: unknown, { host, port }: Door): unknown {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  const where = `${host}:${port}`;
  if (code === "EADDRINUSE")
    return new WebError("GL-5002", `${where} is taken by another program; end it or choose another port with --port`);
  if (code === "EACCES") return new WebError("GL-5002", `${where} may not be opened; choose a port above 1023`);
  if (code === "EADDRNOTAVAIL") return new WebError("GL-5002", `this machine has no address ${host}`);
  return error;
}
