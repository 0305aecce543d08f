import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { since } from "../core/units.ts";
import type { GuardAction, GuardAnswer } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";
import { guardRequest, needsSupervisor } from "./guard-requests.ts";
import type { PinAnswer, PinTries } from "./pin-tries.ts";
import { isPin } from "./pins.ts";
import { sessionCookie } from "./session-cookie.ts";
import type { Session, Sessions } from "./sessions.ts";

export interface GuardRouteOptions {
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly pins: PinTries;
  readonly onGuardAction: (action: GuardAction, guard: string | null, supervisor: boolean) => Promise<GuardAnswer>;
  /** The session ended or began: the tablets of this token connect anew. */
  readonly onSession: (token: string | null) => void;
}

/** Sign-in, sign-out and the guard's actions, all as POST with a small JSON body. */
export function guardRoutes(app: FastifyInstance, options: GuardRouteOptions): void {
  const { clock, sessions, pins } = options;
  const sessionOf = (request: FastifyRequest): Session | null => sessions.of(tokenOf(request));

  const refuse = (reply: FastifyReply, answer: Exclude<PinAnswer, { guard: unknown }>): FastifyReply => {
    if (answer === "wrong") return reply.code(403).send({ ok: false, why: "wrong-pin" });
    const retryInMs = Math.ceil(answer.waitMs);
    return reply
      .code(429)
      .header("retry-after", Math.ceil(retryInMs / 1000))
      .send({ ok: false, why: "too-many-tries", retryInMs });
  };

  app.post("/guard/sign-in", { config: { rateLimit: { max: 60, timeWindow: 60_000 } } }, async (request, reply) => {
    const { pin } = (request.body ?? {}) as { pin?: unknown };
    if (!isPin(pin)) return reply.code(400).send({ ok: false, why: "no-pin" });
    const answer = await pins.try(pin, request.ip);
    if (answer === "wrong" || "waitMs" in answer) return refuse(reply, answer);
    const session = sessions.begin(answer.guard);
    const cookie = cookieOf(request);
    reply.setCookie(cookie.name, session.token, {
      ...cookie.attributes,
      maxAge: Math.ceil(since(clock.monotonic(), session.ends) / 1000),
    });
    options.onSession(null);
    return { ok: true };
  });

  app.post("/guard/sign-out", async (request, reply) => {
    const session = sessionOf(request);
    if (session !== null) sessions.end(session.token);
    const cookie = cookieOf(request);
    reply.clearCookie(cookie.name, cookie.attributes);
    options.onSession(session?.token ?? null);
    return { ok: true };
  });

  app.post("/guard/actions", { config: { rateLimit: { max: 120, timeWindow: 60_000 } } }, async (request, reply) => {
    const asked = guardRequest(request.body);
    if (asked === null) return reply.code(400).send({ ok: false, why: "no-action" });
    const session = sessionOf(request);
    // Help can be called by anybody at the tablet (guard-04); everything else carries a guard's id.
    if (session === null && asked.action.kind !== "call-help")
      return reply.code(401).send({ ok: false, why: "signed-out" });
    let guard = session?.guard.id ?? null;
    if (needsSupervisor(asked.action)) {
      if (asked.pin === null) return reply.code(403).send({ ok: false, why: "supervisor-pin" });
      const answer = await pins.try(asked.pin, request.ip);
      if (answer === "wrong" || "waitMs" in answer) return refuse(reply, answer);
      if (!answer.guard.supervisor) return reply.code(403).send({ ok: false, why: "supervisor-pin" });
      guard = answer.guard.id;
    }
    return options.onGuardAction(asked.action, guard, needsSupervisor(asked.action));
  });
}

const cookieOf = (request: FastifyRequest) => sessionCookie("guard", request);

/** The guard's session of a request. */
export const tokenOf = (request: FastifyRequest): string | undefined => request.cookies[cookieOf(request).name];
