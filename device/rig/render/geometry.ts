/** Where a sheet lies in the picture: projective maps between sheet millimetres and pixels. */
import type { CodePrint, Pose } from "./scene.ts";

/** Row-major 3 × 3. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Sheet millimetres (from the sheet's centre) to pixels: `pose` says where `anchor`, the first code, is seen. */
export function sheetToPicture(pose: Pose, anchor: Pick<CodePrint, "x" | "y">, focal: number): Matrix {
  const [cr, sr] = [Math.cos(radians(pose.rotation)), Math.sin(radians(pose.rotation))];
  const [cx, sx] = [Math.cos(radians(pose.tiltX)), Math.sin(radians(pose.tiltX))];
  const [cy, sy] = [Math.cos(radians(pose.tiltY)), Math.sin(radians(pose.tiltY))];
  const flip = pose.mirrored ? -1 : 1;
  // Columns of rotation(z) · tilt(x) · tilt(y), applied to the sheet's own axes.
  const across = [(cr * cy - sr * sx * sy) * flip, (sr * cy + cr * sx * sy) * flip, -cx * sy * flip] as const;
  const down = [-sr * cx, cr * cx, sx] as const;
  const distance = focal / pose.pixelsPerMm;
  const shifted = (axis: 0 | 1 | 2): number => -(across[axis] * anchor.x + down[axis] * anchor.y);
  const depth = distance + shifted(2);
  return [
    focal * across[0] + pose.x * across[2],
    focal * down[0] + pose.x * down[2],
    focal * shifted(0) + pose.x * depth,
    focal * across[1] + pose.y * across[2],
    focal * down[1] + pose.y * down[2],
    focal * shifted(1) + pose.y * depth,
    across[2],
    down[2],
    depth,
  ];
}

/** Inverse up to a factor, which is all a projective map needs. */
export function inverse(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

export function project(m: Matrix, x: number, y: number): readonly [number, number] {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** Corners of a code in the picture, clockwise from its own top-left; the truth that tests compare with. */
export function codeCorners(m: Matrix, code: CodePrint): readonly (readonly [number, number])[] {
  const half = code.size / 2;
  return [
    project(m, code.x - half, code.y - half),
    project(m, code.x + half, code.y - half),
    project(m, code.x + half, code.y + half),
    project(m, code.x - half, code.y + half),
  ];
}
