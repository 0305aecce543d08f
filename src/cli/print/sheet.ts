/** A sheet of paper as data: texts and shapes in millimetres from the top left. */
import { create as createQr } from "qrcode";

export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

export type Mark =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly x: number;
      /** Of the base line. */
      readonly y: number;
      /** Height of the type in millimetres. */
      readonly size: number;
      readonly weight: Weight;
      readonly align: Align;
      readonly colour: string;
    }
  /** An outline in its own units, drawn at (x, y) and scaled. */
  | {
      readonly kind: "path";
      readonly d: string;
      readonly x: number;
      readonly y: number;
      readonly scale: number;
      readonly colour: string;
    }
  | { readonly kind: "line"; readonly x: number; readonly y: number; readonly length: number; readonly colour: string };
export type Weight = 400 | 700;
export type Align = "left" | "centre" | "right";

export const A4 = { width: 210, height: 297 } as const;
export const INK = "#1b1f23";
export const PAPER = "#ffffff";
const GREY = "#8a929a";

interface TextLook {
  readonly size: number;
  readonly weight?: Weight;
  readonly align?: Align;
  readonly colour?: string;
}

export const text = (words: string, x: number, y: number, look: TextLook): Mark => ({
  kind: "text",
  text: words,
  x,
  y,
  weight: 400,
  align: "left",
  colour: INK,
  ...look,
});

/** How far left of its place a text of `width` begins. */
export const shiftOf = (align: Align, width: number): number => width * { left: 0, centre: 0.5, right: 1 }[align];

export const rule = (x: number, y: number, length: number): Mark => ({ kind: "line", x, y, length, colour: GREY });

/** A filled bar with round corners. */
export const bar = (x: number, y: number, width: number, height: number, radius = 1.4): Mark => {
  const turn = (dx: number, dy: number): string => `a${radius} ${radius} 0 0 1 ${dx} ${dy}`;
  const [w, h, r] = [width - 2 * radius, height - 2 * radius, radius];
  const d = `M${r} 0h${w}${turn(r, r)}v${h}${turn(-r, r)}h${-w}${turn(-r, -r)}v${-h}${turn(r, -r)}z`;
  return { kind: "path", d, x, y, scale: 1, colour: INK };
};

/** A thin frame to cut along. */
export const frame = (width: number, height: number, line = 0.15): Mark => {
  const across = `h${width}v${line}h${-width}z`;
  const down = `h${line}v${height}h${-line}z`;
  const d = `M0 0${across}M0 ${height - line}${across}M0 0${down}M${width - line} 0${down}`;
  return { kind: "path", d, x: 0, y: 0, scale: 1, colour: GREY };
};

/** Marks drawn around the origin, put at (x, y) and enlarged. */
export const placed = (marks: readonly Mark[], x: number, y: number, scale: number): Mark[] =>
  marks.map((mark) => {
    const at = { x: x + mark.x * scale, y: y + mark.y * scale };
    if (mark.kind === "text") return { ...mark, ...at, size: mark.size * scale };
    return mark.kind === "line"
      ? { ...mark, ...at, length: mark.length * scale }
      : { ...mark, ...at, scale: mark.scale * scale };
  });

/**
 * A QR code of `side` millimetres without its quiet zone, which the layout leaves free (4 modules, ISO/IEC 18004
 * section 9.1). Level Q as hcert-spec section 4.2.1 asks for paper.
 */
export function qr(content: string, x: number, y: number, side: number): Mark {
  const { modules } = createQr(content, { errorCorrectionLevel: "Q" });
  const { size } = modules;
  let d = "";
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let length = 0;
      while (column + length < size && modules.get(row, column + length)) length++;
      if (length > 0) d += `M${column} ${row}h${length}v1h-${length}z`;
      column += length;
    }
  }
  return { kind: "path", d, x, y, scale: side / size, colour: "#000000" };
}
