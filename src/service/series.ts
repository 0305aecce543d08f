/** Figures of the last 24 hours for the plots, one point a minute, in memory only. No figure is about a person. */
import { type Instant, minutes } from "../core/units.ts";
import type { Workbench } from "./workbench.ts";

export const seriesNames = ["drift", "decodeP50", "decodeP95", "backlog", "link"] as const;
export type SeriesName = (typeof seriesNames)[number];
export type Point = Readonly<Record<SeriesName, number | null>>;

const POINTS = 24 * 60;

export class Series {
  readonly #at: Instant[] = [];
  readonly #points: Point[] = [];

  /** Adds one point; the oldest beyond 24 h is forgotten. `null` is a gap, drawn as one. */
  add(at: Instant, point: Point): void {
    this.#at.push(at);
    this.#points.push(point);
    if (this.#at.length > POINTS) {
      this.#at.shift();
      this.#points.shift();
    }
  }

  /** Columns as a plot wants them: seconds since 1970, then one column per name. */
  columns(): { readonly at: readonly number[] } & Readonly<Record<SeriesName, readonly (number | null)[]>> {
    const column = (name: SeriesName): (number | null)[] => this.#points.map((point) => point[name]);
    return {
      at: this.#at.map((at) => Math.round(at / 1000)),
      drift: column("drift"),
      decodeP50: column("decodeP50"),
      decodeP95: column("decodeP95"),
      backlog: column("backlog"),
      link: column("link"),
    };
  }
}

/** Adds a point each minute while the lane runs; the returned function ends it. */
export function recordSeries(bench: Workbench, series: Series): () => void {
  return bench.clock.every(minutes(1), () => {
    const { broker, centre, backlog } = bench.link();
    const decode = bench.reader?.counters().decodeMs ?? null;
    const link = broker === "connected" && centre === "online" ? 1 : 0;
    series.add(bench.clock.wall().at, {
      drift: bench.drift(),
      decodeP50: decode?.p50 ?? null,
      decodeP95: decode?.p95 ?? null,
      backlog,
      link,
    });
  });
}
