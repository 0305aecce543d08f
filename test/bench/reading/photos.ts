/** The photos of the shared set, through the path of `greenlane scan`, and jsQR on the same pixels. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StillReader } from "../../../src/read/still-reader.ts";
import { type Contest, shotOf } from "./contestants.ts";
import { Shares } from "./figures.ts";

export interface PhotoResult {
  readonly shares: Shares;
  /** Texts in pictures that hold no code. */
  readonly falseReads: number;
  /** Texts that are not the expected one in photos of a code: another code beside it, or a false read. */
  readonly others: readonly string[];
}

function photoFolder(): string | undefined {
  const root = resolve(import.meta.dirname, "../../..");
  const places = [
    process.env.GREENLANE_DATA ?? "",
    join(dirname(root), "shared/data"),
    join(root, "../../shared/data"),
  ];
  return places.map((place) => join(place, "qr-photos")).find((place) => existsSync(place));
}

/** Null where the photos are not at hand. */
export async function readPhotos({ readers }: Contest): Promise<PhotoResult | null> {
  const folder = photoFolder();
  if (folder === undefined) return null;
  const still = await StillReader.load();
  const shares = new Shares();
  const others: string[] = [];
  let falseReads = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (!/\.(png|jpe?g|webp)$/.test(file)) continue;
    const { codes, picture } = await still.readFile(join(folder, file));
    if (file.startsWith("falsepositives")) {
      falseReads += codes.length;
      continue;
    }
    const base = join(folder, file.replace(/\.\w+$/, ""));
    const isRight = (text: string, bytes: Uint8Array | null): boolean =>
      existsSync(`${base}.txt`)
        ? text.trim() === readFileSync(`${base}.txt`, "utf8").trim()
        : bytes !== null && Buffer.from(bytes).equals(readFileSync(`${base}.bin`));
    others.push(...codes.filter((code) => !isRight(code.text, code.bytes)).map((code) => `${file} (${code.rung})`));
    const jsqr = await readers.jsqr(shotOf(picture.raster));
    for (const row of [file.split("/")[0] ?? "", "all photos"]) {
      const ours = codes.some((code) => isRight(code.text, code.bytes));
      shares.add(row, "ours", ours);
      shares.add(
        row,
        "jsqr",
        jsqr.texts.some((text) => isRight(text, null)),
      );
    }
  }
  return { shares, falseReads, others };
}
