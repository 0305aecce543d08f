/** People coming up to the camera, frame by frame through the lane's path with its budget; which frame is read first. */
import { personSequence, plainApproach } from "../../../device/rig/render/person.ts";
import { between, seeded } from "../../../device/rig/render/random.ts";
import type { Renderer } from "../../../device/rig/render/render-frame.ts";
import { monotonic } from "../../../src/core/units.ts";
import { FrameReader } from "../../../src/read/frame-reader.ts";
import { Ladder } from "../../../src/read/ladder.ts";
import { defaultReadSettings } from "../../../src/read/settings.ts";
import { type Contest, type Contestant, contestantNames, shotOf } from "./contestants.ts";
import { corpusColours, specimen } from "./corpus.ts";

export const FRAMES = 12;
export const NEVER = 99;

/** The frame in which each reader read the code first, from 1; NEVER. */
export type FirstReads = Readonly<Record<Contestant, number>>;

/** The budget is kept in processor time: on a shared machine the clock on the wall would count what others do. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** One sequence of 12 frames at 30 a second, 640 × 480: module sizes 1.9 to 4.2 pixels, shaking hand, settling focus. */
export async function runSequence(seed: number, render: Renderer, { zxing, readers }: Contest): Promise<FirstReads> {
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
  const reader = new FrameReader(new Ladder(zxing, processorTime), settings);
  const lane = render({ ...base.scene, carriers: [] }, camera, random);
  reader.read(lane, monotonic(-33), 0, null);
  let hint = null;
  let allowance: number = settings.enhancementPerSecond;
  const first = { ours: NEVER, jsqr: NEVER, "jsqr-dont": NEVER, "zxing-1": NEVER, zbar: NEVER };
  const take = (who: Contestant, frame: number, texts: readonly string[]): void => {
    if (texts.some((text) => base.payloads.includes(text))) first[who] = frame;
  };
  for (const [index, scene] of scenes.entries()) {
    const shot = shotOf(render(scene, camera, random));
    for (const who of contestantNames) {
      if (first[who] !== NEVER) continue;
      if (who !== "ours") {
        take(who, index + 1, (await readers[who](shot)).texts);
        continue;
      }
      const reading = reader.read(shot.raster, monotonic(index * 33), Math.max(0, allowance), hint);
      hint = reading.hint;
      const { enhancementPerSecond } = settings;
      allowance = Math.min(enhancementPerSecond, allowance - reading.enhancement + enhancementPerSecond / 30);
      take(
        who,
        index + 1,
        reading.codes.map((code) => code.text),
      );
    }
  }
  return first;
}
