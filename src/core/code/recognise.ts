import type { NotAPassKind } from "../flow.ts";
import { capped, MAX_TEXT_LENGTH } from "./caps.ts";
import { isContact } from "./contact.ts";
import { isForeignCertificate } from "./foreign-certificate.ts";
import { isHealthCard } from "./health-card.ts";
import { isLink } from "./link.ts";
import { isOtherProvince } from "./other-province.ts";
import { isPayment } from "./payment.ts";
import { isPlace } from "./place.ts";
import { isSignedPass } from "./signed-pass.ts";
import { isSmartCard } from "./smart-card.ts";
import { isWifi } from "./wifi.ts";

/** Codes that say something about a person's health, by the name the tools print. */
export type HealthFormat = "HP1" | "HC1" | "health-card" | "other-province";
export type CodeFormat = HealthFormat | NotAPassKind;

/** What a text is by its shape. `tooLong`: it claims a format and exceeds the cap, so it is not looked into. */
export interface Recognised {
  readonly format: CodeFormat;
  readonly tooLong: boolean;
}

/** In the order of asking: the certain shapes first, the general ones (link, other) last. */
const shapes: readonly (readonly [format: CodeFormat, is: (text: string) => boolean])[] = [
  ["HP1", isSignedPass],
  ["HC1", isForeignCertificate],
  ["health-card", isHealthCard],
  ["smart-card", isSmartCard],
  ["payment", isPayment],
  ["wifi", isWifi],
  ["contact", isContact],
  ["place", isPlace],
  ["other-province", isOtherProvince],
  ["link", isLink],
];

/** Tells the format of a text. Total: any text has one, `other` at the last; time is linear in the capped length. */
export function recognise(text: string): Recognised {
  const head = capped(text);
  const format = shapes.find(([, is]) => is(head))?.[0] ?? "other";
  return { format, tooLong: text.length > MAX_TEXT_LENGTH };
}

const healthFormats: readonly CodeFormat[] = ["HP1", "HC1", "health-card", "other-province"];

/** The kind for the screen where a format is no health code; null where it is one. */
export const notAPassKind = (format: CodeFormat): NotAPassKind | null =>
  healthFormats.includes(format) ? null : (format as NotAPassKind);
