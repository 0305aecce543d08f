/** Routes of a lane in service: health, log tail, 24-hour series, support bundle. */
import type { FastifyInstance } from "fastify";
import type { CheckResult } from "../../core/panel.ts";
import { bundle, scrubbed } from "../../service/bundle.ts";
import { doctor } from "../../service/doctor.ts";
import type { Panel } from "./panel-parts.ts";

/** Adds the routes; all need a session. */
export function healthRoutes(app: FastifyInstance, panel: Panel): void {
  const { access, bench, settings, series } = panel;
  const guarded = { preHandler: access.guard };

  app.get("/technician/api/health", guarded, async () => ({
    mode: bench.mode(),
    link: bench.link(),
    troubles: bench.troubles(),
    now: bench.clock.wall().at,
  }));
  app.get("/technician/api/series", guarded, async () => series.columns());
  app.get("/technician/api/log", guarded, async () => ({ lines: bench.logTail(200).map(scrubbed) }));

  app.get(
    "/technician/api/bundle",
    { ...guarded, config: { rateLimit: { max: 6, timeWindow: 60_000 } } },
    async (_request, reply) => {
      const { config, file } = settings.current();
      const results: CheckResult[] = [];
      for await (const result of doctor({
        config,
        host: panel.host,
        now: bench.clock.wall(),
        guards: panel.staff.entries().length,
      }))
        results.push(result);
      const counters = bench.reader?.counters();
      const packed = bundle({
        program: panel.program,
        file,
        history: settings.history(),
        doctor: results,
        troubles: bench.troubles(),
        counters:
          counters === undefined
            ? {}
            : { ...counters, decodeMs: `${counters.decodeMs.p50} / ${counters.decodeMs.p95}` },
        series,
        log: bench.logTail(400),
      });
      return reply
        .header("content-type", "application/gzip")
        .header("content-disposition", `attachment; filename="greenlane-${config.lane.id}.json.gz"`)
        .send(packed);
    },
  );
}
