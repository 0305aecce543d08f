/** The panel speaks Chinese or English; a technician chooses, the browser remembers. */
import { signal } from "./signal.ts";

export type Language = "zh" | "en";

function remembered(): Language {
  return localStorage.getItem("panel-language") === "en" ? "en" : "zh";
}
export const language = signal<Language>(remembered());

export function speak(next: Language): void {
  localStorage.setItem("panel-language", next);
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  language.set(next);
}

/** Words in the chosen language. */
export const t = (zh: string, en: string): string => (language.value() === "zh" ? zh : en);
