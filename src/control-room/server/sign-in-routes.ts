import type { FastifyInstance } from "fastify";
import Type, { type Static } from "typebox";
import type { Me, Role } from "../../core/room.ts";
import { type AuditLog, operatorPut } from "../store/audit.ts";
import { operatorIdPattern, type Session, shortestPassword } from "../store/people.ts";
import { asker, cookieName, type Door, needs, sameOrigin } from "./door.ts";

const Credentials = Type.Object(
  { id: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
);
const NewPassword = Type.Object(
  {
    old: Type.String({ maxLength: 200 }),
    password: Type.String({ minLength: shortestPassword, maxLength: 200 }),
  },
  { additionalProperties: false },
);
const NewOperator = Type.Object(
  {
    id: Type.String({ pattern: operatorIdPattern }),
    role: Type.Union([Type.Literal("watcher"), Type.Literal("operator"), Type.Literal("supervisor")]),
    password: Type.String({ minLength: shortestPassword, maxLength: 200 }),
  },
  { additionalProperties: false },
);

const meOf = (session: Session): Me => ({
  id: session.operator.id,
  role: session.operator.role,
  csrf: session.csrf,
  mustChange: session.operator.mustChange,
});

/** Sign-in, sign-out, one's own password, and the supervisor's list of operators. */
export function signInRoutes(app: FastifyInstance, door: Door, audit: AuditLog): void {
  const { people, clock, secure } = door;
  const cookie = { httpOnly: true, sameSite: "strict" as const, path: "/", secure };

  app.post<{ Body: Static<typeof Credentials> }>(
    "/api/sign-in",
    { schema: { body: Credentials } },
    async (request, reply) => {
      if (!sameOrigin(request)) return reply.code(403).send({ error: "csrf" });
      const { id, password } = request.body;
      const at = clock.wall().at;
      const known = new RegExp(operatorIdPattern).test(id);
      const keys = [`ip ${request.ip}`, ...(known ? [`id ${id}`] : [])];
      if (!(await people.mayTry(keys, at))) return reply.code(429).send({ error: "wait" });
      // Counted before the check, so that tries at the same time can't slip through.
      await people.countAttempt(keys, at);
      const operator = known ? await people.check(id, password) : null;
      if (operator === null) {
        await audit.record({ at, who: known ? id : "unknown", action: "sign-in-failed", caseId: null, detail: {} });
        return reply.code(401).send({ error: "sign-in" });
      }
      for (const key of keys) await people.forgetAttempts(key);
      const { token, csrf } = await people.begin(operator.id, at);
      await audit.record({ at, who: operator.id, action: "sign-in", caseId: null, detail: {} });
      return reply.setCookie(cookieName(secure), token, cookie).send(meOf({ operator, csrf }));
    },
  );

  app.get("/api/me", { preHandler: needs(door, "watcher") }, async (request) => meOf(asker(request)));

  app.post("/api/sign-out", { preHandler: needs(door, "watcher") }, async (request, reply) => {
    const token = request.cookies[cookieName(secure)];
    if (token !== undefined) await people.end(token);
    await audit.record({
      at: clock.wall().at,
      who: asker(request).operator.id,
      action: "sign-out",
      caseId: null,
      detail: {},
    });
    return reply.clearCookie(cookieName(secure), cookie).send({ ok: true });
  });

  app.post<{ Body: Static<typeof NewPassword> }>(
    "/api/password",
    { preHandler: needs(door, "watcher"), schema: { body: NewPassword } },
    async (request, reply) => {
      const { operator } = asker(request);
      const at = clock.wall().at;
      const keys = [`id ${operator.id}`];
      if (!(await people.mayTry(keys, at))) return reply.code(429).send({ error: "wait" });
      await people.countAttempt(keys, at);
      if ((await people.check(operator.id, request.body.old)) === null)
        return reply.code(401).send({ error: "sign-in" });
      await people.forgetAttempts(`id ${operator.id}`);
      await people.put(operator.id, operator.role, request.body.password, at, false, (session) =>
        audit.append(session, [{ at, who: operator.id, action: "password-changed", caseId: null, detail: {} }]),
      );
      const { token, csrf } = await people.begin(operator.id, at);
      return reply
        .setCookie(cookieName(secure), token, cookie)
        .send(meOf({ operator: { ...operator, mustChange: false }, csrf }));
    },
  );

  app.get("/api/operators", { preHandler: needs(door, "supervisor") }, () => people.all());

  app.post<{ Body: Static<typeof NewOperator> }>(
    "/api/operators",
    { preHandler: needs(door, "supervisor"), schema: { body: NewOperator } },
    async (request) => {
      const { id, role, password } = request.body;
      const at = clock.wall().at;
      const who = asker(request).operator.id;
      await people.put(id, role as Role, password, at, true, (session, wasThere) =>
        audit.append(session, [operatorPut({ at, who, wasThere, detail: { operator: id, role } })]),
      );
      return { ok: true };
    },
  );

  app.delete<{ Params: { id: string } }>(
    "/api/operators/:id",
    { preHandler: needs(door, "supervisor") },
    async (request, reply) => {
      const { id } = request.params;
      const who = asker(request).operator.id;
      if (id === who) return reply.code(409).send({ error: "self" });
      await people.disable(id);
      await audit.record({
        at: clock.wall().at,
        who,
        action: "operator-changed",
        caseId: null,
        detail: { operator: id.slice(0, 32), role: "disabled" },
      });
      return { ok: true };
    },
  );
}
