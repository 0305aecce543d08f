/** The printed pass (P11): a code on paper with the words people need, up to six to a page for a family. */
import type { PassClaims } from "../../pass/claims.ts";
import { endOfLife } from "../../pass/verify.ts";
import { A4, type Mark, qr, rule, type Sheet, text } from "./sheet.ts";

export interface PaperPass {
  readonly claims: PassClaims;
  readonly text: string;
}

const PER_PAGE = 6;
const CARD = { width: 95, height: 92 } as const;
const LEFT = (A4.width - 2 * CARD.width) / 2;
const TOP = (A4.height - 3 * CARD.height) / 2;

/** Pages for all passes, six cards each, in two columns. */
export function paperPasses(passes: readonly PaperPass[]): Sheet[] {
  const pages = Array.from({ length: Math.ceil(passes.length / PER_PAGE) }, (_, page) =>
    passes.slice(page * PER_PAGE, (page + 1) * PER_PAGE),
  );
  return pages.map((page) => ({
    ...A4,
    marks: page.flatMap((pass, index) =>
      card(pass, LEFT + (index % 2) * CARD.width, TOP + Math.floor(index / 2) * CARD.height),
    ),
  }));
}

function card({ claims, text: code }: PaperPass, left: number, top: number): Mark[] {
  const middle = left + CARD.width / 2;
  const centred = { align: "centre" } as const;
  const family = claims.forWhom === "family";
  return [
    text("健康通行码（纸质）", middle, top + 7, { size: 5.4, weight: 700, ...centred }),
    text(family ? "为家人代办 · for a family member" : "本人 · for the holder", middle, top + 12, {
      size: 3.4,
      ...centred,
    }),
    qr(code, middle - 26, top + 15.5, 52),
    text(`印制 ${localTime(claims.issuedAt)}    有效至 ${localTime(endOfLife(claims))}`, middle, top + 73.5, {
      size: 3.2,
      weight: 700,
      ...centred,
    }),
    text("有效期 14 天，与电子码效力相同，到期请重新打印", middle, top + 77.8, { size: 2.9, ...centred }),
    text("Valid 14 days, same force as on a phone, print again afterwards", middle, top + 81.3, {
      size: 2.5,
      ...centred,
    }),
    text("持码人", left + 8, top + 87, { size: 2.9 }),
    rule(left + 18, top + 87.5, family ? 26 : 68),
    ...(family ? [text("代办人", left + 48, top + 87, { size: 2.9 }), rule(left + 58, top + 87.5, 28)] : []),
    text("疑问与投诉 12345", middle, top + 90.6, { size: 2.4, ...centred }),
  ];
}

/** Beijing time, as the notices mean theirs. */
export const localTime = (at: number): string =>
  new Date(at + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
