/** RIFF WAVE (Multimedia Programming Interface 1.0), 16-bit mono PCM: as prompts are kept and players are given. Pure. */

/** Samples a second of every sound of a set; the rate at which espeak-ng speaks, plenty for a small loudspeaker. */
export const SAMPLE_RATE = 22_050;

const HEADER = 44;

/** A whole file around the samples. */
export function wavOf(samples: Int16Array): Buffer {
  const file = Buffer.alloc(HEADER + samples.length * 2);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples.length * 2, 40);
  for (const [at, sample] of samples.entries()) file.writeInt16LE(sample, HEADER + at * 2);
  return file;
}

/** The samples of a prompt, or null where the file is not 16-bit mono PCM at the lane's rate. */
export function samplesOf(file: Buffer): Int16Array | null {
  if (file.length < 12 || file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE")
    return null;
  let fits = false;
  for (let at = 12; at + 8 <= file.length; ) {
    const id = file.toString("latin1", at, at + 4);
    const size = file.readUInt32LE(at + 4);
    // A file that was written to a pipe does not know its length: the rest of it is the sound.
    const body = file.subarray(at + 8, at + 8 + size);
    if (id === "fmt " && body.length >= 16)
      fits =
        body.readUInt16LE(0) === 1 &&
        body.readUInt16LE(2) === 1 &&
        body.readUInt32LE(4) === SAMPLE_RATE &&
        body.readUInt16LE(14) === 16;
    if (id === "data") {
      if (!fits) return null;
      const samples = new Int16Array(body.length >> 1);
      for (let index = 0; index < samples.length; index++) samples[index] = body.readInt16LE(index * 2);
      return samples;
    }
    at += 8 + size + (size & 1);
  }
  return null;
}
