import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Role } from "../../core/room.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PeopleStore, Session } from "../store/people.ts";
import { roles } from "../store/people.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set for every route that asked for a role. */
    room: Session | null;
  }
}

/** No inline code, nothing from elsewhere, no frames (CSP level 3). */
export const contentPolicy = {
  useDefaults: false,
  directives: {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "font-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
  },
} as const;

export const cookieName = (secure: boolean): string => (secure ? "__Host-gl-room" : "gl-room");

export interface Door {
  readonly people: PeopleStore;
  readonly clock: Clock;
  readonly secure: boolean;
}

/** Whether the request was made by the page of this host: what a browser says in `Origin`, which no page can forge. */
export function sameOrigin(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || host === undefined) return false;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

/** A handler for those who hold `least` or more; 401 without a session, 403 below the role or without the CSRF token. */
export function needs(door: Door, least: Role) {
  const rank = roles.indexOf(least);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const token = request.cookies[cookieName(door.secure)];
    const session = await door.people.session(token, door.clock.wall().at);
    if (session === null) return reply.code(401).send({ error: "sign-in" });
    const changes = request.method !== "GET" && request.method !== "HEAD";
    if (changes && (!sameOrigin(request) || request.headers["x-csrf"] !== session.csrf))
      return reply.code(403).send({ error: "csrf" });
    if (roles.indexOf(session.operator.role) < rank) return reply.code(403).send({ error: "role" });
    // Somebody else set this password: until it is changed, it opens nothing but the change itself.
    if (
      session.operator.mustChange &&
      request.routeOptions.url !== "/api/password" &&
      request.routeOptions.url !== "/api/me"
    )
      return reply.code(403).send({ error: "password" });
    request.room = session;
    return undefined;
  };
}

/** Who asks; only behind `needs`. */
export function asker(request: FastifyRequest): Session {
  if (request.room === null) throw new Error("a route without a role asked who it is");
  return request.room;
}

export function decorate(app: FastifyInstance): void {
  app.decorateRequest("room", null);
}
