/** Corners of codes as shapes: where they lie, whether two are the same, and the projective map across one. */
import type { Corners, Point } from "../core/flow.ts";
import type { Box } from "./enhance.ts";

export function centreOf(corners: Corners): Point {
  const [a, b, c, d] = corners;
  return [(a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4];
}

/** Mean length of the four sides. */
export function sideOf(corners: Corners): number {
  const [a, b, c, d] = corners;
  const length = (p: Point, q: Point): number => Math.hypot(p[0] - q[0], p[1] - q[1]);
  return (length(a, b) + length(b, c) + length(c, d) + length(d, a)) / 4;
}

/** Two sightings of one code: much the same centre and size. A code inside another one's middle is another code. */
export function samePlace(one: Corners, other: Corners): boolean {
  const [a, b] = [centreOf(one), centreOf(other)];
  const [small, large] = [sideOf(one), sideOf(other)].sort((p, q) => p - q) as [number, number];
  return Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.5 * Math.max(1, small) && large < 1.6 * small;
}

export function mapCorners(corners: Corners, map: (point: Point) => Point): Corners {
  return [map(corners[0]), map(corners[1]), map(corners[2]), map(corners[3])];
}

/** The same shape about its centre, `by` times as large. */
export function enlarged(corners: Corners, by: number): Corners {
  const [x, y] = centreOf(corners);
  return mapCorners(corners, (corner): Point => [x + by * (corner[0] - x), y + by * (corner[1] - y)]);
}

/** Whether a point lies in a convex quadrilateral, whichever way round its corners are listed. */
export function isWithin([x, y]: Point, corners: Corners): boolean {
  const sides = corners.map(([ax, ay], index) => {
    const [bx, by] = corners[(index + 1) % 4] as Point;
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  });
  return sides.every((side) => side >= 0) || sides.every((side) => side <= 0);
}

/** The upright box around corners, widened by `share` of its longer side and cut to the picture where its size is given. */
export function boxAround(
  corners: Corners,
  share: number,
  width = Number.POSITIVE_INFINITY,
  height = Number.POSITIVE_INFINITY,
): Box {
  const xs = corners.map((corner) => corner[0]);
  const ys = corners.map((corner) => corner[1]);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const by = share * Math.max(right - left, bottom - top);
  return {
    left: Math.max(0, Math.floor(left - by)),
    top: Math.max(0, Math.floor(top - by)),
    right: Math.min(width, Math.ceil(right + by)),
    bottom: Math.min(height, Math.ceil(bottom + by)),
  };
}

/** Maps the unit square (0, 0) – (1, 1) onto the corners, clockwise from the top-left (Heckbert 1989, section 2.2.3). */
export function acrossQuad(corners: Corners): (u: number, v: number) => Point {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const area = dx1 * dy2 - dx2 * dy1;
  const g = area === 0 ? 0 : (sx * dy2 - dx2 * sy) / area;
  const h = area === 0 ? 0 : (dx1 * sy - sx * dy1) / area;
  const [a, b, d, e] = [x1 - x0 + g * x1, x3 - x0 + h * x3, y1 - y0 + g * y1, y3 - y0 + h * y3];
  return (u, v) => {
    const w = g * u + h * v + 1;
    return [(a * u + b * v + x0) / w, (d * u + e * v + y0) / w];
  };
}
