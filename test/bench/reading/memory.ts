/** Resident memory over many found frames: the raw entry frees what the package's public call keeps. */
import { seeded } from "../../../device/rig/render/random.ts";
import { createRenderer } from "../../../device/rig/render/render-frame.ts";
import { Ladder } from "../../../src/read/ladder.ts";
import { Zxing } from "../../../src/read/zxing.ts";
import { specimen } from "./corpus.ts";

const MEGABYTE = 1 << 20;

/**
 * Gives the growth in megabytes over `count` frames with a code in each. A quarter as many before them are warm-up: until
 * then the engine compiles and its heap finds its size.
 */
export async function measureMemory(count: number, print: (line: string) => void): Promise<number> {
  const render = createRenderer();
  const frames = Array.from({ length: 6 }, (_, index) => {
    const { scene, camera } = specimen("nominal", "green", index);
    return render(scene, { ...camera, width: 640, height: 480, focal: 550 }, seeded(index));
  });
  const ladder = new Ladder(await Zxing.load(), () => performance.now());
  const readable = frames.filter(
    (frame) => ladder.read(frame, { allowance: 0, thorough: false, hint: null }).codes.length > 0,
  );
  const resident = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().rss / MEGABYTE;
  };
  let found = 0;
  let warm = 0;
  const warmUp = Math.floor(count / 4);
  for (let index = 0; index < warmUp + count; index++) {
    const frame = readable[index % readable.length];
    if (frame === undefined) throw new Error("no frame of the memory run could be read");
    found += ladder.read(frame, { allowance: 0, thorough: false, hint: null }).codes.length;
    if (index === warmUp) {
      warm = resident();
      found = 0;
    }
    if ((index + 1) % Math.ceil(count / 10) === 0) {
      print(`${index + 1} frames, ${found} found: ${resident().toFixed(1)} MB`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const growth = resident() - warm;
  print(`growth after warm-up: ${growth.toFixed(1)} MB over ${found} found frames`);
  return growth;
}
