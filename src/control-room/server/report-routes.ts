import type { FastifyInstance } from "fastify";
import Type, { type Static } from "typebox";
import type { RoomStream } from "../../core/room.ts";
import { type Instant, instant } from "../../core/units.ts";
import { missing, size, union } from "../../protocol/ranges.ts";
import type { AuditLog } from "../store/audit.ts";
import type { CaseStore } from "../store/cases.ts";
import type { EventStore, Stream } from "../store/events.ts";
import type { LaneStore } from "../store/lanes.ts";
import { exportCsv } from "./csv.ts";
import { asker, type Door, needs } from "./door.ts";

const Span = Type.Object({ from: Type.Integer({ minimum: 0 }), to: Type.Integer({ minimum: 0 }) });
const Before = Type.Object({ before: Type.Optional(Type.Integer({ minimum: 1 })) });
const mostExported = 100_000;
const longestSpan = 92 * 86_400_000;

export interface ReportDeps {
  readonly events: EventStore;
  readonly cases: CaseStore;
  readonly lanes: LaneStore;
  readonly audit: AuditLog;
}

/** Proof of completeness, counts, the audit log, and the export. */
export function reportRoutes(app: FastifyInstance, door: Door, deps: ReportDeps): void {
  app.get("/api/completeness", { preHandler: needs(door, "watcher") }, async () =>
    completeness(await deps.events.streams()),
  );

  app.get<{ Querystring: Static<typeof Span> }>(
    "/api/counts",
    { preHandler: needs(door, "watcher"), schema: { querystring: Span } },
    async (request, reply) => {
      const span = spanOf(request.query);
      return span === null ? reply.code(400).send({ error: "span" }) : deps.lanes.quarters(span.from, span.to);
    },
  );

  app.get<{ Querystring: Static<typeof Before> }>(
    "/api/audit",
    { preHandler: needs(door, "supervisor"), schema: { querystring: Before } },
    (request) => deps.audit.latest(request.query.before ?? Number.MAX_SAFE_INTEGER, 200),
  );
  app.get("/api/audit/check", { preHandler: needs(door, "supervisor") }, async () => ({
    head: await deps.audit.head(),
    broken: await deps.audit.firstBroken(),
  }));

  app.get<{ Querystring: Static<typeof Span> }>(
    "/api/export.csv",
    { preHandler: needs(door, "operator"), schema: { querystring: Span } },
    async (request, reply) => {
      const span = spanOf(request.query);
      if (span === null) return reply.code(400).send({ error: "span" });
      const cases = await deps.cases.between(span.from, span.to, mostExported);
      const head = await deps.audit.head();
      await deps.audit.record({
        at: door.clock.wall().at,
        who: asker(request).operator.id,
        action: "export",
        caseId: null,
        detail: { from: span.from, to: span.to, cases: cases.length },
      });
      return reply
        .header("content-type", "text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="greenlane-cases.csv"`)
        .send(exportCsv(cases, head));
    },
  );
}

function spanOf(query: Static<typeof Span>): { from: Instant; to: Instant } | null {
  const { from, to } = query;
  if (to <= from || to - from > longestSpan) return null;
  return { from: instant(from), to: instant(to) };
}

/** Per lane and epoch: what was given out, what came, what is gone for good and what the lane still holds. */
export function completeness(streams: readonly Stream[]): RoomStream[] {
  const ordinals = new Map<string, number>();
  const last = new Map(streams.map((stream) => [stream.src, stream.epoch]));
  return streams.map((stream) => {
    const ordinal = (ordinals.get(stream.src) ?? 0) + 1;
    ordinals.set(stream.src, ordinal);
    const covered = union(stream.have, stream.shed);
    const closed = last.get(stream.src) !== stream.epoch;
    // Below the tail the lane holds nothing any more; of a closed epoch it may still hold a quarantined file, but can't be asked.
    const lost = closed ? stream.head : Math.max(0, Math.min(stream.tail - 1, stream.head));
    return {
      src: stream.src,
      epoch: stream.epoch,
      ordinal,
      closed,
      head: stream.head,
      received: size(stream.have),
      gone: missing(covered, 1, lost),
      waiting: missing(covered, lost + 1, stream.head),
      shed: stream.shed,
      shedCount: stream.shedCount,
      askedAt: stream.askedFrom > 0 ? stream.askedAt : null,
      lastAt: stream.lastAt,
    };
  });
}
