/** Puts the fixed stage on whatever screen there is, and big type into the room there is. */
import type { Setup } from "../../core/live.ts";

const LONG = 1280;
const SHORT = 800;
/** Steps of big type, from all of it to none. */
const STEPS = [1, 0.75, 0.5, 0.25, 0];

/** Lays the stage out as 1280×800 or 800×1280, by itself whichever the screen is nearer to, and scales it as a whole. */
export function scaleStage(stage: HTMLElement, orientation: Setup["orientation"]): void {
  const portrait = orientation === "auto" ? innerHeight > innerWidth : orientation === "portrait";
  const width = portrait ? SHORT : LONG;
  const height = portrait ? LONG : SHORT;
  stage.dataset.orientation = portrait ? "portrait" : "landscape";
  const scale = Math.min(innerWidth / width, innerHeight / height);
  const left = (innerWidth - width * scale) / 2;
  const top = (innerHeight - height * scale) / 2;
  stage.style.transform = scale === 1 ? "" : `translate(${left}px, ${top}px) scale(${scale})`;
}

/** Sets the type as large as `big` asks for and the words' room allows; at normal size everything fits by design. */
export function sizeType(stage: HTMLElement, picture: HTMLElement, big: boolean): void {
  const words = picture.querySelector<HTMLElement>(".words");
  for (const step of big ? STEPS : [0]) {
    stage.style.setProperty("--big", String(step));
    if (words === null || !tooTall(words)) return;
  }
}

function tooTall(words: HTMLElement): boolean {
  const first = words.firstElementChild?.getBoundingClientRect();
  const last = words.lastElementChild?.getBoundingClientRect();
  const room = words.getBoundingClientRect();
  if (first === undefined || last === undefined) return false;
  return first.top < room.top - 0.5 || last.bottom > room.bottom + 0.5 || words.scrollWidth > words.clientWidth;
}
