/** Filling texts from the locales. A text whose value is missing is left out rather than shown with a hole in it. */

export type Values = Readonly<Record<string, string | number>>;

/** The text with `{name}` filled in, or null where a value is missing. */
export function fill(text: string, values: Values): string | null {
  let missing = false;
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) missing = true;
    return String(value);
  });
  return missing ? null : filled;
}

/** The texts that can be filled; of texts with the same words before their first placeholder the first one counts. */
export function fillAll(texts: readonly string[], values: Values): string[] {
  const shown: string[] = [];
  const begun = new Set<string>();
  for (const text of texts) {
    const filled = fill(text, values);
    const start = text.split(/[（(]?\{/)[0]?.trim() ?? "";
    if (filled === null || (start !== "" && begun.has(start))) continue;
    begun.add(start);
    shown.push(filled);
  }
  return shown;
}

const CHINA = 8 * 3_600_000;
const MONTHS = "January February March April May June July August September October November December".split(" ");

/** An instant as `4月26日8时` or `26 April, 08:00`, in China's time whatever the machine is set to. */
export function dayAndHour(at: number, language: "zh" | "en"): string {
  const local = new Date(at + CHINA);
  const [month, day, hour, minute] = [
    local.getUTCMonth(),
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
  ];
  const clock = local.toISOString().slice(11, 16);
  if (language === "en") return `${day} ${MONTHS[month]}, ${clock}`;
  return `${month + 1}月${day}日${minute === 0 ? `${hour}时` : clock}`;
}
