import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import fastifyRateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import fastifyWebsocket from "@fastify/websocket";
import type { FastifyInstance } from "fastify";
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
import { hours, instant, type Millis, minutes, seconds, since } from "../core/units.ts";
import type { GuardAction, GuardAnswer, GuardView, StreetView } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";
import type { Display } from "../ports/display.ts";
import type { Logger } from "../ports/logger.ts";
import type { LinkState } from "../ports/orders.ts";
import { behind, type Door, listen } from "./door.ts";
import { guardRoutes, tokenOf } from "./guard-routes.ts";
import { guardSight } from "./guard-sight.ts";
import { securityHeaders } from "./headers.ts";
import { LiveChannel } from "./live-channel.ts";
import { PinTries } from "./pin-tries.ts";
import type { Guard } from "./pins.ts";
import { qrOutline } from "./qr-outline.ts";
import { Sessions } from "./sessions.ts";
import { WebError } from "./web-error.ts";

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
  /** On the loopback, where the board's own screen and the demo look. 0 is any free port. */
  readonly port: number;
  /** A second door, for the guard's tablet on the site's network. */
  readonly network?: Door | null;
  /** Further names that the server may be called by now, without port, as the guard's tablet writes them. */
  readonly names?: () => readonly string[];
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
  /** @throws WebError GL-5001 without built pages, GL-5002 where the port of the board's own door is taken. */
  start(): Promise<{ readonly port: number }>;
  stop(): Promise<void>;
}

interface Tablet {
  readonly token: string | undefined;
}

/** Files of the two folders only, and no say in caching: the header of every answer asks to look again. */
const plainFiles = { index: false, dotfiles: "deny", cacheControl: false } as const;
const MINUTE = minutes(1);
const SHIFT = hours(8);
const LOOPBACK = "127.0.0.1";
const LISTEN_AGAIN = seconds(5);
const FRAME_LIMIT = 1024;

/** The kiosk's server. Nothing listens and nothing is read before `start()`. */
export function createWeb(options: WebOptions): Web {
  const { clock, stamp = () => clock.monotonic() } = options;
  const logger = options.logger.child("web");
  const street = new LiveChannel<null>(clock);
  const guards = new LiveChannel<Tablet>(clock);
  const overview = new LiveChannel<null>(clock);
  const sessions = new Sessions(clock, options.shift ?? SHIFT, (guard) => options.onShift?.(guard));
  const pins = new PinTries(clock, options.signIn);
  const apps: FastifyInstance[] = [];
  let stopped = false;
  let cancel = (): void => {};
  let face: Face = options;
  let builtAs = "";
  /** The one-time code is for whoever stands before the board. */
  const greeting = (door: Door): string =>
    JSON.stringify(setupOf(door.tls === null ? face : { ...face, firstCode: null }, builtAs));

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

  async function build(door: Door): Promise<FastifyInstance> {
    const pages = options.pages ?? found("the pages", ["../../dist/ui", "../../ui"]);
    const made = behind(door, options.names ?? (() => []), logger);
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
    made.get("/live/display", { websocket: true }, (socket) => street.add(socket, null, greeting(door), door));
    made.get("/live/guard", { websocket: true }, (socket, request) =>
      guards.add(socket, { token: tokenOf(request) }, greeting(door), door),
    );
    if (options.rig === true) {
      page("/rig", "rig");
      made.get("/live/rig", { websocket: true }, (socket) => overview.add(socket, null, greeting(door), door));
    }
    guardRoutes(made, {
      clock,
      sessions,
      pins,
      onGuardAction: options.onGuardAction,
      onSession: (token) => guards.drop((tablet) => token === null || tablet.token === token),
    });
    await options.routes?.(made);
    apps.push(made);
    return made;
  }

  async function open(door: Door, app: FastifyInstance): Promise<number> {
    const port = await listen(app, door);
    logger.info("pages are served", { host: door.host, port, tls: door.tls !== null });
    return port;
  }

  /** A network that isn't up yet keeps no lane from starting: its door opens once the address is there. */
  async function openOnceThere(door: Door, app: FastifyInstance, told = false): Promise<void> {
    try {
      await open(door, app);
    } catch (error) {
      if (stopped) return;
      const why = error instanceof WebError ? error.message : "the door can't be opened";
      if (!told) logger.warn(`${why}; trying again`, { code: "GL-5002" });
      cancel = clock.after(LISTEN_AGAIN, () => void openOnceThere(door, app, true));
    }
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
      const own: Door = { host: LOOPBACK, port: options.port, tls: null };
      const port = await open(own, await build(own));
      if (options.network != null) await openOnceThere(options.network, await build(options.network));
      return { port };
    },
    async stop() {
      stopped = true;
      cancel();
      for (const channel of [street, guards, overview]) channel.stop();
      await Promise.all(apps.splice(0).map((app) => app.close()));
    },
  };
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
