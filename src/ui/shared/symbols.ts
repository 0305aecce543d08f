import { svg } from "./dom.ts";

/** A line of a symbol on the 96 grid; `dot` is filled instead of drawn, `accent` is drawn in the service blue. */
interface Line {
  readonly d: string;
  readonly kind?: "dot" | "accent" | "accent-dot";
}

const line = (d: string): Line => ({ d });
const dot = (x: number, y: number, r: number, kind: "dot" | "accent-dot" = "dot"): Line => ({ d: ring(x, y, r), kind });
const box = (x: number, y: number, w: number, h: number): Line => ({ d: `M${x} ${y}h${w}v${h}h${-w}z`, kind: "dot" });

function ring(x: number, y: number, r: number): string {
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

function rounded(x: number, y: number, w: number, h: number, r: number): string {
  const arc = (dx: number, dy: number): string => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  return `M${x + r} ${y}h${w - 2 * r}${arc(r, r)}v${h - 2 * r}${arc(-r, r)}h${2 * r - w}${arc(-r, -r)}v${2 * r - h}${arc(r, -r)}z`;
}

/** One stroke of 7, round caps and joins, no fill but dots (SCREENS, symbols). Drawn after meaning, not after any set. */
const lines = {
  "show-code": [
    line(rounded(25, 8, 46, 80, 10)),
    line("M42 20h12M41 75h14"),
    box(35, 34, 11, 11),
    box(51, 34, 11, 11),
    box(35, 50, 11, 11),
    box(51, 50, 5, 5),
    box(57, 56, 5, 5),
  ],
  "go-arrow": [line("M12 48H84M54 18L84 48L54 78")],
  closer: [
    line(rounded(36.5, 27, 23, 42, 6)),
    line("M27 24L11 11M11 22V11H23M69 24L85 11M85 22V11H73M27 72L11 85M11 74V85H23M69 72L85 85M85 74V85H73"),
  ],
  further: [
    line(rounded(36.5, 27, 23, 42, 6)),
    line("M10 9L26 22M26 11V22H14M86 9L70 22M70 11V22H82M10 87L26 74M26 85V74H14M86 87L70 74M70 85V74H82"),
  ],
  "hold-still": [line(rounded(33, 19, 30, 58, 7)), line("M44 66h8M12 32V64M84 32V64")],
  forehead: [
    line(
      "M21.5 91.5C21.5 72 4.5 66 4.5 42C4.5 19 19 4.8 38.8 4.8C57 4.8 67.5 18 68.5 34L69.5 38L78 51.5C79.5 54 78 55 76 55H70V64C70 70 66.5 73.8 60 73.8H50V91.5",
    ),
    dot(77, 21.5, 3.8, "accent-dot"),
    { d: "M92 6V37", kind: "accent" },
  ],
  wrist: [
    line("M5 50H40C50 50 52 38 60 36L70 33M5 82H48C62 82 82 82 90 76M58 54H84C90 54 92 60 88 65"),
    dot(26, 33, 3.8, "accent-dot"),
    { d: "M11 16H41", kind: "accent" },
  ],
  refresh: [line("M82 48A34 34 0 1 1 72 24L82 34M82 12V34H60")],
  "reprint-paper": [line("M26.5 71H12V33H84V71H69.5M26.5 33V8H69.5V33M26.5 56H69.5V90H26.5ZM37.5 68H45M37.5 78.5H58")],
  convert: [line("M13 26H84M60 5L84 26L60 47M83 70H13M36 49L13 70L36 91")],
  "see-staff": [
    line(ring(35.5, 33, 17)),
    line("M3.5 92C3.5 72 17 60.5 35.5 60.5S67.5 72 67.5 92M61.5 4H92.5V28H80.5L71 38V28H61.5Z"),
    dot(72, 16, 3.4),
    dot(82, 16, 3.4),
  ],
  wait: [line("M22 8H74M22 88H74M28.5 8C29 36 67.5 58 67.5 88M67.5 8C67 36 28.5 58 28.5 88")],
  closed: [line(ring(48, 48, 38)), { d: rounded(22, 42, 52, 12, 5.9), kind: "dot" }],
  "free-exit": [
    dot(45.7, 15, 9),
    line("M60.6 5.1H91V91H60.6"),
    line("M20 45.7L24.3 31.4L39.4 29.4L50.3 43.7L64 44.6M39.4 29.4L33.4 54.3L22.3 73.7H4M33.4 54.3L48 65.7L44.9 91"),
  ],
  assistance: [dot(40, 12, 8.5), line("M40 29V58H64L75.5 79.5H84M40 41.5H59M29 46A23.5 23.5 0 1 0 62 76")],
  family: [
    line(ring(23.5, 19, 11)),
    line(ring(72.5, 19, 11)),
    line(ring(48, 57, 8.5)),
    line(
      "M6.5 89V58C6.5 48 13 42.5 23.5 42.5C31 42.5 35.5 45 38.5 50M89.5 89V58C89.5 48 83 42.5 72.5 42.5C65 42.5 60.5 45 57.5 50",
    ),
    line("M33.5 89V85C33.5 78 39 75 48 75S62.5 78 62.5 85V89"),
  ],
  mask: [
    line("M19 32C30 32 37 24 48 24S66 32 77 32V48C77 63 63 72 48 72S19 63 19 48Z"),
    line(
      "M34 45H62M35 56H61M19 37C11 35 7.5 40 7.5 45C7.5 52 13 57 22 57M77 37C85 35 88.5 40 88.5 45C88.5 52 83 57 74 57",
    ),
  ],
  clinic: [line("M13 88V31L48 8L83 31V88ZM48 41V73M32 57H64")],
  call: [
    line(
      "M13 17L30 8L44 29L34 39C38 50 46 58 57 63L67 53L88 67L79 83C73 90 60 88 51 84C32 76 18 58 11.5 36C9.5 28 9.5 21 13 17Z",
    ),
  ],
  "manual-check": [line("M5 48C16 28 31 16 48 16S80 28 91 48C80 68 65 80 48 80S16 68 5 48Z"), line(ring(48, 48, 13))],
  attention: [line("M48 10L89 84H7ZM48 37V57"), dot(48, 70, 4.5)],
  thermometer: [line("M33 56V21A12 12 0 0 1 57 21V56A21 21 0 1 1 33 56ZM45 42V68M71 19H87M71 34H82"), dot(45, 72, 7)],
  lock: [line(rounded(20, 42, 56, 44, 6)), line("M32 42V28C32 18 39 10 48 10S64 18 64 28V42M48 58V70")],
  clock: [line(ring(48, 48, 38)), line("M48 25V49L62 60")],
  check: [line("M14 52L38 76L82 24")],
} satisfies Record<string, readonly Line[]>;

export type SymbolName = keyof typeof lines;
export const symbolNames = Object.keys(lines) as SymbolName[];

/** The lines of a symbol, for pages that draw with a library. */
export const linesOf = (name: SymbolName): readonly Line[] => lines[name];

/** The symbol as an inline picture, hidden from assistive software: words always stand beside it. */
export function symbol(name: SymbolName, size: number): SVGSVGElement {
  const paths = lines[name].map((part: Line) => {
    const kind = part.kind ?? "line";
    const names = { line: "line", dot: "dot", accent: "line accent", "accent-dot": "dot accent" };
    return svg("path", { d: part.d, class: names[kind] });
  });
  return svg(
    "svg",
    { class: "symbol", viewBox: "0 0 96 96", width: size, height: size, "aria-hidden": "true", "data-symbol": name },
    ...paths,
  );
}

const TURNS = { right: 0, down: 90, left: 180, up: 270 } as const;

/** The arrow of the site's way: it turns with the side on which people pass. */
export function arrow(towards: keyof typeof TURNS, size: number): SVGSVGElement {
  const drawn = symbol("go-arrow", size);
  for (const path of drawn.children) path.setAttribute("transform", `rotate(${TURNS[towards]} 48 48)`);
  return drawn;
}
