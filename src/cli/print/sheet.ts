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
      readonly align: "left" | "centre";
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

export const A4 = { width: 210, height: 297 } as const;
const INK = "#1b1f23";

interface TextLook {
  readonly size: number;
  readonly weight?: Weight;
  readonly align?: "left" | "centre";
}

export const text = (words: string, x: number, y: number, { size, weight = 400, align = "left" }: TextLook): Mark => ({
  kind: "text",
  text: words,
  x,
  y,
  size,
  weight,
  align,
  colour: INK,
});

export const rule = (x: number, y: number, length: number): Mark => ({ kind: "line", x, y, length, colour: "#8a929a" });

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
