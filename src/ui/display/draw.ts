import type { Setup } from "../../core/live.ts";
import type { StreetView } from "../../core/views.ts";
import { el, svg } from "../shared/dom.ts";
import { arrow, symbol } from "../shared/symbols.ts";
import { footOf } from "./foot.ts";
import { headOf } from "./head.ts";
import { type Look, looks } from "./looks.ts";
import { panelOf } from "./panel.ts";
import { street, textsOf } from "./texts.ts";

/** One complete picture of a view: a function of what the page was told and of nothing else. */
export function draw(view: StreetView, setup: Setup | null, time: string | null): HTMLElement {
  const look = looks[view.screen];
  const body = { channels, convert }[look.ground as string] ?? plain;
  return el(
    "main",
    { class: "screen", "data-ground": look.ground, "data-screen": view.screen },
    headOf(view, look, setup),
    ...body(view, look, setup),
    footOf(view, look, setup, time),
  );
}

function headlines(view: StreetView, setup: Setup | null): HTMLElement[] {
  const zh = textsOf(view, setup, "zh").headline;
  const heading = el("h1", { class: "head-zh" }, ...zh.map((line) => el("span", {}, line)));
  // As wide as its longest line, so that the type shrinks rather than breaks.
  heading.style.setProperty("--han", String(Math.max(...zh.map((line) => line.length))));
  const en = textsOf(view, setup, "en").headline.join(" ");
  const english = el("p", { class: "head-en", lang: "en" }, en);
  english.style.setProperty("--letters", String(en.length));
  return [heading, english];
}

function plain(view: StreetView, look: Look, setup: Setup | null): HTMLElement[] {
  const zh = textsOf(view, setup, "zh").lines.map((line) => el("p", { class: "line-zh" }, line));
  const en = textsOf(view, setup, "en").lines.join(" ");
  return [
    el("div", { class: "panel", "data-panel": look.panel }, panelOf(look, view, setup)),
    el(
      "div",
      { class: "words" },
      ...headlines(view, setup),
      el("div", { class: "lines" }, ...zh, en === "" ? null : el("p", { class: "line-en", lang: "en" }, en)),
    ),
  ];
}

const numbered = (index: number): HTMLElement => el("span", { class: "step-number" }, String(index + 1));

/** Where to get a code (P13), that family can do it (P11), that paper counts the same. */
function channels(view: StreetView, _look: Look, setup: Setup | null): HTMLElement[] {
  const { zh, en } = { zh: street.zh.channels, en: street.en.channels };
  const way = (steps: readonly string[], language: string | null): HTMLElement => {
    const parts = steps.flatMap((step, index) => (index === 0 ? [step] : [arrow("right", 26), step]));
    return el("p", { class: language === null ? "way-zh" : "way-en", lang: language }, ...parts);
  };
  const ways = zh.ways.map((steps, index) =>
    el("li", { class: "way" }, numbered(index), el("div", {}, way(steps, null), way(en.ways[index] ?? [], "en"))),
  );
  const aside = (name: "family" | "reprint-paper", key: "proxy" | "paper"): HTMLElement =>
    el(
      "div",
      { class: "aside" },
      symbol(name, 56),
      el("div", {}, el("p", { class: "aside-zh" }, zh[key]), el("p", { class: "aside-en", lang: "en" }, en[key])),
    );
  return [
    el(
      "div",
      { class: "channels-title" },
      placeCode(setup) ?? symbol("show-code", 170),
      el("div", {}, ...headlines(view, setup)),
    ),
    el(
      "div",
      { class: "channels" },
      el("p", { class: "channels-lead" }, zh.title, " ", el("span", { lang: "en" }, en.title)),
      el("ol", {}, ...ways),
      el("div", { class: "asides" }, aside("family", "proxy"), aside("reprint-paper", "paper")),
    ),
  ];
}

/** The compound's own code, as an aid to whoever lives here (P14); null where the site has none. */
function placeCode(setup: Setup | null): HTMLElement | null {
  const outline = setup?.placeCode ?? null;
  if (outline === null) return null;
  return el(
    "div",
    { class: "place-code" },
    qr(outline.size, outline.path),
    el(
      "div",
      {},
      el("p", { class: "aside-zh" }, street.zh.channels.place),
      el("p", { class: "aside-en", lang: "en" }, street.en.channels.place),
    ),
  );
}

/** How to convert a code from elsewhere, with the QR of the configured address (P12). */
function convert(view: StreetView, look: Look, setup: Setup | null): HTMLElement[] {
  const { zh, en } = { zh: street.zh.convert, en: street.en.convert };
  const steps = zh.steps.map((text, index) =>
    el(
      "li",
      { class: "step" },
      numbered(index),
      el(
        "div",
        {},
        el("p", { class: "step-zh" }, text),
        el("p", { class: "step-en", lang: "en" }, en.steps[index] ?? ""),
      ),
    ),
  );
  const outline = setup?.convert ?? null;
  const picture = outline === null ? [symbol(look.symbol, 300)] : [qr(outline.size, outline.path), ...captions()];
  return [
    el("div", { class: "panel", "data-panel": outline === null ? "symbol" : "qr" }, ...picture),
    el("div", { class: "words" }, ...headlines(view, setup), el("ol", { class: "steps" }, ...steps)),
  ];
}

const captions = (): HTMLElement[] => [
  el("p", { class: "caption-zh" }, street.zh.convert.caption),
  el("p", { class: "caption-en", lang: "en" }, street.en.convert.caption),
];

/** A quiet zone of four modules belongs to the code (ISO/IEC 18004, 5.3.8). */
function qr(size: number, path: string): SVGSVGElement {
  const whole = size + 8;
  return svg(
    "svg",
    { class: "qr", viewBox: `-4 -4 ${whole} ${whole}`, "shape-rendering": "crispEdges", "aria-hidden": "true" },
    svg("rect", { class: "qr-ground", x: -4, y: -4, width: whole, height: whole }),
    svg("path", { class: "qr-modules", d: path }),
  );
}
