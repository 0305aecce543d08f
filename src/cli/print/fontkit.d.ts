/** The part of fontkit 2 that is used here; the package brings no types. */
declare module "fontkit" {
  export interface Path {
    scale(x: number, y: number): Path;
    translate(x: number, y: number): Path;
    toSVG(): string;
  }
  export interface Glyph {
    readonly path: Path;
    readonly advanceWidth: number;
  }
  export interface Font {
    readonly unitsPerEm: number;
    layout(text: string): { readonly glyphs: readonly Glyph[]; readonly positions: readonly { xAdvance: number }[] };
    hasGlyphForCodePoint(codePoint: number): boolean;
  }
  export function create(file: Uint8Array): Font;
}
