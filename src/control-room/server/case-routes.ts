import type { FastifyInstance, FastifyRequest } from "fastify";
import Type, { type Static } from "typebox";
import type { RoomCaseDetail, RoomMoment } from "../../core/room.ts";
import { type Instant, instant } from "../../core/units.ts";
import type { EventBody } from "../../protocol/envelope.ts";
import { acknowledge, type Case, longestReason, type Outcome, resolve, shelve, unshelve } from "../cases/case.ts";
import type { KeyRing } from "../retention/key-ring.ts";
import type { RoomView } from "../room-view.ts";
import type { AuditAction, AuditLog, AuditWord } from "../store/audit.ts";
import type { CaseStore } from "../store/cases.ts";
import type { EventStore } from "../store/events.ts";
import { longestNote, type NoteStore } from "../store/notes.ts";
import type { NoticeStore } from "../store/notices.ts";
import { asker, type Door, needs } from "./door.ts";

/** Most cases of one batch (SCREENS, keys: X). */
export const mostAtOnce = 200;

const CaseId = Type.String({ pattern: "^C-[0-9]{6}-[0-9]{4,9}$" });
const Params = Type.Object({ id: CaseId });
const Shelf = Type.Object(
  { until: Type.Integer(), reason: Type.String({ maxLength: longestReason }) },
  { additionalProperties: false },
);
const NoteText = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: longestNote }) },
  { additionalProperties: false },
);
const Batch = Type.Object(
  { ids: Type.Array(CaseId, { minItems: 1, maxItems: mostAtOnce }) },
  { additionalProperties: false },
);

export interface CaseRouteDeps {
  readonly cases: CaseStore;
  readonly events: EventStore;
  readonly notices: NoticeStore;
  readonly notes: NoteStore;
  readonly audit: AuditLog;
  readonly keyRing: KeyRing;
  readonly view: RoomView;
}
type WithId = { Params: Static<typeof Params> };

/** What operators do with a case. A refusal is 409 with its reason from the closed list. */
export function caseRoutes(app: FastifyInstance, door: Door, deps: CaseRouteDeps): void {
  const { clock } = door;
  const operator = { preHandler: needs(door, "operator") };

  const act = async (
    request: FastifyRequest,
    id: string,
    action: AuditAction,
    apply: (one: Case, who: string, at: Instant) => Outcome,
    detail: AuditWord["detail"] = {},
  ): Promise<{ status: number; body: object }> => {
    const who = asker(request).operator.id;
    const at = clock.wall().at;
    const outcome = await deps.cases.act(id, (one) => apply(one, who, at), { who, at, action, detail });
    if (outcome === null) return { status: 404, body: { error: "no-case" } };
    return outcome.ok ? { status: 200, body: { ok: true } } : { status: 409, body: { error: outcome.refusal } };
  };

  const simple = (
    action: "acknowledge" | "resolve" | "unshelve",
    apply: (one: Case, who: string, at: Instant) => Outcome,
  ) =>
    app.post<WithId>(
      `/api/cases/:id/${action}`,
      { ...operator, schema: { params: Params } },
      async (request, reply) => {
        const { status, body } = await act(request, request.params.id, action, apply);
        return reply.code(status).send(body);
      },
    );
  simple("acknowledge", acknowledge);
  simple("resolve", resolve);
  simple("unshelve", (one, _who, at) => unshelve(one, at));

  app.post<WithId & { Body: Static<typeof Shelf> }>(
    "/api/cases/:id/shelve",
    { ...operator, schema: { params: Params, body: Shelf } },
    async (request, reply) => {
      const { until, reason } = request.body;
      const end = instant(Math.max(0, until));
      const { status, body } = await act(
        request,
        request.params.id,
        "shelve",
        (one, who, at) => shelve(one, who, at, end, reason),
        { until: end, reason: reason.trim() },
      );
      return reply.code(status).send(body);
    },
  );

  app.post<WithId & { Body: Static<typeof NoteText> }>(
    "/api/cases/:id/note",
    { ...operator, schema: { params: Params, body: NoteText } },
    async (request, reply) => {
      const note = { at: clock.wall().at, who: asker(request).operator.id, text: request.body.text };
      const kept = await deps.notes.add(request.params.id, note);
      return kept ? { ok: true } : reply.code(404).send({ error: "no-case" });
    },
  );

  app.post<{ Body: Static<typeof Batch> }>(
    "/api/acknowledge",
    { ...operator, schema: { body: Batch } },
    async (request) => {
      const refused: string[] = [];
      for (const id of request.body.ids) {
        const { status } = await act(request, id, "acknowledge", acknowledge);
        if (status !== 200) refused.push(id);
      }
      return { ok: true, refused };
    },
  );

  app.get<WithId>(
    "/api/cases/:id",
    { preHandler: needs(door, "watcher"), schema: { params: Params } },
    async (request, reply) => {
      const detail = await detailOf(deps, request.params.id);
      return detail ?? reply.code(404).send({ error: "no-case" });
    },
  );

  // Entered in the log first: a subject that was sent without an entry would be one too many.
  app.post<WithId>("/api/cases/:id/subject", { ...operator, schema: { params: Params } }, async (request, reply) => {
    const { id } = request.params;
    const sealed = await deps.events.sealedOf([id]);
    const subjects = sealed.flatMap((event) => {
      const place = `${event.src} ${event.epoch} ${event.seq}`;
      return deps.keyRing.open(event.sealed, event.seal_day, place)?.subject ?? [];
    });
    if (subjects.length === 0) return reply.code(410).send({ error: "erased" });
    await deps.audit.record({
      at: clock.wall().at,
      who: asker(request).operator.id,
      action: "decrypt",
      caseId: id,
      detail: { subjects: subjects.length },
    });
    return { jwe: subjects };
  });
}

