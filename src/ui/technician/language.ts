/** The panel speaks Chinese or English; a technician chooses, the browser remembers. */
import codes from "../../../config/locales/codes.zh-CN.json";
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

/** What to do about a code: in Chinese from the table of codes, in English as the lane said it. */
export function remedy(code: string | null | undefined, english: string): string {
  const chinese = (codes as Readonly<Record<string, string>>)[code ?? ""];
  return language.value() === "zh" && chinese !== undefined ? chinese : english;
}
