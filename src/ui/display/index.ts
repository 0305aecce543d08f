import type { Setup, StreetMessage } from "../../core/live.ts";
import type { StreetView } from "../../core/views.ts";
import { byId } from "../shared/dom.ts";
import { Live } from "../shared/live.ts";
import "./display.css";
import "./steps.css";
import { draw } from "./draw.ts";
import { PageSounds } from "./sounds.ts";
import { scaleStage, sizeType } from "./stage.ts";

/** What the page shows of its own accord: nobody's result, nothing that it was not told. */
const silent: StreetView = {
  screen: "out-of-service",
  turn: -1,
  direction: "entry",
  values: {},
  complaint: null,
  aim: null,
  progress: null,
  staffCalled: false,
};

const stage = byId("stage");
const sounds = new PageSounds();
let setup: Setup | null = null;
let shown = { view: silent, time: null as string | null, key: "" };

function show(view: StreetView, time: string | null): void {
  const before = shown.view;
  const key = JSON.stringify([view, time]);
  // Most messages are only the heartbeat.
  if (key === shown.key) return;
  shown = { view, time, key };
  const picture = draw(view, setup, time);
  stage.replaceChildren(picture);
  sizeType(stage, picture, setup?.size === "big");
  if (before.screen === view.screen && before.turn === view.turn) return;
  const style = getComputedStyle(stage);
  const fade = Number.parseFloat(style.getPropertyValue("--gl-t-state"));
  const slide = Number.parseFloat(style.getPropertyValue("--gl-t-move"));
  if (fade > 0) picture.querySelector(".words")?.animate([{ opacity: 0 }, { opacity: 1 }], fade);
  if (slide > 0 && picture.dataset.ground === "go")
    picture
      .querySelector(".panel svg")
      ?.animate([{ translate: "-24px 0" }, { translate: "0 0" }], { duration: slide, easing: "ease-out" });
}

const live = new Live<StreetMessage>({
  path: "/live/display",
  onMessage(message) {
    if (message.kind === "setup") {
      setup = message;
      document.body.dataset.size = message.size;
      document.body.dataset.pace = message.pace;
      document.body.dataset.languages = message.languages.join(" ");
      scaleStage(stage, message.orientation);
      sounds.setup(message);
      shown.key = "";
      return;
    }
    sounds.play(message);
    show(message.view, message.time);
  },
  onSilence() {
    sounds.stop();
    show(silent, null);
  },
});

function turned(): void {
  scaleStage(stage, setup?.orientation ?? "auto");
  shown.key = "";
  show(shown.view, shown.time);
}
window.addEventListener("resize", turned);
scaleStage(stage, "auto");
live.start();
// Text is measured to fit; it has to be measured again once the right letters are there.
void document.fonts.ready.then(turned);
