/** P18: the complaint number tells 12345 place, time and rule; it is not unique and stored nowhere. */
import type { ReasonCode } from "../flow.ts";
import type { Instant } from "../units.ts";
import { reasonFacts } from "./reasons.ts";

const QUARTER = 15 * 60_000;
const CYCLE = 10_000;
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * `LQ03-4033-5-7`: lane code, quarter-hours since 1970 modulo 10,000 (unique for 104 days), group of the headline,
 * check digit. Everything the street answers with "please see staff" has the same group.
 */
export function complaintNumber(laneCode: string, at: Instant, headline: ReasonCode): string {
  const lane = laneCode
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .slice(-8);
  const quarter = String(Math.floor(at / QUARTER) % CYCLE).padStart(4, "0");
  const body = `${lane}-${quarter}-${reasonFacts[headline].group}`;
  return `${body}-${checkDigit(body)}`;
}

/** Whether a number read over the telephone can be right: its check digit fits. */
export function plausibleComplaint(text: string): boolean {
  const match = /^([0-9A-Z]{1,8}-\d{4}-\d)-(\d)$/.exec(text.trim().toUpperCase());
  return match?.[1] !== undefined && match[2] === checkDigit(match[1]);
}

/** Weighted sum modulo 11 with weights 2, 3, … from the right; the rare 10 becomes 0. Letters count as their place in the alphabet. */
function checkDigit(body: string): string {
  const values = [...body].filter((char) => char !== "-").map((char) => alphabet.indexOf(char));
  const sum = values.reverse().reduce((total, value, index) => total + value * ((index % 9) + 2), 0);
  return String(((11 - (sum % 11)) % 11) % 10);
}
