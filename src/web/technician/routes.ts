/** The technician's panel on the kiosk's server: give `technicianRoutes(panel)` to `createWeb` as its further routes. */
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { formToken } from "./access.ts";
import { bodyOf, notThat } from "./body.ts";
import { configRoutes } from "./config-routes.ts";
import { healthRoutes } from "./health-routes.ts";
import { PanelLive } from "./live.ts";
import type { Panel } from "./panel-parts.ts";
import { previewOf } from "./preview.ts";
import { setupRoutes } from "./setup-routes.ts";

const signInBody = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 64 }), by: Type.String({ pattern: "^[a-z0-9-]{1,32}$" }) },
  { additionalProperties: false },
);
const codeBody = Type.Object({ code: Type.String({ maxLength: 64 }) }, { additionalProperties: false });

/** The panel's routes, for `createWeb({ routes })`. */
export function technicianRoutes(panel: Panel): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    const { access, bench, settings } = panel;
    const live = new PanelLive(bench);
    app.addHook("onClose", async () => live.stop());

    app.get("/technician", (_request, reply) =>
      reply.header("cache-control", "no-store").sendFile("technician/index.html"),
    );

    app.get("/technician/api/state", async (request) => {
      const token = access.tokenOf(request);
      const session = access.session(request);
      const { lane, site } = settings.current().config;
      const tag = { number: lane.number, arrow: lane.arrow, name: lane.name, site: site.name, program: panel.program };
      const base = { isNew: panel.code.isNew(), tag };
      if (token === undefined || session === null) return { ...base, session: null };
      return {
        ...base,
        session: { ...session, token: formToken(token) },
        mode: bench.mode(),
        wizard: panel.wizard.state(),
        troubles: bench.troubles().length,
      };
    });

    app.post(
      "/technician/api/sign-in",
      { config: { rateLimit: { max: 30, timeWindow: 60_000 } } },
      async (request, reply) => {
        const body = bodyOf(signInBody, request.body);
        return body === null ? reply.code(400).send(notThat) : access.signIn(body.code, body.by, request, reply);
      },
    );

    app.post("/technician/api/sign-out", { preHandler: access.guard }, async (request, reply) => {
      access.signOut(request, reply);
      return { ok: true };
    });

    app.post("/technician/api/code", { preHandler: access.guard }, async (request, reply) => {
      const body = bodyOf(codeBody, request.body);
      if (body === null) return reply.code(400).send(notThat);
      try {
        await panel.code.set(body.code);
      } catch (error) {
        return reply.code(422).send({
          ok: false,
          code: "GL-5010",
          why: error instanceof RangeError ? error.message : "the code could not be kept",
        });
      }
      access.sessions.endOthers(access.tokenOf(request));
      panel.codeKept();
      return { ok: true };
    });

    app.get(
      "/technician/api/preview.jpg",
      { preHandler: access.guard, config: { rateLimit: { max: 900, timeWindow: 60_000 } } },
      async (_request, reply) => {
        // A picture of whoever stands at the lane is nobody's business while people pass.
        if (bench.mode() !== "maintenance")
          return reply.code(409).send({ ok: false, code: "GL-5026", why: "only in local maintenance mode" });
        const frame = live.frame();
        if (frame === null)
          return reply.code(404).send({ ok: false, code: "GL-2054", why: "the camera gives no pictures" });
        return reply
          .header("content-type", "image/jpeg")
          .header("cache-control", "no-store")
          .send(await previewOf(frame));
      },
    );

    app.post("/technician/api/awake", { preHandler: access.guard }, async () => ({ ok: true }));

    app.get("/technician/live", { websocket: true, preValidation: access.guard }, (socket, request) =>
      live.add(socket, () => access.session(request) !== null),
    );

    setupRoutes(app, panel);
    configRoutes(app, panel);
    healthRoutes(app, panel);
  };
}
