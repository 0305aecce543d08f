/** People coming up to the camera, frame by frame through the lane's path with its budget; which frame is read first. */
import { personSequence, plainApproach } from "../../../device/rig/render/person.ts";
import { between, seeded } from "../../../device/rig/render/random.ts";
import type { Renderer } from "../../../device/rig/render/render-frame.ts";
import { monotonic } from "../../../src/core/units.ts";
import { FrameReader } from "../../../src/read/frame-reader.ts";
import { Ladder } from "../../../src/read/ladder.ts";
import { defaultReadSettings } from "../../../src/read/settings.ts";
import type { Zxing } from "../../../src/read/zxing.ts";
import type { Contest } from "./contestants.ts";
import { corpusColours, specimen } from "./corpus.ts";

export const FRAMES = 12;

export interface SequenceResult {
  /** 1 … 12; 99 never. */
  readonly ours: number;
  readonly jsqr: number;
}

/** One sequence of 12 frames at 30 a second, 640 × 480: module sizes 1.9 to 4.2 pixels, shaking hand, settling focus. */
export async function runSequence(
  seed: number,
  render: Renderer,
  zxing: Zxing,
  contest: Contest,
): Promise<SequenceResult> {
  const random = seeded(seed * 31 + 5);
  const colour = corpusColours[seed % corpusColours.length] ?? "yellow";
  const base = specimen("nominal", colour, 10_000 + seed);
  const carrier = base.scene.carriers[0];
  if (carrier === undefined) throw new Error("a nominal specimen has a carrier");
  const camera = { ...base.camera, width: 640, height: 480, focal: 550 };
  const modulePixels = between(random, 1.9, 4.2);
  const pose = {
    ...carrier.pose,
    x: 320,
    y: 240,
    pixelsPerMm: (carrier.pose.pixelsPerMm / base.modulePixels) * modulePixels,
  };
  const scenes = personSequence(
    {
      ...plainApproach,
      carrier: { ...carrier, pose },
      scene: { ...base.scene, carriers: [], defocus: 0.15 * modulePixels },
      frames: FRAMES,
      jitter: between(random, 20, 70),
      defocus: between(random, 1.5, 3.2),
      settling: between(random, 2, 4),
    },
    random,
  );
  const settings = defaultReadSettings(2);
  const reader = new FrameReader(new Ladder(zxing, () => performance.now()), settings);
  const lane = render({ ...base.scene, carriers: [] }, camera, random);
  reader.read(lane, monotonic(-33), 0, null);
  let ours = 99;
  let jsqr = 99;
  let hint = null;
  let allowance: number = settings.enhancementPerSecond;
  for (const [index, scene] of scenes.entries()) {
    const picture = render(scene, camera, random);
    if (ours === 99) {
      const reading = reader.read(picture, monotonic(index * 33), allowance, hint);
      hint = reading.hint;
      allowance = Math.max(0, allowance - reading.enhancement) + settings.enhancementPerSecond / 30;
      if (reading.codes.some((code) => base.payloads.includes(code.text))) ours = index + 1;
    }
    if (jsqr === 99) {
      const answer = await contest.readers.jsqr(picture);
      if (answer.texts.some((text) => base.payloads.includes(text))) jsqr = index + 1;
    }
    if (ours !== 99 && jsqr !== 99) break;
  }
  return { ours, jsqr };
}