async function detailOf(deps: CaseRouteDeps, id: string): Promise<RoomCaseDetail | null> {
  const [one] = await deps.cases.get([id]);
  if (one === undefined) return null;
  const [row] = await deps.view.rows([one]);
  if (row === undefined) return null;
  const [events, entries, notes, notices] = await Promise.all([
    deps.events.ofCase(id),
    deps.audit.ofCase(id),
    deps.notes.of(id),
    deps.notices.ofCase(id),
  ]);
  const moments: RoomMoment[] = [];
  let tries = 0;
  for (const event of events.slice(-200)) {
    const body = JSON.parse(event.body) as EventBody & { epoch: string };
    tries += 1;
    const detail = {
      ...body.detail,
      try: tries,
      seq: event.seq,
      received: event.received,
      late: event.received - event.at > 30_000,
    };
    moments.push({ at: event.at, kind: "event", what: event.type, who: body.who ?? null, text: null, detail });
  }
  for (const entry of entries)
    if (entry.action !== "note")
      moments.push({
        at: entry.at,
        kind: "action",
        what: entry.action,
        who: entry.who,
        text: null,
        detail: entry.detail,
      });
  for (const note of notes)
    moments.push({ at: note.at, kind: "note", what: "note", who: note.who, text: note.text, detail: {} });
  for (const notice of notices)
    if (notice.doneAt !== null)
      moments.push({
        at: notice.doneAt,
        kind: "notice",
        what: notice.addressee,
        who: null,
        text: null,
        detail: { stage: notice.stage },
      });
  const site = one.src.slice(0, one.src.lastIndexOf("/") + 1);
  const nearby = deps.view.cases().filter((other) => other.id !== id && other.src.startsWith(site));
  return {
    case: row,
    moments: moments.sort((a, b) => b.at - a.at),
    shelfReason: one.shelved?.reason ?? null,
    notices: notices.map(({ addressee, stage, doneAt, failure }) => ({ addressee, stage, doneAt, failure })),
    nearby: nearby.sort((a, b) => b.openedAt - a.openedAt).slice(0, 8),
  };
}
