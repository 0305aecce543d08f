/** The poster of a compound's place code (P14): an aid for those who want it, never a condition. */
import { A4, qr, type Sheet, text } from "./sheet.ts";

export interface Place {
  /** What the code holds: the platform's address of this place. */
  readonly code: string;
  readonly name: { readonly zh: string; readonly en: string };
}

export function placePoster({ code, name }: Place): Sheet {
  const middle = A4.width / 2;
  const centred = { align: "centre" } as const;
  return {
    ...A4,
    marks: [
      text(name.zh, middle, 38, { size: fitting(name.zh, 15), weight: 700, ...centred }),
      text(name.en, middle, 50, { size: fitting(name.en, 7), ...centred }),
      text("扫码亮出健康码", middle, 72, { size: 11, weight: 700, ...centred }),
      text("Scan to bring up your health code", middle, 82, { size: 6, ...centred }),
      qr(code, middle - 62, 96, 124),
      text("扫码只为方便，不是通行条件", middle, 239, { size: 6.5, weight: 700, ...centred }),
      text("Scanning is a help, not a condition. A printed code or a code on a phone will do.", middle, 247, {
        size: 4,
        ...centred,
      }),
      text("没有手机：可由家人代办，纸质码同样有效，也可请工作人员人工查验", middle, 259, { size: 4.6, ...centred }),
      text("No phone? Family can apply for you, paper is as good, staff can check by hand", middle, 266, {
        size: 3.6,
        ...centred,
      }),
      text("疑问与投诉 12345", middle, 280, { size: 5, ...centred }),
    ],
  };
}

/** Shrinks a name so that it stays inside of the margins; Han characters are one em wide, letters about half. */
function fitting(words: string, wanted: number): number {
  const ems = [...words].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.56), 0);
  return Math.min(wanted, 180 / Math.max(1, ems));
}
