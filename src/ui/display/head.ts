import type { Setup } from "../../core/live.ts";
import type { StreetView } from "../../core/views.ts";
import { el } from "../shared/dom.ts";
import { arrow } from "../shared/symbols.ts";
import type { Look } from "./looks.ts";
import { street } from "./texts.ts";

/** The head: where the person is on the path, or one short word about the lane; right the lane's tag. */
export function headOf(view: StreetView, look: Look, setup: Setup | null): HTMLElement {
  const lane = setup?.lane ?? null;
  const side = look.ground === "free" ? "both" : view.direction;
  const tag = el("span", { class: "tag" }, lane?.number ?? "--", arrow(lane?.arrow ?? "right", 28));
  return el("header", { class: "head" }, chipOrPath(view, look), el("p", { class: "lane" }, tag, street.zh.side[side]));
}

function chipOrPath(view: StreetView, look: Look): HTMLElement {
  const chips = street.zh.chips;
  if (look.ground === "staff") return called();
  if (look.ground === "closed") return chip(view.screen === "lockdown" ? chips.lockdown : chips.rest);
  if (look.ground === "free") return chip(chips.free);
  return view.staffCalled && look.ground === "next" ? called() : path(view, look);
}

const chip = (text: string): HTMLElement => el("p", { class: "chip" }, text);

const called = (): HTMLElement =>
  el(
    "p",
    { class: "chip" },
    street.zh.chips.called,
    el("span", { class: "chip-en", lang: "en" }, ` · ${street.en.chips.called}`),
  );

/** 亮码 — 测温 — 通行; on the way out 测温 — 离开. Done, at and to come differ by size and filling, not by hue. */
function path(view: StreetView, look: Look): HTMLElement {
  const words = street.zh.path;
  const exit = view.direction === "exit";
  const steps = exit ? (["temperature", "go"] as const) : (["code", "temperature", "go"] as const);
  const at = (steps as readonly string[]).indexOf(look.step);
  return el(
    "ol",
    { class: "path" },
    ...steps.map((step, index) =>
      el(
        "li",
        {
          "data-state": index < at ? "done" : index === at ? "at" : "ahead",
          "aria-current": index === at ? "step" : null,
        },
        exit && step === "go" ? words.leave : words[step],
      ),
    ),
  );
}
