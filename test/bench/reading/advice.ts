/** People whose code can't be read as they hold it, for over a second, and what the lane tells them to change. */
import { personSequence, plainApproach } from "../../../device/rig/render/person.ts";
import { between, type Random, seeded } from "../../../device/rig/render/random.ts";
import type { Renderer } from "../../../device/rig/render/render-frame.ts";
import type { CameraModel, Carrier, Glare } from "../../../device/rig/render/scene.ts";
import type { Guidance } from "../../../src/core/flow.ts";
import { monotonic } from "../../../src/core/units.ts";
import type { Box } from "../../../src/read/enhance.ts";
import { FrameReader } from "../../../src/read/frame-reader.ts";
import { GuidanceAdviser } from "../../../src/read/guidance.ts";
import { Ladder } from "../../../src/read/ladder.ts";
import { defaultReadSettings } from "../../../src/read/settings.ts";
import type { Zxing } from "../../../src/read/zxing.ts";
import { corpusColours, specimen } from "./corpus.ts";

const FRAMES = 18;
const FPS = 15;
/** Milliseconds of enhancement a frame; the codes are beyond reach, so it decides about time alone. */
const ALLOWANCE = 20;

interface Draft {
  carrier: Carrier;
  camera: CameraModel;
  /** Module size in pixels. */
  module: number;
  /** Blur in modules; shaking in modules a second. */
  defocus: number;
  shaking: number;
}

interface Trouble {
  readonly advice: Guidance;
  twist(draft: Draft, random: Random): void;
}

export const troubles: Readonly<Record<string, Trouble>> = {
  "too far": {
    advice: "closer",
    twist: (draft, random) => {
      draft.module = between(random, 0.9, 1.2);
    },
  },
  "too near": {
    advice: "further",
    twist: (draft, random) => {
      draft.module = between(random, 14, 20);
    },
  },
  "screen dimmed": {
    advice: "brighter",
    twist: (draft, random) => {
      draft.carrier = { ...draft.carrier, brightness: between(random, 0.012, 0.03) };
    },
  },
  "lamp in the glass": {
    advice: "tilt",
    twist: (draft, random) => {
      const glare = (): Glare => ({
        x: between(random, -14, 14),
        y: between(random, -14, 14),
        radius: between(random, 14, 20),
        strength: between(random, 2, 4),
      });
      draft.carrier = { ...draft.carrier, glare: [glare(), glare()] };
    },
  },
  "hand shaking": {
    advice: "hold-still",
    twist: (draft, random) => {
      draft.shaking = between(random, 250, 450);
    },
  },
  "out of focus": {
    advice: "hold-still",
    twist: (draft, random) => {
      draft.defocus = between(random, 0.9, 1.3);
    },
  },
};

/** The first advice of a sequence: null where none was given, "read" where the code was read after all. */
export type FirstAdvice = Guidance | "read" | null;

export function adviseSequence(name: string, seed: number, render: Renderer, zxing: Zxing): FirstAdvice {
  const trouble = troubles[name];
  const random = seeded(seed * 131 + name.length);
  const base = specimen("nominal", corpusColours[seed % corpusColours.length] ?? "yellow", 20_000 + seed);
  const [carrier] = base.scene.carriers;
  if (trouble === undefined || carrier === undefined) throw new Error(`no such trouble: ${name}`);
  const draft: Draft = {
    carrier,
    camera: { ...base.camera, width: 640, height: 480, focal: 550 },
    module: between(random, 2.6, 4),
    defocus: 0.15,
    shaking: 6,
  };
  trouble.twist(draft, random);
  const pixelsPerMm = (carrier.pose.pixelsPerMm / base.modulePixels) * draft.module;
  const scenes = personSequence(
    {
      ...plainApproach,
      carrier: { ...draft.carrier, pose: { ...carrier.pose, x: 320, y: 240, pixelsPerMm } },
      scene: { ...base.scene, carriers: [], defocus: draft.defocus * draft.module },
      frames: FRAMES,
      fps: FPS,
      arrival: 0,
      jitter: draft.shaking * draft.module,
      defocus: 0,
    },
    random,
  );
  const settings = defaultReadSettings(2);
  const reader = new FrameReader(new Ladder(zxing, () => performance.now()), settings);
  const adviser = new GuidanceAdviser(settings.guidanceAfter);
  reader.read(render({ ...base.scene, carriers: [] }, draft.camera, random), monotonic(-1000 / FPS), 0, null);
  let hint: Box | null = null;
  for (const [index, scene] of scenes.entries()) {
    const at = monotonic((index * 1000) / FPS);
    const reading = reader.read(render(scene, draft.camera, random), at, ALLOWANCE, hint);
    hint = reading.hint;
    if (reading.codes.length > 0) return "read";
    const advice = adviser.unread(at, reading.observation);
    if (advice !== null) return advice;
  }
  return null;
}
