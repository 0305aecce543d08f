import { guard as en, street as streetEn } from "../../../config/locales/en.json";
import { street as streetZh, guard as zh } from "../../../config/locales/zh-CN.json";
import type { ReasonCode } from "../../core/flow.ts";
import type { Setup } from "../../core/live.ts";
import { fill, type Values } from "../shared/words.ts";
import type { Model } from "./model.ts";
import type { Step } from "./steps.ts";

export type GuardWords = typeof zh;
export type Language = "zh" | "en";

export interface ReasonWords {
  readonly plate: string;
  readonly "plate-none"?: string;
  readonly also: string;
  readonly say: readonly string[];
  readonly steps: readonly Step[];
}

export function wordsOf(language: Language): GuardWords {
  return language === "en" ? en : zh;
}

export const sideWords = (language: Language): Readonly<Record<string, string>> =>
  (language === "en" ? streetEn : streetZh).side;

export function reasonWords(language: Language, code: ReasonCode): ReasonWords {
  const table: Readonly<Record<string, ReasonWords>> = wordsOf(language).reasons;
  const words = table[code];
  if (words === undefined) throw new Error(`no words for ${code}`);
  return words;
}

/** Headline of the plate: with the reading where there is one. */
export function plateText(words: ReasonWords, value: number | null): string {
  const filled = value === null ? null : fill(words.plate, { value: value.toFixed(1) });
  return filled ?? words["plate-none"] ?? words.plate;
}

/** Telephone numbers and places of the site for the steps; what is not configured is missing. */
export function siteValues(setup: Setup | null, language: Language): Values {
  const site = setup?.site;
  const phones = site?.phones;
  const values: Record<string, string | number> = {};
  const tel = phones?.site ?? phones?.technical;
  if (tel != null) values.tel = tel;
  if (phones?.health != null) values.healthTel = phones.health;
  if (site?.waitingPlace != null) values.waiting = site.waitingPlace[language];
  if (site?.otherEntrance != null) {
    values.entrance = site.otherEntrance.name[language];
    values.minutes = site.otherEntrance.minutes;
  }
  if (site?.feverClinic != null) values.clinic = site.feverClinic[language];
  return values;
}

/** The text with its values, or without the hole where one is missing. */
export const told = (text: string, values: Values): string => fill(text, values) ?? text.replace(/\s*\{\w+\}/g, "");

/** Why the lane lets nobody in by a guard's hand now, or null: out of reach, or closed as a whole. */
export function shutBy({ language, lost, update }: Pick<Model, "language" | "lost" | "update">): string | null {
  const words = wordsOf(language);
  if (lost) return words.buttons.offline;
  const mode = update?.mode ?? "normal";
  return mode === "normal" || mode === "out-of-service" ? null : words.modes[mode].title;
}
