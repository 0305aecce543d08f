import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import fastifyRateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { timeOfDay } from "../core/hours.ts";
import type {
  GuardMessage,
  LaneTag,
  RigMessage,
  RigView,
  Setup,
  Shift,
  SiteTexts,
  StreetMessage,
} from "../core/live.ts";
import { streetFacts } from "../core/street.ts";
import { hours, instant, type Millis, minutes, since } from "../core/units.ts";
import type { GuardAction, GuardAnswer, GuardView, StreetView } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";
import type { Display } from "../ports/display.ts";
import type { Logger } from "../ports/logger.ts";
import type { LinkState } from "../ports/orders.ts";
import { guardRoutes, sessionCookie } from "./guard-routes.ts";
import { guardSight } from "./guard-sight.ts";
import { PERMISSIONS, securityHeaders } from "./headers.ts";
import { LiveChannel } from "./live-channel.ts";
import type { Guard } from "./pins.ts";
import { qrOutline } from "./qr-outline.ts";
import { knownHost, sameOrigin } from "./same-site.ts";
import { Sessions } from "./sessions.ts";

/** What the pages are told once for all people; `configure` changes it while they are served. */
export interface Face {
  readonly lane: LaneTag;
  readonly site: SiteTexts;
  readonly look?: {
    readonly size?: "normal" | "big";
    readonly pace?: "normal" | "slow";
    readonly measureAt?: "forehead" | "wrist";
    /** The page plays the tones itself; for the demo, where no sounder is. */
    readonly pageSounds?: boolean;
    /** Address of the conversion form (P12). */
    readonly convertAddress?: string | null;
    /** Address of the compound's place code (P14). */
    readonly placeCode?: string | null;
    readonly languages?: readonly ("zh" | "en")[];
    readonly orientation?: "auto" | "landscape" | "portrait";
  };
  /** One-time code of a new lane, for its own closed screen; null once somebody has set a code. */
  readonly firstCode?: string | null;
}

export interface WebOptions extends Face {
  /** Address to listen on; 127.0.0.1 unless the guard's tablet is another machine. */
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** Further names that the server may be called by, without port, as the guard's tablet writes them. */
  readonly names?: readonly string[];
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  readonly clock: Clock;
  /**
   * Milliseconds stamped on each message, by which a page tells one that was held up; the clock's unless given. The
   * rig's clock waits for its machine, and every message after a wait would look late for good.
   */
  readonly stamp?: () => number;
  readonly logger: Logger;
  /** A guard's longest shift; 8 h unless given (RULES, who may release). */
  readonly shift?: Millis;
  /** Who a PIN belongs to; `findGuard` over the configured book. */
  readonly signIn: (pin: string) => Promise<Guard | null>;
  /**
   * `guard` is null only for `call-help` from a tablet without a guard. `supervisor` is true where a supervisor's PIN
   * was entered for this request; then `guard` is that supervisor, whoever is signed in.
   */
  readonly onGuardAction: (action: GuardAction, guard: string | null, supervisor: boolean) => Promise<GuardAnswer>;
  /** Hears whose id a hardware button carries; null when the last shift ended. */
  readonly onShift?: (guard: Guard | null) => void;
  readonly link?: () => LinkState;
  /** Serves `/rig` and lets the two pages be framed by it. The demo only. */
  readonly rig?: boolean;
  /** Further routes, behind the same checks of host, origin, size and rate. */
  readonly routes?: (app: FastifyInstance) => Promise<void>;
  /** Where the built pages and the sounds are; found by itself in a checkout and in the built package. */
  readonly pages?: string;
  readonly sounds?: string;
}

export interface Web {
  readonly display: Display;
  /** Shows the demo's overview a new state; ignored unless `rig` was asked for. */
  rig(view: RigView): void;
  /** Changes what the pages are told once; open pages connect again and hear it. */
  configure(face: Partial<Face>): void;
  /** @throws WebError GL-5001 without built pages, GL-5002 where the port is taken. */
  start(): Promise<{ readonly port: number }>;
  stop(): Promise<void>;
}

/** Why the kiosk's server could not start, and what to do. */
export class WebError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = "WebError";
    this.code = code;
  }
}

