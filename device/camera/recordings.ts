/** What a folder holds for a camera: photos, recordings, and numbered PNGs that are one recording together. */
import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import { isPlayable, RecordingError } from "./recorded-pictures.ts";

/** Files whose pictures come one after the other, as paths below the folder. */
export interface Recording {
  /** The file's path, or for a sequence its pattern: `walk-%04d.png`. */
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * What is below a folder, in the order of the names, numbers as numbers. PNGs numbered from 0 or 1 with leading zeros
 * (`walk-0001.png`, three digits or more, no gap, three pictures or more) are one recording, as tools write them.
 * @throws RecordingError where the folder can't be listed or holds none.
 */
export async function recordingsIn(folder: string): Promise<Recording[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: Error) => {
    throw new RecordingError(
      folder,
      `the folder can't be listed (${error.message.split(",")[0]}); give one with pictures`,
    );
  });
  const wanted = names.filter((name) => isPlayable(extname(name)));
  if (wanted.length === 0)
    throw new RecordingError(folder, "no PNG, JPEG, WebP, MJPEG or Y4M file in it; name a folder that has some");
  wanted.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const byPattern = new Map<string, string[]>();
  for (const name of wanted) {
    const pattern = patternOf(name);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), name]);
  }
  return [...byPattern].flatMap(([name, files]) =>
    isSequence(files) ? [{ name, files }] : files.map((file) => ({ name: file, files: [file] })),
  );
}

const numbered = /(\d{3,})\.png$/i;

const patternOf = (name: string): string =>
  name.replace(numbered, (end, digits: string) => `%0${digits.length}d${end.slice(digits.length)}`);

/** Photos are numbered too, but from anywhere and with gaps. */
function isSequence(files: readonly string[]): boolean {
  const numbers = files.map((file) => Number(numbered.exec(file)?.[1] ?? Number.NaN));
  const [first = Number.NaN] = numbers;
  return files.length >= 3 && first <= 1 && numbers.every((number, at) => number === first + at);
}
