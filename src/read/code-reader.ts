/**
 * Reading as a service: frames go in from the lane's thread, codes come out, and whatever a picture does happens to a
 * worker. The lane's thread copies each frame once into shared memory and does nothing else with it.
 */
import type { CodeRead, Corners, Frame } from "../core/flow.ts";
import { type Millis, type Monotonic, monotonic, since } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { CodeReader, FrameResult, ReaderCounters } from "../ports/code-reader.ts";
import type { Logger } from "../ports/logger.ts";
import { DecodeThread, type StartDecodeWorker, startReadingWorker } from "./decode-thread.ts";
import type { Box } from "./enhance.ts";
import type { FrameReading } from "./frame-reader.ts";
import { GuidanceAdviser } from "./guidance.ts";
import type { Observation } from "./observe.ts";
import type { Job, Reply } from "./reading.worker.ts";
import type { ReadSettings } from "./settings.ts";

export interface CodeReaderParts {
  readonly clock: Clock;
  readonly settings: ReadSettings;
  readonly logger: Logger;
  readonly startWorker?: StartDecodeWorker;
}

/** No camera of a lane has more; a larger frame is dropped. */
const MOST_FRAME_BYTES = 3 * 4096 * 3072;
/** Decode times kept for the percentiles. */
const TIMES_KEPT = 256;

interface Slot {
  memory: SharedArrayBuffer;
}
interface Pending {
  readonly slot: Slot;
  readonly frame: Omit<Frame, "data">;
  readonly length: number;
}

/** See the port for what is promised. Results of frames that were overtaken are told only if they hold a code. */
export class PooledCodeReader implements CodeReader {
  readonly #clock: Clock;
  readonly #settings: ReadSettings;
  readonly #threads: DecodeThread[];
  readonly #adviser: GuidanceAdviser;
  readonly #listeners = new Set<(result: FrameResult) => void>();
  readonly #free: Slot[] = [];
  readonly #inWork = new Map<number, Slot>();
  readonly #count = { offered: 0, gated: 0, superseded: 0, tooOld: 0, decoded: 0, found: 0, workersReplaced: 0 };
  readonly #times: number[] = [];
  #pending: Pending | null = null;
  #nextId = 1;
  #newest = monotonic(-Number.MAX_VALUE);
  #lastAnswer: Monotonic;
  #hint: Box | null = null;
  #allowance: number;
  #allowanceAt: Monotonic;
  #becameReady: () => void = () => {};
  #stopped = false;