interface Tablet {
  readonly token: string | undefined;
}

/** Files of the two folders only, and no say in caching: the header of every answer asks to look again. */
const plainFiles = { index: false, dotfiles: "deny", cacheControl: false } as const;
const MINUTE = minutes(1);
const SHIFT = hours(8);
const BODY_LIMIT = 4096;
const FRAME_LIMIT = 1024;

/** The kiosk's server. Nothing listens and nothing is read before `start()`. */
export function createWeb(options: WebOptions): Web {
  const { clock, stamp = () => clock.monotonic() } = options;
  const logger = options.logger.child("web");
  const street = new LiveChannel<null>(clock);
  const guards = new LiveChannel<Tablet>(clock);
  const overview = new LiveChannel<null>(clock);
  const sessions = new Sessions(clock, options.shift ?? SHIFT, (guard) => options.onShift?.(guard));
  const cookieName = sessionCookie(options.tls != null).name;
  let app: FastifyInstance | null = null;
  let face: Face = options;
  let builtAs = "";
  const greeting = (): string => JSON.stringify(setupOf(face, builtAs));

  const shiftOf = (tablet: Tablet): Shift | null => {
    const session = sessions.of(tablet.token);
    if (session === null) return null;
    const wall = clock.wall();
    const left = since(clock.monotonic(), session.ends);
    const end = Math.round((wall.at + left) / MINUTE) * MINUTE;
    const until = wall.trust === "unsynced" ? null : timeOfDay(instant(end));
    return { guard: session.guard.id, supervisor: session.guard.supervisor, until };
  };

  const display: Display = {
    street(view: StreetView): void {
      const wall = clock.wall();
      const message: StreetMessage = {
        kind: "street",
        at: Math.round(stamp()),
        time: wall.trust === "unsynced" ? null : timeOfDay(wall.at),
        view,
        tone: streetFacts[view.screen].tone,
      };
      const text = JSON.stringify(message);
      street.tell(() => text);
    },
    guard(view: GuardView): void {
      const link = options.link?.() ?? null;
      guards.tell((tablet) => {
        const message: GuardMessage = { ...guardSight(view, shiftOf(tablet), clock, link), at: Math.round(stamp()) };
        return JSON.stringify(message);
      });
    },
  };

  async function build(): Promise<FastifyInstance> {
    const pages = options.pages ?? found("the pages", ["../../dist/ui", "../../ui"]);
    const made = fastify(options.tls ?? null);
    guardTheDoor(made, options);
    await made.register(fastifyHelmet, securityHeaders(options.rig === true));
    await made.register(fastifyCookie);
    await made.register(fastifyRateLimit, { global: false });
    await made.register(fastifyWebsocket, { options: { maxPayload: FRAME_LIMIT } });
    await made.register(fastifyStatic, { root: pages, prefix: "/assets/", ...plainFiles });
    const sounds = options.sounds ?? found("the sounds", ["../../config/sounds", "../../../config/sounds"]);
    await made.register(fastifyStatic, { root: sounds, prefix: "/sounds/", ...plainFiles, decorateReply: false });

    const page = (path: string, name: string): void => {
      made.get(path, (_request, reply) => reply.header("cache-control", "no-store").sendFile(`${name}/index.html`));
    };
    made.get("/favicon.ico", (_request, reply) => reply.code(204).send());
    page("/", "display");
    page("/guard", "guard");
    builtAs = buildOf(pages);
    made.get("/live/display", { websocket: true }, (socket) => street.add(socket, null, greeting()));
    made.get("/live/guard", { websocket: true }, (socket, request) =>
      guards.add(socket, { token: request.cookies[cookieName] }, greeting()),
    );
    if (options.rig === true) {
      page("/rig", "rig");
      made.get("/live/rig", { websocket: true }, (socket) => overview.add(socket, null, greeting()));
    }
    guardRoutes(made, {
      clock,
      sessions,
      secure: options.tls != null,
      signIn: options.signIn,
      onGuardAction: options.onGuardAction,
      onSession: (token) => guards.drop((tablet) => token === null || tablet.token === token),
    });
    await options.routes?.(made);
    return made;
  }

  return {
    display,
    rig(view: RigView): void {
      const message: RigMessage = { kind: "rig", at: Math.round(stamp()), ...view };
      const text = JSON.stringify(message);
      overview.tell(() => text);
    },
    configure(changes) {
      face = { ...face, ...changes };
      street.drop(() => true);
      guards.drop(() => true);
      overview.drop(() => true);
    },
    async start() {
      app = await build();
      try {
        await app.listen({ host: options.host, port: options.port });
      } catch (error) {
        await app.close();
        throw listenError(error, options);
      }
      const address = app.server.address();
      const port = typeof address === "object" && address !== null ? address.port : options.port;
      logger.info("pages are served", { port, tls: options.tls != null });
      return { port };
    },
    async stop() {
      for (const channel of [street, guards, overview]) channel.stop();
      await app?.close();
      app = null;
    },
  };
}

