import type { Speech } from "./words.ts";

/** The district's clock, whatever the desk's machine is set to. */
const china = 8 * 3_600_000;
export const clockTime = (at: number): string => new Date(at + china).toISOString().slice(11, 19);
export const shortTime = (at: number): string => new Date(at + china).toISOString().slice(11, 16);
export const startOfDay = (at: number): number => Math.floor((at + china) / 86_400_000) * 86_400_000 - china;

/** 00:14, 58:30, 3:05:00, 2 天: the age of a case. */
export function age(ms: number, speech: Speech): string {
  const s = Math.max(0, Math.floor(ms / 1_000));
  if (s >= 86_400) return speech.language === "zh" ? `${Math.floor(s / 86_400)} 天` : `${Math.floor(s / 86_400)} d`;
  const two = (n: number): string => String(n).padStart(2, "0");
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s >= 3_600 ? `${Math.floor(s / 3_600)}:${rest}` : rest;
}

/** 2 秒, 6 分, 3 小时, 2 天. */
export function roughly(ms: number, speech: Speech): string {
  const zh = speech.language === "zh";
  const s = Math.max(0, Math.floor(ms / 1_000));
  if (s < 60) return zh ? `${s} 秒` : `${s} s`;
  if (s < 3_600) return zh ? `${Math.floor(s / 60)} 分` : `${Math.floor(s / 60)} min`;
  if (s < 86_400) return zh ? `${Math.floor(s / 3_600)} 小时` : `${Math.floor(s / 3_600)} h`;
  return zh ? `${Math.floor(s / 86_400)} 天` : `${Math.floor(s / 86_400)} d`;
}

/** 48 201: digits in groups of three. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, "\u2009");

/** The end of the shift that `now` lies in, from local times like 16:00. */
export function endOfShift(now: number, ends: readonly string[]): number {
  const day = startOfDay(now);
  const instants = ends.flatMap((text) => {
    const [hours = 0, minutes = 0] = text.split(":").map(Number);
    const at = day + (hours * 60 + minutes) * 60_000;
    return [at, at + 86_400_000];
  });
  const next = instants.filter((at) => at > now).sort((a, b) => a - b)[0] ?? now + 8 * 3_600_000;
  return Math.min(next, now + 8 * 3_600_000);
}
