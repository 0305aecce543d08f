import type { RigMessage, RigView } from "../../core/live.ts";
import { byId, el, svg } from "../shared/dom.ts";
import { Live } from "../shared/live.ts";
import "./rig.css";

const story = byId("story");
const arm = byId("arm");
const centre = byId("centre");

const heading = (zh: string, en: string): HTMLElement => el("h2", {}, zh, " ", el("span", { lang: "en" }, en));

function showStory(view: RigView): void {
  const totals = Object.entries(view.totals).map(([name, count]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, String(count))),
  );
  story.replaceChildren(
    heading("谁来了", "Who comes"),
    el("p", { class: "person" }, view.person),
    el("p", { class: "says" }, view.says),
    el("p", { class: "script" }, `${view.script} · ${view.t.toFixed(1)} s`),
    el("dl", { class: "totals" }, ...totals),
  );
}

const STATES = {
  locked: ["锁闭", "locked"],
  released: ["已放行", "released"],
  turning: ["转动中", "turning"],
  free: ["自由通行", "free"],
} as const;

/** The tripod from above: three arms, turned by what the passage sensors have seen. */
function showArm({ arm: { state, angle, direction } }: RigView): void {
  const turn = direction === "entry" ? angle : -angle;
  const arms = [0, 120, 240].map((at) =>
    svg("line", { x1: 0, y1: 0, x2: 0, y2: -62, transform: `rotate(${at + turn})`, class: "arm" }),
  );
  const [zh, en] = STATES[state];
  arm.replaceChildren(
    heading("闸机", "Turnstile"),
    svg(
      "svg",
      { viewBox: "-80 -80 160 160", class: `tripod ${state}`, "aria-hidden": "true" },
      svg("circle", { r: 76, class: "rim" }),
      ...arms,
      svg("circle", { r: 14, class: "hub" }),
    ),
    el("p", { class: "state" }, zh, " ", el("span", { lang: "en" }, en)),
  );
}

function showCentre(view: RigView): void {
  const rows = view.centre
    .slice(0, 8)
    .map((event) =>
      el(
        "tr",
        { "data-level": event.level },
        el("td", { class: "mono" }, String(event.seq)),
        el("td", {}, event.time),
        el("td", {}, event.type),
        el("td", {}, event.level),
        el("td", {}, event.receipt ? "已收到 receipt" : "…"),
      ),
    );
  centre.replaceChildren(
    heading("控制室收到", "The control room received"),
    rows.length === 0
      ? el("p", { class: "says" }, "还没有事件 nothing yet")
      : el("table", {}, el("tbody", {}, ...rows)),
  );
}

new Live<RigMessage>({
  path: "/live/rig",
  onMessage(message) {
    if (message.kind === "setup") return;
    document.body.dataset.silent = "no";
    showStory(message);
    showArm(message);
    showCentre(message);
  },
  onSilence() {
    document.body.dataset.silent = "yes";
  },
}).start();

/** Both pages are laid out for their own screens and shown smaller here, as a whole. */
function scaleFrames(): void {
  for (const [name, width, height] of [
    ["display", 1280, 800],
    ["guard", 1180, 820],
  ] as const) {
    const box = document.querySelector<HTMLElement>(`.frame.${name}`);
    const frame = box?.querySelector("iframe");
    if (box == null || frame == null) continue;
    frame.style.width = `${width}px`;
    frame.style.height = `${height}px`;
    frame.style.transform = `scale(${Math.min(box.clientWidth / width, box.clientHeight / height)})`;
  }
}
window.addEventListener("resize", scaleFrames);
scaleFrames();
