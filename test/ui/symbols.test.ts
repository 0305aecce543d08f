import { describe, expect, it } from "vitest";
import { linesOf, type SymbolName, symbolNames } from "../../src/ui/shared/symbols.ts";

type Point = readonly [x: number, y: number];

/** The ends of a symbol's drawn strokes, where M, L, H and V lead. */
function strokes(name: SymbolName): Point[][] {
  const found: Point[][] = [];
  for (const { d } of linesOf(name)) {
    let at: Point = [0, 0];
    for (const [, command = "", numbers = ""] of d.matchAll(/([MLHV])([\d. -]*)/g)) {
      const [a = 0, b = 0] = numbers.trim().split(/[ ,]+/).map(Number);
      at = command === "H" ? [a, at[1]] : command === "V" ? [at[0], a] : [a, b];
      if (command === "M") found.push([at]);
      else found.at(-1)?.push(at);
    }
  }
  return found.filter((stroke) => stroke.length > 1);
}

const middle = 48;
const fromMiddle = ([x, y]: Point): number => Math.hypot(x - middle, y - middle);

describe("the symbols", () => {
  it("are each another drawing", () => {
    expect(new Set(symbolNames.map((name) => JSON.stringify(linesOf(name)))).size).toBe(symbolNames.length);
  });

  it("stay on the grid of 96", () => {
    for (const name of symbolNames)
      for (const [x, y] of strokes(name).flat()) {
        expect([name, x >= 0 && x <= 96]).toEqual([name, true]);
        expect([name, y >= 0 && y <= 96]).toEqual([name, true]);
      }
  });

  it("the arrow's head is at the right end of its shaft", () => {
    const [shaft, head] = strokes("go-arrow");
    expect(shaft?.at(-1)?.[0]).toBeGreaterThan(shaft?.[0]?.[0] ?? 96);
    expect(head?.[1]).toEqual(shaft?.at(-1));
    expect(Math.max(...(head ?? []).map(([x]) => x))).toBe(head?.[1]?.[0]);
  });

  it("closer moves its corners out, further moves them in", () => {
    const arrows = (name: "closer" | "further") =>
      strokes(name).filter((stroke) => stroke.length === 2 && stroke.every((point) => fromMiddle(point) > 30));
    for (const name of ["closer", "further"] as const) {
      expect(arrows(name)).toHaveLength(4);
      for (const [from, to] of arrows(name))
        if (from !== undefined && to !== undefined)
          expect([name, Math.sign(fromMiddle(to) - fromMiddle(from))]).toEqual([name, name === "closer" ? 1 : -1]);
    }
  });
});
