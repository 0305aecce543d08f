/** Somebody who comes up to the camera with a carrier: one scene per frame, with the shaking of a hand and a focus that settles. */
import { gaussian, type Random } from "./random.ts";
import type { Carrier, Scene } from "./scene.ts";

export interface Approach {
  /** Where and how large the carrier ends up. */
  readonly carrier: Carrier;
  /** Backdrop and everything else that stays. */
  readonly scene: Scene;
  readonly frames: number;
  readonly fps: number;
  /** Frames until the carrier has arrived; 0: it is there from the first. */
  readonly arrival: number;
  /** Deviation of the hand's speed, pixels a second. An adult standing still: 15 to 60. */
  readonly jitter: number;
  /** Focus blur at the start, pixels; it halves every `settling` frames. */
  readonly defocus: number;
  readonly settling: number;
  /** Part of the frame time for which the shutter is open. */
  readonly shutter: number;
}

export const plainApproach: Omit<Approach, "carrier" | "scene"> = {
  frames: 12,
  fps: 30,
  arrival: 4,
  jitter: 35,
  defocus: 2.2,
  settling: 2.5,
  shutter: 0.4,
};

/** The scenes of an approach in order. Motion blur follows from the way between two frames. */
export function personSequence(approach: Approach, random: Random): Scene[] {
  const { carrier, scene, frames, fps, arrival, jitter } = approach;
  const scenes: Scene[] = [];
  const speed = { x: gaussian(random) * jitter, y: gaussian(random) * jitter };
  const shift = { x: 0, y: 0 };
  let turn = gaussian(random) * 2;
  const way = { x: (random() - 0.5) * 160, y: 140 + random() * 120 };
  let before: { x: number; y: number } | null = null;
  for (let index = 0; index < frames; index++) {
    const left = arrival === 0 ? 0 : Math.max(0, 1 - index / arrival) ** 2;
    const here = { x: carrier.pose.x + shift.x + way.x * left, y: carrier.pose.y + shift.y + way.y * left };
    const from: { x: number; y: number } = before ?? { x: here.x - speed.x / fps, y: here.y - speed.y / fps };
    scenes.push({
      ...scene,
      carriers: [
        ...scene.carriers,
        {
          ...carrier,
          pose: {
            ...carrier.pose,
            x: here.x,
            y: here.y,
            rotation: carrier.pose.rotation + turn,
            pixelsPerMm: carrier.pose.pixelsPerMm * (1 - 0.25 * left),
          },
        },
      ],
      defocus: scene.defocus + approach.defocus * 0.5 ** (index / approach.settling),
      motion: { x: (here.x - from.x) * approach.shutter, y: (here.y - from.y) * approach.shutter },
    });
    before = here;
    shift.x += speed.x / fps;
    shift.y += speed.y / fps;
    // A mean-reverting walk: the hand corrects itself within about a quarter of a second.
    const keep = Math.exp(-4 / fps);
    speed.x = speed.x * keep - shift.x * (8 / fps) + gaussian(random) * jitter * Math.sqrt(1 - keep * keep);
    speed.y = speed.y * keep - shift.y * (8 / fps) + gaussian(random) * jitter * Math.sqrt(1 - keep * keep);
    turn += gaussian(random) * 0.3;
  }
  return scenes;
}
