import QRCode from "qrcode";
import type { QrOutline } from "../core/live.ts";

/**
 * Draws a text as a QR code of error correction M, as an outline for an inline SVG: the page needs no picture and no
 * encoder. Dark runs of a row are one rectangle each.
 */
export function qrOutline(text: string): QrOutline {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: "M" });
  const size = modules.size;
  const runs: string[] = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = x;
      while (x < size && modules.get(y, x)) x++;
      if (x > from) runs.push(`M${from} ${y}h${x - from}v1h${from - x}z`);
    }
  }
  return { size, path: runs.join("") };
}