  constructor(parts: CodeReaderParts) {
    const { clock, settings, logger } = parts;
    this.#clock = clock;
    this.#settings = settings;
    this.#adviser = new GuidanceAdviser(settings.guidanceAfter);
    this.#lastAnswer = clock.monotonic();
    this.#allowanceAt = this.#lastAnswer;
    this.#allowance = settings.enhancementPerSecond;
    const start = parts.startWorker ?? startReadingWorker;
    const events = {
      ready: () => {
        this.#becameReady();
        this.#dispatch();
      },
      finished: (_: DecodeThread, job: Job, reply: Extract<Reply, { kind: "done" }> | null, ms: Millis | null) =>
        this.#finished(job, reply, ms),
      replaced: () => void this.#count.workersReplaced++,
    };
    this.#threads = Array.from(
      { length: settings.workers },
      () => new DecodeThread({ clock, settings, start, events, logger: logger.child("read") }),
    );
    // One frame per worker and one that waits.
    for (let i = 0; i <= settings.workers; i++) this.#free.push({ memory: new SharedArrayBuffer(0) });
  }

  /** Resolves once a first worker has read its own test code. A worker that can't start is tried again for ever. */
  async start(): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#becameReady = resolve;
    });
    for (const thread of this.#threads) thread.start();
    await ready;
    this.#lastAnswer = this.#clock.monotonic();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#becameReady();
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  offer(frame: Frame): void {
    if (this.#stopped) return;
    this.#count.offered++;
    if (frame.data.length > MOST_FRAME_BYTES || this.#isTooOld(frame.at)) {
      this.#count.tooOld++;
      return;
    }
    const slot = this.#slot();
    if (slot === null) return;
    if (slot.memory.byteLength < frame.data.length) slot.memory = new SharedArrayBuffer(frame.data.length);
    new Uint8Array(slot.memory).set(frame.data);
    const { at, width, height, format } = frame;
    this.#pending = { slot, frame: { at, width, height, format }, length: frame.data.length };
    this.#dispatch();
  }

  onResult(listener: (result: FrameResult) => void): () => void {
    const own = (result: FrameResult): void => listener(result);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  counters(): ReaderCounters {
    const sorted = [...this.#times].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { ...this.#count, decodeMs: { p50: at(0.5), p95: at(0.95) } };
  }

  /** Names what the pool has been at the longest: a job, 0 while no worker is ready, null when there is nothing to do. */
  get workload(): number | null {
    if (!this.#threads.some(({ ready }) => ready)) return 0;
    const [oldest] = this.#inWork.keys();
    return oldest ?? null;
  }

  idleFor(): Millis {
    return since(this.#lastAnswer, this.#clock.monotonic());
  }

  #isTooOld(at: Monotonic): boolean {
    return since(at, this.#clock.monotonic()) > this.#settings.ageLimit;
  }

  /** A place for a frame: the waiting frame's, which is thereby superseded, or a free one. */
  #slot(): Slot | null {
    if (this.#pending !== null) {
      this.#count.superseded++;
      return this.#pending.slot;
    }
    return this.#free.pop() ?? null;
  }

  #dispatch(): void {
    const pending = this.#pending;
    // The first idle one, so that a quiet lane is one worker's and its gate knows the empty lane.
    const thread = this.#threads.find((candidate) => candidate.idle);
    if (pending === null || thread === undefined) return;
    this.#pending = null;
    if (this.#isTooOld(pending.frame.at)) {
      this.#count.tooOld++;
      this.#free.push(pending.slot);
      return;
    }
    const id = this.#nextId++;
    this.#inWork.set(id, pending.slot);
    const { memory } = pending.slot;
    const { length } = pending;
    thread.give({ id, ...pending.frame, memory, length, allowance: this.#refill(), hint: this.#hint });
  }

  /** A second's worth of enhancement at most, refilled as time goes by. */
  #refill(): number {
    const now = this.#clock.monotonic();
    const most = this.#settings.enhancementPerSecond;
    this.#allowance = Math.min(most, this.#allowance + (most * since(this.#allowanceAt, now)) / 1000);
    this.#allowanceAt = now;
    return Math.max(0, this.#allowance);
  }

  #finished(job: Job, reply: Extract<Reply, { kind: "done" }> | null, ms: Millis | null): void {
    const slot = this.#inWork.get(job.id);
    this.#inWork.delete(job.id);
    // Memory of a worker that was ended may still be read for a moment: it gets new one.
    if (slot !== undefined) this.#free.push(ms === null ? { memory: new SharedArrayBuffer(0) } : slot);
    if (ms !== null) this.#lastAnswer = this.#clock.monotonic();
    if (reply !== null) this.#tell(job, reply.reading, reply.ms);
    if (!this.#stopped) this.#dispatch();
  }

  #tell(job: Job, reading: FrameReading, ms: number): void {
    const at = monotonic(job.at);
    const overtaken = at < this.#newest;
    if (!overtaken) {
      this.#newest = at;
      this.#hint = reading.hint;
    }
    this.#allowance -= reading.enhancement;
    if (reading.busy) {
      this.#count.decoded++;
      this.#times.push(ms);
      if (this.#times.length > TIMES_KEPT) this.#times.shift();
    } else this.#count.gated++;
    if (reading.codes.length > 0) this.#count.found++;
    else if (overtaken) return;
    const result: FrameResult = {
      at,
      busy: reading.busy,
      codes: reading.codes.map(
        (code): CodeRead => ({
          at,
          reader: "camera",
          bytes: code.bytes,
          text: code.text,
          corners: code.corners,
          colour: code.colour,
        }),
      ),
      guidance: this.#advise(at, reading),
      aim: aimOf(job, reading),
      how: { rung: reading.codes[0]?.rung ?? null, ms },
    };
    for (const listener of [...this.#listeners]) listener(result);
  }

  #advise(at: Monotonic, reading: FrameReading): FrameResult["guidance"] {
    if (reading.codes.length === 0) return this.#adviser.unread(at, reading.observation);
    this.#adviser.read();
    return null;
  }
}

function aimOf(job: Job, reading: FrameReading): Corners | null {
  const [first] = reading.codes;
  if (first !== undefined) {
    const [a, b, c, d] = first.corners;
    const share = ([x, y]: readonly [number, number]): readonly [number, number] => [x / job.width, y / job.height];
    return [share(a), share(b), share(c), share(d)];
  }
  return reading.observation === null ? null : outlineOf(reading.observation);
}

const outlineOf = ({ left, top, right, bottom }: Observation): Corners => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];
