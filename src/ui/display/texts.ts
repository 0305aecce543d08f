import { street as en } from "../../../config/locales/en.json";
import { street as zh } from "../../../config/locales/zh-CN.json";
import { overBy } from "../../core/hours.ts";
import type { Setup } from "../../core/live.ts";
import { instant } from "../../core/units.ts";
import type { StreetView } from "../../core/views.ts";
import { dayAndHour, fillAll, type Values } from "../shared/words.ts";

/** The street's words only: what a guard reads never reaches this page. */
export const street = { zh, en };
export type Language = "zh" | "en";

interface ScreenTexts {
  readonly headline: readonly string[];
  readonly lines: readonly string[];
  readonly big?: readonly string[];
}

export interface ShownTexts {
  readonly headline: readonly string[];
  readonly lines: readonly string[];
}

/** What a screen's texts may be filled with: the lane's values and the site's. Instants become words. */
function valuesOf(view: StreetView, setup: Setup | null, language: Language): Values {
  const values: Record<string, string | number> = {};
  const site = setup?.site;
  const tel = site?.phones.site ?? site?.phones.technical;
  if (tel != null) values.tel = tel;
  if (site?.otherEntrance != null) {
    values.entrance = site.otherEntrance.name[language];
    values.minutes = site.otherEntrance.minutes;
  }
  for (const [key, value] of Object.entries(view.values)) {
    if (key === "from") values.from = dayAndHour(Number(value), language);
    else if (key === "until") values.until = overBy(instant(Number(value)));
    else if (key === "days" && language === "en") values.days = `${value} ${Number(value) === 1 ? "day" : "days"}`;
    else values[key] = value;
  }
  return values;
}

/** The words of a screen in one language. Big type has shorter second lines where a screen offers them. */
export function textsOf(view: StreetView, setup: Setup | null, language: Language): ShownTexts {
  const screens: Readonly<Record<string, ScreenTexts>> = street[language].screens;
  const wrist = setup?.measureAt === "wrist" ? screens[`${view.screen}.wrist`] : undefined;
  const texts = wrist ?? screens[view.screen];
  if (texts === undefined) throw new Error(`no ${language} words for ${view.screen}`);
  const lines = setup?.size === "big" ? (texts.big ?? texts.lines) : texts.lines;
  return { headline: texts.headline, lines: fillAll(lines, valuesOf(view, setup, language)) };
}

/** `预计 08:40 恢复`, where the lane said until when. */
export function untilText(view: StreetView): string | null {
  return fillAll([street.zh.footer.until], valuesOf(view, null, "zh"))[0] ?? null;
}
