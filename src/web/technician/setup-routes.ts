/** Routes of the installation: maintenance, wizard, certificate files, self-tests, calibration, test alert, staff. */
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { valueAt, withValue } from "../../config/walk.ts";
import { keyFileKinds, wizardSteps } from "../../core/panel.ts";
import { celsius } from "../../core/units.ts";
import type { Position } from "../../ports/event-log.ts";
import { type CalibrationPoint, calibrationRecord, measurePoint, twoPoints } from "../../service/calibrate.ts";
import { allChecks, doctor } from "../../service/doctor.ts";
import { keepKeyFile, keyFileFields, LONGEST_KEY_FILE, lookAtKeyFile } from "../../service/key-files.ts";
import { selftest, selftestParts } from "../../service/selftest/selftest.ts";
import { bodyOf, notThat } from "./body.ts";
import type { Panel } from "./panel-parts.ts";

const closed = { additionalProperties: false };
const oneOf = <const T extends string>(values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));
const id = Type.String({ pattern: "^[a-z0-9-]{1,32}$" });
const serial = Type.String({ pattern: "^[A-Za-z0-9._-]{1,40}$" });

const bodies = {
  maintenance: Type.Object({ on: Type.Boolean() }, closed),
  wizard: Type.Object({ step: oneOf(wizardSteps), state: oneOf(["open", "done", "skipped", "go-to"]) }, closed),
  checks: Type.Object({ ids: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 60 }) }, closed),
  file: Type.Object(
    { kind: oneOf(keyFileKinds), text: Type.String({ maxLength: LONGEST_KEY_FILE }), take: Type.Boolean() },
    closed,
  ),
  selftest: Type.Object({ part: oneOf(selftestParts) }, closed),
  point: Type.Object({ which: oneOf(["low", "high"]), reference: Type.Number({ minimum: -70, maximum: 400 }) }, closed),
  calibration: Type.Object({ serial, sensor: serial }, closed),
  staff: Type.Object({ id, pin: Type.String({ pattern: "^\\d{6}$" }), supervisor: Type.Boolean() }, closed),
  person: Type.Object({ id }, closed),
} as const;

/** Adds the routes; all need a session. */
export function setupRoutes(app: FastifyInstance, panel: Panel): void {
  const { bench, access, wizard, directory, settings } = panel;
  const guarded = { preHandler: access.guard, bodyLimit: 24 * 1024 };
  const points = new Map<"low" | "high", CalibrationPoint>();
  let sent: Position | null = null;
  let received = false;
  bench.events.onReceived((upTo) => {
    if (sent !== null && upTo.epoch === sent.epoch && upTo.seq >= sent.seq) received = true;
  });

  app.post("/technician/api/maintenance", guarded, async (request, reply) => {
    const body = bodyOf(bodies.maintenance, request.body);
    if (body === null) return reply.code(400).send(notThat);
    const answer = await bench.setMaintenance(body.on);
    return answer.ok ? { ok: true, mode: bench.mode() } : reply.code(409).send(answer);
  });

  app.post("/technician/api/wizard", guarded, async (request, reply) => {
    const body = bodyOf(bodies.wizard, request.body);
    if (body === null) return reply.code(400).send(notThat);
    return body.state === "go-to" ? wizard.goTo(body.step) : wizard.finish(body.step, body.state);
  });

  app.post("/technician/api/checks", guarded, async (request, reply) => {
    const body = bodyOf(bodies.checks, request.body);
    if (body === null) return reply.code(400).send(notThat);
    const { config } = settings.current();
    const checks = allChecks.filter((check) => body.ids.includes(check.id));
    const results = [];
    for await (const result of doctor(
      { config, host: panel.host, now: bench.clock.wall(), guards: panel.staff.entries().length },
      checks,
    ))
      results.push(result);
    return { results };
  });

  app.post("/technician/api/files", guarded, async (request, reply) => {
    const body = bodyOf(bodies.file, request.body);
    if (body === null) return reply.code(400).send(notThat);
    const { kind, text, take } = body;
    const seen = lookAtKeyFile(kind, text);
    if (!seen.ok) return reply.code(422).send(seen);
    const field = keyFileFields[kind];
    if (!take) return { ...seen, field };
    const used = Object.values(keyFileFields).map((each) => String(valueAt(settings.raw(), each) ?? ""));
    return { ...seen, field, path: keepKeyFile(directory, kind, text, used) };
  });

  app.post("/technician/api/selftest", guarded, async (request, reply) => {
    const body = bodyOf(bodies.selftest, request.body);
    return body === null ? reply.code(400).send(notThat) : selftest(body.part, bench);
  });

  app.post("/technician/api/calibration/point", guarded, async (request, reply) => {
    const body = bodyOf(bodies.point, request.body);
    if (body === null || bench.thermometer === null) return reply.code(400).send(notThat);
    points.delete(body.which);
    const result = await measurePoint(bench.clock, bench.thermometer, celsius(body.reference));
    if (!result.ok) return reply.code(422).send(result);
    points.set(body.which, result.point);
    return result;
  });

  app.post("/technician/api/calibration/result", guarded, async (request, reply) => {
    const body = bodyOf(bodies.calibration, request.body);
    const [low, high] = [points.get("low"), points.get("high")];
    if (body === null) return reply.code(400).send(notThat);
    if (low === undefined || high === undefined)
      return reply.code(409).send({ ok: false, code: "GL-2151", why: "measure both points first" });
    const result = twoPoints(low, high);
    if (!result.ok) return reply.code(422).send(result);
    const by = access.session(request)?.by ?? "technician";
    const record = calibrationRecord(result, bench.clock.wall().at, body.serial, body.sensor, by);
    const applied = await settings.apply(withValue(settings.raw(), "temperature.calibration", record), by, panel.trial);
    return applied.ok ? { ...result, version: applied.version } : reply.code(409).send(applied);
  });

  app.post("/technician/api/alert", guarded, async () => {
    received = false;
    sent = await bench.sendTestAlert();
    return { ok: true, seq: sent.seq };
  });
  app.get("/technician/api/alert", guarded, async () => ({ sent: sent !== null, received }));

  app.get("/technician/api/staff", guarded, async () => ({
    staff: panel.staff.entries().map(({ id: who, supervisor }) => ({ id: who, supervisor })),
  }));
  app.post("/technician/api/staff", guarded, async (request, reply) => {
    const body = bodyOf(bodies.staff, request.body);
    if (body === null) return reply.code(400).send(notThat);
    const answer = await panel.staff.put(body.id, body.pin, body.supervisor);
    return answer.ok ? answer : reply.code(422).send(answer);
  });
  app.post("/technician/api/staff/remove", guarded, async (request, reply) => {
    const body = bodyOf(bodies.person, request.body);
    if (body === null) return reply.code(400).send(notThat);
    return { ok: panel.staff.remove(body.id) };
  });
}
