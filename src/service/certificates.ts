/** Files of certificates (PEM), and how long they are still good. */
import { X509Certificate } from "node:crypto";
import { days, type Instant, instant, type Millis } from "../core/units.ts";

/** So long before its end a certificate has to be renewed: time for the district's answer and for a visit. */
export const RENEWED_BEFORE: Millis = days(30);

/** Every certificate of a file. @throws an Error where there is none, or one that can't be read. */
export function certificatesOf(text: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error("no block");
  return blocks.map((block) => new X509Certificate(block));
}

/** The first end among the certificates of a file: a chain is as good as the weakest of it. @throws as `certificatesOf`. */
export const endOf = (text: string): Instant =>
  instant(Math.min(...certificatesOf(text).map(({ validTo }) => Date.parse(validTo))));
