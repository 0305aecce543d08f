/** A camera that plays a folder: pictures that nobody drew, through the same port as a real one's. */
import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Frame } from "../../src/core/flow.ts";
import { millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { CameraHealth, Frames } from "../../src/ports/frames.ts";
import { Listeners } from "../listeners.ts";
import { type Picture, pictureFiles, picturesOf, RecordingError, recordingFiles } from "./recorded-pictures.ts";

export interface RecordedSettings {
  readonly folder: string;
  /** Frames a second. */
  readonly fps: number;
  /** Frames for which a single photo is held up; 1 plays the photos of a folder as a sequence. */
  readonly hold: number;
  /** Frames of an empty lane after each photo or recording, so that the next is another person. */
  readonly gap: number;
}

/** What is before the camera now; null is the empty lane between two files. */
export interface Shown {
  readonly file: string | null;
  readonly frame: Frame;
}

/** Pictures made ready ahead of their time. */
const AHEAD = 6;
const EMPTY: Picture = { width: 640, height: 480, format: "yuyv", data: new Uint8Array(640 * 480 * 2).fill(128) };

/**
 * Frames come in order of the files' names, one per 1/fps of the clock, each once; if a file takes longer to open than
 * that, the frame comes at a later beat, never out of order. A file that can't be opened is skipped and told.
 */
export class RecordedFrames implements Frames {
  readonly #clock: Clock;
  readonly #settings: RecordedSettings;
  readonly #frames = new Listeners<Frame>();
  readonly #shown = new Listeners<Shown>();
  readonly #skipped = new Listeners<RecordingError>();
  readonly #healths = new Listeners<CameraHealth>();
  readonly #ready: { readonly file: string | null; readonly picture: Picture }[] = [];
  #wake: () => void = () => {};
  #cancel: (() => void) | null = null;
  #finished = false;
  #end: () => void = () => {};
  /** Resolves after the last frame. */
  readonly ended: Promise<void>;

  constructor(clock: Clock, settings: RecordedSettings) {
    this.#clock = clock;
    this.#settings = settings;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** @throws RecordingError where the folder can't be listed or holds no picture. */
  async start(): Promise<void> {
    const files = await filesOf(this.#settings.folder);
    void this.#prepare(files);
    this.#cancel = this.#clock.every(millis(1000 / this.#settings.fps), () => this.#release());
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    this.#finished = true;
    this.#wake();
    this.#end();
  }

  onFrame(listener: (frame: Frame) => void): () => void {
    return this.#frames.add(listener);
  }

  onHealth(listener: (health: CameraHealth) => void): () => void {
    return this.#healths.add(listener);
  }

  /** Called just before each frame is given, with the file it comes from. */
  onShown(listener: (shown: Shown) => void): () => void {
    return this.#shown.add(listener);
  }

  onSkipped(listener: (error: RecordingError) => void): () => void {
    return this.#skipped.add(listener);
  }

  async #prepare(files: readonly string[]): Promise<void> {
    const { folder, hold, gap } = this.#settings;
    for (const name of files) {
      const file = join(folder, name);
      const times = pictureFiles.has(extname(name).toLowerCase()) ? hold : 1;
      try {
        for await (const picture of picturesOf(file))
          for (let i = 0; i < times; i++) if (!(await this.#put(file, picture))) return;
      } catch (error) {
        this.#skipped.tell(error instanceof RecordingError ? error : new RecordingError(file, String(error)));
        continue;
      }
      for (let i = 0; i < gap; i++) if (!(await this.#put(null, EMPTY))) return;
    }
    this.#finished = true;
  }

  /** Waits for room; false once stopped. */
  async #put(file: string | null, picture: Picture): Promise<boolean> {
    while (this.#ready.length >= AHEAD && !this.#finished)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#finished) return false;
    this.#ready.push({ file, picture });
    return true;
  }

  #release(): void {
    const next = this.#ready.shift();
    this.#wake();
    if (next !== undefined) {
      const frame: Frame = { ...next.picture, at: this.#clock.monotonic() };
      this.#shown.tell({ file: next.file, frame });
      this.#frames.tell(frame);
    } else if (this.#finished) {
      this.#cancel?.();
      this.#cancel = null;
      this.#end();
    }
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: Error) => {
    throw new RecordingError(folder, error.message);
  });
  const wanted = names.filter((name) => {
    const kind = extname(name).toLowerCase();
    return pictureFiles.has(kind) || recordingFiles.has(kind);
  });
  if (wanted.length === 0)
    throw new RecordingError(folder, "no PNG, JPEG, WebP, MJPEG or Y4M file in it; name a folder that has some");
  return wanted.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
