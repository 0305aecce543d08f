import type { CodeRead, Corners, Frame, Guidance } from "../core/flow.ts";
import type { Millis, Monotonic } from "../core/units.ts";

/** What one frame gave. All codes of the frame, nearest to the reading zone first; guidance where nothing decoded. */
export interface FrameResult {
  readonly at: Monotonic;
  readonly codes: readonly CodeRead[];
  readonly guidance: Guidance | null;
  /** Where something code-like is, in fractions of the picture, for the aiming frame. */
  readonly aim: Corners | null;
  /** Whether the presence gate saw anything at all. */
  readonly busy: boolean;
  /** How it was read, for the technician's overlay: the rung of the first code, and the time it took. */
  readonly how?: { readonly rung: string | null; readonly ms: number };
}

export interface ReaderCounters {
  readonly offered: number;
  readonly gated: number;
  readonly superseded: number;
  readonly tooOld: number;
  readonly decoded: number;
  readonly found: number;
  readonly workersReplaced: number;
  readonly decodeMs: { readonly p50: number; readonly p95: number };
}

/** Decodes off the calling thread. Newest frame wins; a frame older than the age limit is dropped. */
export interface CodeReader {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Never blocks, never queues more than one frame. */
  offer(frame: Frame): void;
  onResult(listener: (result: FrameResult) => void): () => void;
  counters(): ReaderCounters;
  /** Time since the last decode or gate decision came back; feeds the watchdog. */
  idleFor(): Millis;
}

/** A scan engine that gives finished codes. */
export interface Scanner {
  start(): Promise<void>;
  stop(): Promise<void>;
  onCode(listener: (code: CodeRead) => void): () => void;
  onHealth(listener: (health: "ok" | "gone") => void): () => void;
}
