/** The printed pass (P11): a code on paper with the words people need, up to six to a page for a family. */
import type { PassClaims } from "../../pass/claims.ts";
import { endOfLife } from "../../pass/verify.ts";
import { A4, type Align, bar, frame, type Mark, PAPER, placed, qr, rule, type Sheet, text } from "./sheet.ts";

export interface PaperPass {
  readonly claims: PassClaims;
  readonly text: string;
}

const PER_PAGE = 6;
const CARD = { width: 95, height: 92 } as const;
const LEFT = (A4.width - 2 * CARD.width) / 2;
const TOP = (A4.height - 3 * CARD.height) / 2;
/** A pass alone on its page is printed larger: easier to read for old eyes and for an old camera. */
const ALONE = 1.7;

/** Pages for all passes, six cards each, in two columns; one alone is large. */
export function paperPasses(passes: readonly PaperPass[]): Sheet[] {
  const [only] = passes;
  if (only !== undefined && passes.length === 1)
    return [{ ...A4, marks: placed(card(only), (A4.width - CARD.width * ALONE) / 2, 30, ALONE) }];
  const pages = Array.from({ length: Math.ceil(passes.length / PER_PAGE) }, (_, page) =>
    passes.slice(page * PER_PAGE, (page + 1) * PER_PAGE),
  );
  return pages.map((page) => ({
    ...A4,
    marks: page.flatMap((pass, index) =>
      placed(card(pass), LEFT + (index % 2) * CARD.width, TOP + Math.floor(index / 2) * CARD.height, 1),
    ),
  }));
}

function card({ claims, text: code }: PaperPass): Mark[] {
  const [left, right, middle] = [6, CARD.width - 6, CARD.width / 2];
  const family = claims.forWhom === "family";
  const whom = family ? { zh: "为家人代办", en: "for a family member" } : { zh: "本人使用", en: "for the holder" };
  const small = { size: 2.4 } as const;
  return [
    frame(CARD.width, CARD.height),
    bar(left - 1.5, 4, right - left + 3, 10),
    text("健康通行码（纸质）", left + 1, 10.8, { size: 5, weight: 700, colour: PAPER }),
    text(whom.zh, right - 1, 10.8, { size: 4.6, weight: 700, align: "right", colour: PAPER }),
    text("Health pass on paper", left, 17.2, small),
    text(whom.en, right, 17.2, { ...small, align: "right" }),
    qr(code, middle - 22, 20.5, 44),
    ...time("印制 printed", localTime(claims.issuedAt), left, "left"),
    ...time("有效至 valid until", localTime(endOfLife(claims)), right, "right"),
    text("有效期 14 天，与电子码效力相同，到期请重新打印 · 疑问与投诉 12345", middle, 79, {
      size: 2.6,
      align: "centre",
    }),
    text("Valid 14 days, same force as on a phone, print again afterwards", middle, 82.2, {
      size: 2.2,
      align: "centre",
    }),
    text("持码人", left, 87.6, { size: 2.8 }),
    rule(left + 9.5, 88, family ? 29.5 : right - left - 9.5),
    ...(family ? [text("代办人", left + 42, 87.6, { size: 2.8 }), rule(left + 51.5, 88, right - left - 51.5)] : []),
  ];
}

const time = (label: string, value: string, x: number, align: Align): Mark[] => [
  text(label, x, 69.2, { size: 2.4, align }),
  text(value, x, 73.6, { size: 4, weight: 700, align }),
];

/** Beijing time, as the notices mean theirs. */
export const localTime = (at: number): string =>
  new Date(at + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
