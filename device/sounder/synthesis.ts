/** Samples for the set of sounds: notes with soft edges, trimming and levelling of speech. */
import { SAMPLE_RATE } from "./wav.ts";

export interface Note {
  /** Milliseconds of sound, and of silence after it. */
  readonly on: number;
  readonly off?: number;
  readonly hz: number;
  /** 0 … 1 of full scale. */
  readonly level: number;
}

const EDGE_MS = 8;
const count = (ms: number): number => Math.round((ms / 1000) * SAMPLE_RATE);

/** Plays notes one after another: a sine with a little of its octave, edges of 8 ms so that nothing clicks. */
export function render(notes: readonly Note[]): Float32Array {
  const total = notes.reduce((sum, note) => sum + count(note.on) + count(note.off ?? 0), 0);
  const samples = new Float32Array(total);
  let at = 0;
  for (const note of notes) {
    const length = count(note.on);
    const edge = Math.min(count(EDGE_MS), length / 2);
    for (let i = 0; i < length; i++) {
      const envelope = Math.min(1, i / edge, (length - i) / edge);
      const phase = (2 * Math.PI * note.hz * i) / SAMPLE_RATE;
      samples[at + i] = note.level * envelope * (0.85 * Math.sin(phase) + 0.15 * Math.sin(2 * phase));
    }
    at += length + count(note.off ?? 0);
  }
  return samples;
}

const QUIET = 0.01;
const PEAK = 0.7;

/** Speech without the silence around it, at −3 dB of full scale, with edges that don't click. */
export function trimmed(samples: Float32Array): Float32Array {
  const loud = (sample: number): boolean => Math.abs(sample) > QUIET;
  const first = samples.findIndex(loud);
  const last = samples.findLastIndex(loud);
  if (first < 0) return new Float32Array(0);
  const edge = count(EDGE_MS);
  const cut = samples.slice(Math.max(0, first - edge), Math.min(samples.length, last + edge));
  const peak = cut.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return cut.map((sample, i) => (sample * PEAK * Math.min(1, i / edge, (cut.length - i) / edge)) / peak);
}

/** Samples between −1 and 1 as they are kept. */
export const asPcm = (samples: Float32Array): Int16Array =>
  Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));

/** Kept samples as they are worked on. */
export const fromPcm = (samples: Int16Array): Float32Array => Float32Array.from(samples, (sample) => sample / 32_768);
