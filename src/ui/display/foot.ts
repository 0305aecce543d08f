import type { Setup } from "../../core/live.ts";
import { streetFacts } from "../../core/street.ts";
import type { StreetView } from "../../core/views.ts";
import { el } from "../shared/dom.ts";
import type { Look } from "./looks.ts";
import { street, untilText } from "./texts.ts";

const words = street.zh.footer;

/** The footer: help and the time, or whom to ask about this denial (P18). */
export function footOf(view: StreetView, look: Look, setup: Setup | null, time: string | null): HTMLElement {
  const clock = time === null ? null : el("p", { class: "clock" }, time);
  const phones = setup?.site.phones ?? null;
  const complaints = item(words.complaints, phones?.complaint ?? "12345");
  const technical = phones?.technical == null ? null : item(words.phone, phones.technical);
  const number = view.complaint === null ? null : item(words.number, view.complaint);
  const foot = (...parts: (HTMLElement | null)[]): HTMLElement => el("footer", { class: "foot" }, ...parts);
  switch (streetFacts[view.screen].footer) {
    case "free":
      return foot(el("p", {}, words.walk), el("p", { lang: "en" }, street.en.footer.walk));
    case "rest": {
      const until = view.screen === "lockdown" ? untilText(view) : null;
      const called = view.staffCalled ? el("p", {}, words.called) : null;
      const first = setup?.firstCode ?? null;
      if (first !== null && view.screen !== "lockdown")
        return foot(item(words["first-code"], first), el("p", { lang: "en" }, street.en.footer["first-code"]));
      return foot(until === null ? called : el("p", {}, until), complaints, technical);
    }
    case "complaint":
      if (look.ground === "channels") return foot(el("p", {}, words["by-hand"]), complaints, technical, number);
      return foot(complaints, technical, number);
    case "help":
      return foot(el("p", { class: "help" }, helpText(view)), clock);
  }
}

function helpText(view: StreetView): string {
  if (view.staffCalled) return words.called;
  return view.screen === "idle-exit" ? words.exit : words.help;
}

const item = (label: string, value: string): HTMLElement =>
  el("p", {}, label, " ", el("span", { class: "number" }, value));
