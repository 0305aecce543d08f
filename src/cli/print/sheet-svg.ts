import type { Mark, Sheet, Weight } from "./sheet.ts";
import { createTypeFace, type TypeFace } from "./type-face.ts";

/** The sheet as SVG; text is outlined, so it looks the same on a machine without Chinese fonts. */
export function sheetSvg(sheet: Sheet): string {
  const faces = new Map<Weight, TypeFace>();
  const face = (weight: Weight): TypeFace => {
    const found = faces.get(weight) ?? createTypeFace(weight);
    faces.set(weight, found);
    return found;
  };
  const { width, height } = sheet;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...sheet.marks.map((mark) => draw(mark, face)),
    "</svg>\n",
  ].join("\n");
}

function draw(mark: Mark, face: (weight: Weight) => TypeFace): string {
  switch (mark.kind) {
    case "line":
      return `<path d="M${mark.x} ${mark.y}h${mark.length}" stroke="${mark.colour}" stroke-width="0.2"/>`;
    case "path":
      return outline(mark.d, mark.x, mark.y, mark.scale, mark.colour);
    case "text": {
      const { d, width, perEm } = face(mark.weight).outline(mark.text);
      const scale = mark.size / perEm;
      const x = mark.align === "centre" ? mark.x - (width * scale) / 2 : mark.x;
      return outline(d, x, mark.y, scale, mark.colour);
    }
  }
}

const short = (value: number): number => Math.round(value * 1e5) / 1e5;
const outline = (d: string, x: number, y: number, scale: number, colour: string): string =>
  `<path transform="translate(${short(x)} ${short(y)}) scale(${short(scale)})" fill="${colour}" d="${d}"/>`;
