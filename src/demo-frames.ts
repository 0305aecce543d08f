/**
 * Pictures that nobody here drew before the lane's camera: each photo, recording or sequence of PNGs is somebody who
 * steps up and holds it there until the lane has an answer, or has seen nothing for its time.
 */
import { join } from "node:path";
import { type Picture, picturesOf } from "../device/camera/recorded-pictures.ts";
import { recordingsIn } from "../device/camera/recordings.ts";
import type { Stage } from "../device/rig/stage.ts";
import type { Decided } from "./demo-ledger.ts";

/** What the lane said to one photo, recording or sequence. `outcome` is null where nothing was read. */
export interface FramesAnswer {
  readonly file: string;
  readonly outcome: string | null;
  readonly notAPass: string | null;
  readonly verdict: string | null;
  readonly error?: string;
}

/** Bytes of one recording's pictures that are held in memory, 20 s of 640 × 480; a longer recording is played in part. */
const MOST_BYTES = 190_000_000;
/** Longer than the lane waits before it says that there is no code, twice over. */
const PATIENCE = 12_000;

/** Plays every picture and recording below `folder`, in order of their names. @throws RecordingError for an empty or unreadable folder. */
export async function* playFolder(
  folder: string,
  stage: Stage,
  next: (within: number) => Promise<Decided | null>,
): AsyncGenerator<FramesAnswer> {
  for (const { name: file, files } of await recordingsIn(folder)) {
    const pictures = await read(files.map((each) => join(folder, each)));
    if (typeof pictures === "string") {
      yield { file, outcome: null, notAPass: null, verdict: null, error: pictures };
      continue;
    }
    const answer = next(PATIENCE);
    stage.stands("entry", true);
    stage.holdsUp(pictures);
    stage.leansIn(36.5, false);
    const step = await answer;
    stage.holdsUp(null);
    stage.leansBack();
    stage.stands("entry", false);
    await stage.pause(350);
    const person = step?.decision.people[0];
    const outcome = person?.credential.outcome ?? null;
    yield {
      file,
      outcome: outcome === "no-credential" ? null : outcome,
      notAPass: person?.credential.notAPass ?? null,
      verdict: outcome === "no-credential" ? null : (step?.decision.verdict.kind ?? null),
    };
  }
}

/** The pictures of one recording, or why there are none. */
async function read(files: readonly string[]): Promise<Picture[] | string> {
  const pictures: Picture[] = [];
  let bytes = 0;
  try {
    for (const file of files)
      for await (const picture of picturesOf(file)) {
        pictures.push(picture);
        bytes += picture.data.length;
        if (bytes >= MOST_BYTES) return pictures;
      }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return pictures.length === 0 ? "the file holds no picture" : pictures;
}
