/** Samples for the set of sounds: notes with soft edges, trimming and levelling of speech, WAV in and out. */

/** Samples a second; the rate at which espeak-ng speaks, and plenty for a small loudspeaker. */
export const RATE = 22_050;

export interface Note {
  /** Milliseconds of sound, and of silence after it. */
  readonly on: number;
  readonly off?: number;
  readonly hz: number;
  /** 0 … 1 of full scale. */
  readonly level: number;
}

const EDGE_MS = 8;
const count = (ms: number): number => Math.round((ms / 1000) * RATE);

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
      const phase = (2 * Math.PI * note.hz * i) / RATE;
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

/** A WAV file: 16 bit, mono, RIFF as in the Multimedia Programming Interface 1.0. */
export function wav(samples: Float32Array): Buffer {
  const data = Buffer.alloc(44 + samples.length * 2);
  data.write("RIFF", 0, "latin1");
  data.writeUInt32LE(data.length - 8, 4);
  data.write("WAVEfmt ", 8, "latin1");
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(RATE, 24);
  data.writeUInt32LE(RATE * 2, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write("data", 36, "latin1");
  data.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, i) => {
    data.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), 44 + i * 2);
  });
  return data;
}

/** The samples of a 16-bit mono WAV of our rate. @throws Error for any other. */
export function wavSamples(file: Buffer): Float32Array {
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.readUInt16LE(22) !== 1 || file.readUInt32LE(24) !== RATE)
    throw new Error(`expected a mono WAV of ${RATE} Hz`);
  const start = file.indexOf("data", 12, "latin1") + 8;
  // A WAV that was written to a pipe does not know its length; the rest of the file is the sound.
  const length = Math.floor((file.length - start) / 2);
  return Float32Array.from({ length }, (_, i) => file.readInt16LE(start + i * 2) / 32_768);
}
