import type { Corners, Point } from "../../core/flow.ts";
import type { LaneTag, Setup } from "../../core/live.ts";
import type { StreetView } from "../../core/views.ts";
import { svg } from "../shared/dom.ts";
import { arrow, type SymbolName, symbol } from "../shared/symbols.ts";
import type { Look } from "./looks.ts";

/** Size of the aiming frame's own grid; the stylesheet scales it (SCREENS, display-01, -03). */
const FRAME = { width: 312, height: 405 };

/** What stands in the symbol's panel. */
export function panelOf(look: Look, view: StreetView, setup: Setup | null): SVGSVGElement {
  switch (look.panel) {
    case "phone":
      return aimingFrame(look.symbol, null, view.aim);
    case "aim":
      return aimingFrame(look.symbol, look.symbol, view.aim);
    case "ring":
      return temperatureRing(setup?.measureAt === "wrist" ? "wrist" : "forehead", view.progress ?? 0);
    case "arrow":
      return arrow(wayOf(setup?.lane ?? null, view), 400);
    case "symbol":
      return symbol(look.symbol, 300);
  }
}

/** Where to: the site's way in, and against it on the way out or for somebody who came in by the exit. */
function wayOf(lane: LaneTag | null, view: StreetView): LaneTag["arrow"] {
  const way = lane?.arrow ?? "right";
  const opposite = { left: "right", right: "left", up: "down", down: "up" } as const;
  const turns = view.screen === "reverse" || (lane?.side !== "exit" && view.direction === "exit");
  return turns ? opposite[way] : way;
}

function aimingFrame(meant: SymbolName, inside: SymbolName | null, aim: Corners | null): SVGSVGElement {
  const { width, height } = FRAME;
  const corners = svg("path", {
    class: "corners",
    d: `M7 82V35A28 28 0 0 1 35 7H81M231 7H277A28 28 0 0 1 305 35V82M305 323V370A28 28 0 0 1 277 398H231M81 398H35A28 28 0 0 1 7 370V323`,
  });
  const drawn = svg("svg", {
    class: "aim",
    viewBox: `0 0 ${width} ${height}`,
    "aria-hidden": "true",
    "data-symbol": meant,
  });
  drawn.append(corners);
  if (inside === null) drawn.append(phone());
  else if (inside === "closer" || inside === "further") drawn.append(arrows(inside));
  else {
    const small = symbol(inside, 180);
    small.setAttribute("x", String((width - 180) / 2));
    small.setAttribute("y", String((height - 180) / 2));
    drawn.append(small);
  }
  const found = aim ?? (inside === "closer" ? SMALL : inside === "further" ? LARGE : null);
  if (found !== null) drawn.append(svg("path", { class: "found", d: bracketsOf(found) }));
  return drawn;
}

/** Where a code stands in for one that is not known exactly: much too small, or too large. */
const SMALL: Corners = [
  [0.565, 0.41],
  [0.45, 0.38],
  [0.46, 0.56],
  [0.57, 0.55],
];
const LARGE: Corners = [
  [0.66, 0.3],
  [0.34, 0.3],
  [0.34, 0.7],
  [0.66, 0.7],
];

/** A found code as its own four corners, mirrored: the camera looks at the person, the screen is their mirror. */
function bracketsOf(aim: Corners): string {
  const { width, height } = FRAME;
  const picture = (height * 4) / 3;
  const at = ([x, y]: Point): Point => [width / 2 + (0.5 - x) * picture, y * height];
  const points = aim.map(at);
  const towards = (from: Point, to: Point): string =>
    `${(from[0] + (to[0] - from[0]) * 0.32).toFixed(1)} ${(from[1] + (to[1] - from[1]) * 0.32).toFixed(1)}`;
  return points
    .map((point, index) => {
      const before = points[(index + 3) % 4] ?? point;
      const after = points[(index + 1) % 4] ?? point;
      return `M${towards(point, before)}L${point[0].toFixed(1)} ${point[1].toFixed(1)}L${towards(point, after)}`;
    })
    .join("");
}

function arrows(kind: "closer" | "further"): SVGPathElement {
  // One arrow of the upper left quarter, mirrored into the others.
  const head = kind === "closer" ? "M98 140L60 98M60 132V98H92" : "M56 94L94 136M94 104V136H62";
  const { width, height } = FRAME;
  const mirrored = (x: boolean, y: boolean): string =>
    head
      .replace(/([ML])(\d+) (\d+)/g, (_, c, px, py) => `${c}${x ? width - px : px} ${y ? height - py : py}`)
      .replace(/V(\d+)/g, (_, py) => `V${y ? height - py : py}`)
      .replace(/H(\d+)/g, (_, px) => `H${x ? width - px : px}`);
  return svg("path", {
    class: "arrows",
    d: mirrored(false, false) + mirrored(true, false) + mirrored(false, true) + mirrored(true, true),
  });
}

function phone(): SVGGElement {
  const modules = "2,0 2,1.6 0,3 1.3,3 2.9,3 4.2,3 2,4 3.4,4 4.2,5 2,5.3 3.4,5.3".split(" ");
  const finder = (x: number, y: number): SVGElement[] => [
    svg("rect", { class: "finder", x: x + 2.5, y: y + 2.5, width: 33, height: 33, rx: 3 }),
    svg("rect", { class: "module", x: x + 13, y: y + 13, width: 12, height: 12 }),
  ];
  return svg(
    "g",
    { class: "phone", transform: "translate(83 70)" },
    svg("rect", { class: "outline", x: 4, y: 4, width: 140, height: 258, rx: 24 }),
    svg("path", { class: "mark", d: "M55 26H93M37 192H111M52 219H97" }),
    ...[...finder(25, 55), ...finder(80, 55), ...finder(25, 110)],
    ...modules.map((place) => {
      const [column = 0, row = 0] = place.split(",").map(Number);
      return svg("rect", { class: "module", x: 25 + column * 20.3, y: 56 + row * 14, width: 13, height: 13 });
    }),
  );
}

function temperatureRing(where: "forehead" | "wrist", progress: number): SVGSVGElement {
  const done = Math.round(Math.min(1, Math.max(0, progress)) * 1000) / 10;
  const inner = symbol(where, 178);
  inner.setAttribute("x", "79");
  inner.setAttribute("y", "79");
  const drawn = svg(
    "svg",
    { class: "ring", viewBox: "0 0 336 336", "aria-hidden": "true", "data-symbol": where, "data-progress": done },
    svg("circle", { class: "track", cx: 168, cy: 168, r: 159.5 }),
    inner,
  );
  if (done > 0)
    drawn.insertBefore(
      svg("circle", {
        class: "done",
        cx: 168,
        cy: 168,
        r: 159.5,
        pathLength: 100,
        "stroke-dasharray": `${done} 100`,
        transform: "rotate(-90 168 168)",
      }),
      inner,
    );
  return drawn;
}
