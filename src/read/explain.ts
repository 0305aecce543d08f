/** Draws what was found into a copy of a picture: for files that were given, never for a live lane's frames. */
import sharp from "sharp";
import type { ReadCode } from "./frame-reader.ts";
import type { OpenedPicture } from "./picture-file.ts";
import { acrossQuad, sideOf } from "./quad.ts";

const swatch: Readonly<Record<ReadCode["colour"], string>> = {
  green: "#00c060",
  yellow: "#ffcc00",
  red: "#ff2030",
  black: "#000000",
  other: "#3060ff",
  unsure: "#a0a0a0",
};

/** Writes a PNG with the corners (the first filled), the places where modules were sampled, rung and colour. */
export async function explainPicture(picture: OpenedPicture, codes: readonly ReadCode[], file: string): Promise<void> {
  const { raster, scale } = picture;
  const shapes = codes.map((code, index) => drawing(code, index, scale)).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${raster.width}" height="${raster.height}">${shapes}</svg>`;
  const channels = raster.format === "grey" ? 1 : 3;
  await sharp(raster.data, { raw: { width: raster.width, height: raster.height, channels } })
    .toColourspace("srgb")
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toFile(file);
}

/** Nothing of the code's content is drawn: SVG would make it markup. */
function drawing(code: ReadCode, index: number, scale: number): string {
  const corners = code.corners.map(([x, y]) => [x / scale, y / scale] as const);
  const outline = corners.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const [first] = corners;
  const unit = Math.max(2, sideOf(code.corners) / scale / 60);
  const place = acrossQuad(code.corners);
  const dots: string[] = [];
  for (const { column, row, size } of code.sampled) {
    const [x, y] = place((column + 0.5) / size, (row + 0.5) / size);
    dots.push(
      `<circle cx="${(x / scale).toFixed(1)}" cy="${(y / scale).toFixed(1)}" r="${(unit / 3).toFixed(1)}" fill="#00ffff"/>`,
    );
  }
  const [x, y] = first ?? [0, 0];
  const label = `${index + 1} · ${code.rung} · ${code.colour} ${code.confidence.toFixed(2)}`;
  return [
    `<polygon points="${outline}" fill="none" stroke="#ff00ff" stroke-width="${unit.toFixed(1)}"/>`,
    ...dots,
    `<circle cx="${x}" cy="${y}" r="${unit * 2}" fill="${swatch[code.colour]}" stroke="#ff00ff"/>`,
    `<text x="${x}" y="${Math.max(12, y - unit * 3)}" font-size="${Math.max(12, unit * 5)}" font-family="sans-serif" fill="#ff00ff">${label}</text>`,
  ].join("");
}
