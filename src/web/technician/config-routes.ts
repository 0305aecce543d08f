/** Routes of the configuration: fields for the form, preview, apply with automatic return, history, provisioning. */
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { laneFields, needsRestart, wordsOf } from "../../config/describe.ts";
import { nullable, plain, valueAt, withValue } from "../../config/walk.ts";
import type { FormField } from "../../core/panel.ts";
import { bodyOf, notThat } from "./body.ts";
import type { Panel } from "./panel-parts.ts";

const bodies = {
  changes: Type.Object(
    { changes: Type.Record(Type.String({ maxLength: 120 }), Type.Unknown()) },
    { additionalProperties: false },
  ),
  version: Type.Object({ version: Type.Integer({ minimum: 1, maximum: 999_999 }) }, { additionalProperties: false }),
  token: Type.Object({ token: Type.String({ maxLength: 4000 }) }, { additionalProperties: false }),
} as const;

/** Adds the routes; all need a session. */
export function configRoutes(app: FastifyInstance, panel: Panel): void {
  const { access, settings, trial } = panel;
  const guarded = { preHandler: access.guard, bodyLimit: 64 * 1024 };
  const known = new Set(laneFields().map((field) => field.path));

  /** The file with the changes in it; null where one names no field. */
  const changed = (changes: Readonly<Record<string, unknown>>): Record<string, unknown> | null => {
    let file = settings.raw();
    for (const [path, value] of Object.entries(changes)) {
      if (!known.has(path)) return null;
      file = withValue(file, path, value === undefined ? null : value);
    }
    return file;
  };

  app.get("/technician/api/config", guarded, async () => {
    const { file, notes } = settings.current();
    return { fields: formFields(file), notes };
  });

  app.post("/technician/api/config/preview", guarded, async (request, reply) => {
    const body = bodyOf(bodies.changes, request.body);
    const file = body === null ? null : changed(body.changes);
    return file === null ? reply.code(400).send(notThat) : settings.preview(file);
  });

  app.post("/technician/api/config/apply", guarded, async (request, reply) => {
    const body = bodyOf(bodies.changes, request.body);
    const file = body === null ? null : changed(body.changes);
    if (file === null) return reply.code(400).send(notThat);
    const applied = await settings.apply(file, access.session(request)?.by ?? "technician", trial);
    return applied.ok ? applied : reply.code(applied.code === "GL-1020" ? 422 : 409).send(applied);
  });

  app.get("/technician/api/config/history", guarded, async () => ({ history: settings.history() }));
  app.post("/technician/api/config/return", guarded, async (request, reply) => {
    const body = bodyOf(bodies.version, request.body);
    const file = body === null ? null : settings.fileOf(body.version);
    if (file === null) return reply.code(404).send({ ok: false, code: "GL-1024", why: "there is no such version" });
    const applied = await settings.apply(file, access.session(request)?.by ?? "technician", trial);
    return applied.ok ? applied : reply.code(409).send(applied);
  });

  app.get("/technician/api/provisioning", guarded, async () => ({
    challenge: panel.provisioning?.challenge() ?? null,
  }));
  app.post("/technician/api/provisioning", guarded, async (request, reply) => {
    const body = bodyOf(bodies.token, request.body);
    if (body === null || panel.provisioning === null) return reply.code(400).send(notThat);
    const result = await panel.provisioning.accept(body.token, settings.raw(), panel.bench.clock.wall());
    if (!result.ok) return reply.code(422).send(result);
    const applied = await settings.apply(result.file, result.by, trial);
    return applied.ok ? applied : reply.code(409).send(applied);
  });
}

/** A text in both languages (config, `words`). */
const isWords = (node: { readonly properties?: Record<string, unknown> }): boolean =>
  Object.keys(node.properties ?? {}).join() === "zh,en";

/** The form's fields with their present values. */
export function formFields(file: unknown): FormField[] {
  return laneFields()
    .filter((field) => field.path !== "version")
    .map((field) => {
      const inner = plain(field.node);
      const rule = inner["x-quantity"];
      const control =
        rule !== undefined
          ? "quantity"
          : inner.enum !== undefined
            ? "choice"
            : inner.type === "boolean"
              ? "yes-no"
              : inner.type === "integer" || inner.type === "number"
                ? "whole"
                : inner.type === "string"
                  ? "text"
                  : isWords(inner)
                    ? "words"
                    : "json";
      return {
        path: field.path,
        ...wordsOf(field),
        control,
        choices: inner.enum ?? [],
        from: rule?.from ?? (inner.minimum === undefined ? null : String(inner.minimum)),
        to: rule?.to ?? (inner.maximum === undefined ? null : String(inner.maximum)),
        optional: nullable(field.node),
        restart: needsRestart(field),
        clause: inner["x-clause"] ?? null,
        fallback: field.node.default ?? null,
        value: valueAt(file, field.path) ?? null,
      };
    });
}
