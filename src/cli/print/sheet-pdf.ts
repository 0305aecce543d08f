import PdfDocument from "pdfkit";
import type { Mark, Sheet } from "./sheet.ts";
import { fontFile } from "./type-face.ts";

const POINTS_PER_MM = 72 / 25.4;

/** The sheets as one PDF, a page each, with the letters used embedded. */
export async function sheetPdf(sheets: readonly Sheet[], title: string): Promise<Buffer> {
  const document = new PdfDocument({ autoFirstPage: false, margin: 0, info: { Title: title, Creator: "Greenlane" } });
  const chunks: Buffer[] = [];
  document.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => document.on("end", resolve).on("error", reject));
  document.registerFont("400", fontFile(400));
  document.registerFont("700", fontFile(700));
  for (const sheet of sheets) {
    document.addPage({ size: [sheet.width * POINTS_PER_MM, sheet.height * POINTS_PER_MM], margin: 0 });
    document.save().scale(POINTS_PER_MM);
    for (const mark of sheet.marks) draw(document, mark);
    document.restore();
  }
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

function draw(document: PDFKit.PDFDocument, mark: Mark): void {
  switch (mark.kind) {
    case "line":
      document
        .moveTo(mark.x, mark.y)
        .lineTo(mark.x + mark.length, mark.y)
        .lineWidth(0.2)
        .stroke(mark.colour);
      return;
    case "path":
      document.save().translate(mark.x, mark.y).scale(mark.scale).path(mark.d).fill(mark.colour).restore();
      return;
    case "text": {
      document.font(String(mark.weight)).fontSize(mark.size).fillColor(mark.colour);
      const left = mark.align === "centre" ? mark.x - document.widthOfString(mark.text) / 2 : mark.x;
      document.text(mark.text, left, mark.y, { lineBreak: false, baseline: "alphabetic" });
    }
  }
}
