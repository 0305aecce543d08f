/** Noto Sans SC from its package, for outlines and for embedding. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import type { Weight } from "./sheet.ts";
import { unpackWoff } from "./woff.ts";

/** The font as TrueType, with every simplified Chinese character and ASCII. */
export function fontFile(weight: Weight): Buffer {
  const require = createRequire(import.meta.url);
  const woff = readFileSync(
    require.resolve(`@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-${weight}-normal.woff`),
  );
  return unpackWoff(woff);
}

export interface TypeFace {
  /** The outline of a line of text, base line at 0, y down, and its width; in parts of an em. */
  outline(text: string): { readonly d: string; readonly width: number; readonly perEm: number };
}

export function createTypeFace(weight: Weight): TypeFace {
  const font: Font = create(fontFile(weight));
  return {
    outline(text) {
      const { glyphs, positions } = font.layout(text);
      let width = 0;
      let d = "";
      glyphs.forEach((glyph, index) => {
        // Font units have y upwards.
        d += glyph.path.scale(1, -1).translate(width, 0).toSVG();
        width += positions[index]?.xAdvance ?? glyph.advanceWidth;
      });
      return { d, width, perEm: font.unitsPerEm };
    },
  };
}
