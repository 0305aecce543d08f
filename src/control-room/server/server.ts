import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import fastifyRateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "../../ports/logger.ts";
import type { ControlRoomConfig } from "../config.ts";
import { webTls } from "../named-files.ts";
import { type CaseRouteDeps, caseRoutes } from "./case-routes.ts";
import { contentPolicy, type Door, decorate } from "./door.ts";
import { liveRoute } from "./live.ts";
import { type ReportDeps, reportRoutes } from "./report-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";

export interface RoomServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Requests of one address in a minute: an operator with both hands on the keyboard stays far below. */
const requestsAMinute = 600;
const bodyLimit = 64 * 1024;

/**
 * Serves the page and its calls.
 * @throws with stable code GL-6008 where the port is taken, GL-6013 where the page has not been built.
 */
export async function startServer(
  config: ControlRoomConfig,
  deps: CaseRouteDeps & ReportDeps & { readonly door: Door; readonly logger: Logger; readonly pages?: string },
): Promise<RoomServer> {
  const { web } = config;
  const tls = webTls(config);
  const https = tls === null ? null : { ...tls, minVersion: "TLSv1.2" as const };
  const common = {
    bodyLimit,
    forceCloseConnections: true,
    requestTimeout: 15_000,
    // What the page doesn't send is refused, not quietly left out.
    ajv: { customOptions: { removeAdditional: false as const } },
    trustProxy: web.behindTls ? "loopback" : false,
  };
  // The two kinds of server differ in type only; nothing here depends on which it is.
  const app = https === null ? Fastify(common) : (Fastify({ ...common, https }) as unknown as FastifyInstance);
  app.removeContentTypeParser("text/plain");
  decorate(app);
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: contentPolicy,
    hsts: https !== null || web.behindTls,
    referrerPolicy: { policy: "no-referrer" },
  });
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("cache-control", "no-store");
  });
  await app.register(fastifyCookie);
  await app.register(fastifyRateLimit, {
    max: requestsAMinute,
    timeWindow: 60_000,
    allowList: (request) => request.url.startsWith("/assets/"),
  });
  await app.register(fastifyWebsocket, { options: { maxPayload: 1_024, perMessageDeflate: true } });
  const root = deps.pages ?? builtPages();
  await app.register(fastifyStatic, { root, prefix: "/assets/", index: false, dotfiles: "deny", cacheControl: false });
  app.get("/", (_request, reply) => reply.sendFile("control-room/index.html"));
  app.get("/favicon.ico", (_request, reply) => reply.code(204).send());
  signInRoutes(app, deps.door, deps.audit);
  caseRoutes(app, deps.door, deps);
  reportRoutes(app, deps.door, deps);
  liveRoute(app, deps.door, deps.view, config);
  app.setErrorHandler((error: { statusCode?: number; message?: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) deps.logger.error("a request failed", { status, error: (error.message ?? "").slice(0, 200) });
    return reply.code(status).send({ error: status >= 500 ? "failed" : "refused" });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: "nothing-here" }));

  try {
    await app.listen({ host: web.host, port: web.port });
  } catch (cause) {
    await app.close();
    throw Object.assign(
      new Error(`GL-6008: can't listen on ${web.host}:${web.port}; end the other program or set web.port`, { cause }),
      { code: "GL-6008" },
    );
  }
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : web.port;
  const host = web.host.includes(":") ? `[${web.host}]` : web.host;
  return { url: `${https === null ? "http" : "https"}://${host}:${port}/`, stop: () => app.close() };
}

function builtPages(): string {
  const places = ["../../../dist/ui", "../../ui", "../../../ui"].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const found = places.find((place) => existsSync(`${place}/control-room/index.html`));
  if (found !== undefined) return found;
  throw Object.assign(new Error(`GL-6013: the page is missing at ${places[0]}; run \`npm run prepare\``), {
    code: "GL-6013",
  });
}