function fastify(tls: { readonly cert: string; readonly key: string } | null): FastifyInstance {
  const common = { bodyLimit: BODY_LIMIT, trustProxy: false, forceCloseConnections: true, requestTimeout: 10_000 };
  // The two kinds of server differ in type only; nothing here depends on which it is.
  return tls === null ? Fastify(common) : (Fastify({ ...common, https: { ...tls } }) as unknown as FastifyInstance);
}

/** Checks that hold for every route, those of others included. */
function guardTheDoor(app: FastifyInstance, options: WebOptions): void {
  const scheme = options.tls != null ? "https" : "http";
  const known = new Set(["localhost", "127.0.0.1", "[::1]", options.host, ...(options.names ?? [])]);
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header("permissions-policy", PERMISSIONS);
    reply.header("cache-control", "no-cache");
    const reads = request.method === "GET" || request.method === "HEAD";
    const opens = request.headers.upgrade !== undefined;
    // Nobody reads an upgraded socket that was refused, so nobody would notice that the other end left.
    if (opens) reply.raw.once("finish", () => request.raw.socket.destroy());
    if (!knownHost(request.headers.host, known)) return reply.code(421).send({ error: "unknown host" });
    if ((!reads || opens) && !sameOrigin(request.headers, scheme))
      return reply.code(403).send({ error: "only pages of this kiosk may ask" });
  });
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) options.logger.error("a request failed", { status });
    return reply.code(status).send({ ok: false, why: status >= 500 ? "failed" : "refused" });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ ok: false, why: "nothing here" }));
}

function setupOf({ lane, site, look = {}, firstCode = null }: Face, build: string): Setup {
  const outline = (address: string | null | undefined) => (address == null ? null : qrOutline(address));
  return {
    kind: "setup",
    build,
    lane,
    site,
    measureAt: look.measureAt ?? "forehead",
    size: look.size ?? "normal",
    pace: look.pace ?? "normal",
    pageSounds: look.pageSounds ?? false,
    languages: look.languages ?? ["zh", "en"],
    orientation: look.orientation ?? "auto",
    convert: outline(look.convertAddress),
    placeCode: outline(look.placeCode),
    firstCode,
  };
}

/** A folder beside the sources or beside the built package. */
function found(what: string, places: readonly string[]): string {
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const folder = folders.find(existsSync);
  if (folder === undefined)
    throw new WebError("GL-5001", `${what} are missing at ${folders.join(" and ")}; run \`npm run prepare\``);
  return folder;
}

/** Names the build of the pages, so that an open page can tell that it is outdated. */
function buildOf(pages: string): string {
  const stamp = join(pages, "build.txt");
  return existsSync(stamp) ? readFileSync(stamp, "utf8").trim() : randomBytes(6).toString("hex");
}

function listenError(error: unknown, options: WebOptions): unknown {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  const where = `${options.host}:${options.port}`;
  if (code === "EADDRINUSE")
    return new WebError("GL-5002", `${where} is taken by another program; end it or choose another port with --port`);
  if (code === "EACCES") return new WebError("GL-5002", `${where} may not be opened; choose a port above 1023`);
  if (code === "EADDRNOTAVAIL") return new WebError("GL-5002", `this machine has no address ${options.host}`);
  return error;
}
