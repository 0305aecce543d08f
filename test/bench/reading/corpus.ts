/**
 * The benchmark's frames: nineteen ways in which people hold up a code, drawn by the rig's generator from seeds. The
 * hard classes are set so that a single pass of a good decoder fails on about as many as in the measurements that the
 * goals come from; `README.md` has both figures.
 */
import { between, pick, type Random, seeded } from "../../../device/rig/render/random.ts";
import {
  type CameraModel,
  type Carrier,
  type CodePrint,
  type Cover,
  emptyScene,
  type Glare,
  moduleColours,
  plainBackdrop,
  plainCamera,
  plainCarrier,
  type Scene,
} from "../../../device/rig/render/scene.ts";
import { modulesOf } from "../../../device/rig/render/sheet.ts";

/** What everybody's first attempt looks like; the goal is one figure for each. */
export const easyClasses = [
  "nominal",
  "tilt",
  "rotation",
  "clutter",
  "multi",
  "large",
  "occlusion",
  "moire",
  "mirrored",
  "overexp",
  "inverted",
] as const;
const furtherClasses = ["small", "jpeg", "glare", "lowlight", "motion", "defocus", "combo", "paper"] as const;
export const classes = [...easyClasses, ...furtherClasses] as const;
export type CorpusClass = (typeof classes)[number];
/** Beyond what one pass reads; the goal for them is one figure over all. */
export const hardClasses: readonly CorpusClass[] = [...furtherClasses, "overexp", "inverted"];

export const corpusColours = ["yellow", "green", "red", "black"] as const;
export type CorpusColour = (typeof corpusColours)[number];

export interface Specimen {
  readonly name: string;
  readonly class: CorpusClass | "empty";
  readonly colour: CorpusColour;
  readonly scene: Scene;
  readonly camera: CameraModel;
  /** Quality of the camera's own JPEG; null for YUYV straight from the sensor. */
  readonly jpeg: number | null;
  readonly payloads: readonly string[];
  readonly modulePixels: number;
  readonly seed: number;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$%*+-./:abcdefghijklmnopqrstuvwxyz";

export function payloadOf(random: Random): string {
  const length = Math.round(40 * 10 ** (random() * 0.85));
  let text = random() < 0.7 ? "HP1:" : "https://pass.example/";
  while (text.length < length) text += pick(random, [...alphabet]);
  return text;
}

interface Draft {
  module: number;
  tilt: number;
  rotation: number;
  defocus: number;
  motion: number;
  clutter: number;
  carrier: Carrier;
  camera: CameraModel;
  jpeg: number | null;
  codes: number;
  fill: number | null;
}

/** How each class differs from somebody who holds a phone well. `module` is in pixels; blur is in modules. */
const twists: Readonly<Record<CorpusClass, (draft: Draft, random: Random) => void>> = {
  nominal: () => {},
  tilt: (draft, random) => {
    draft.tilt = between(random, 25, 40);
  },
  rotation: (draft, random) => {
    draft.rotation = between(random, 0, 360);
  },
  clutter: (draft) => {
    draft.clutter = 1;
  },
  multi: (draft, random) => {
    draft.codes = 2 + Math.floor(random() * 3);
    draft.carrier = { ...draft.carrier, medium: "paper", brightness: 0.8 };
  },
  large: (draft, random) => {
    draft.fill = between(random, 0.66, 0.86);
    draft.rotation /= 3;
  },
  occlusion: (draft, random) => {
    const covers: Cover[] = [];
    for (let i = 0; i < 1 + Math.floor(random() * 2); i++)
      covers.push({
        x: between(random, -14, 18),
        y: between(random, -10, 18),
        radiusX: between(random, 1.5, 4.5),
        radiusY: between(random, 1.5, 4.5),
        shade: pick(random, [
          [190, 140, 115],
          [40, 40, 45],
          [240, 240, 240],
        ] as const),
      });
    draft.carrier = { ...draft.carrier, covers };
  },
  moire: (draft, random) => {
    draft.carrier = { ...draft.carrier, moire: between(random, 0.4, 1) };
  },
  mirrored: (draft) => {
    draft.carrier = { ...draft.carrier, pose: { ...draft.carrier.pose, mirrored: true } };
  },
  overexp: (draft, random) => {
    draft.camera = { ...draft.camera, exposure: between(random, 1.3, 2.2) };
  },
  inverted: (draft) => {
    draft.carrier = { ...draft.carrier, dark: true };
  },
  small: (draft, random) => {
    draft.module = between(random, 1.5, 2.4);
    draft.defocus = between(random, 0.15, 0.25);
  },
  jpeg: (draft, random) => {
    draft.jpeg = Math.round(between(random, 12, 30));
  },
  glare: (draft, random) => {
    const glare: Glare[] = [];
    for (let i = 0; i < 1 + Math.floor(random() * 2); i++)
      glare.push({
        x: between(random, -22, 22),
        y: between(random, -22, 22),
        radius: between(random, 4, 12),
        strength: between(random, 0.3, 1.6),
      });
    draft.carrier = { ...draft.carrier, glare };
  },
  lowlight: (draft, random) => {
    draft.camera = { ...draft.camera, exposure: between(random, 0.06, 0.2), fullWell: 500, readNoise: 0.011 };
  },
  motion: (draft, random) => {
    draft.motion = between(random, 0.8, 1.9);
  },
  defocus: (draft, random) => {
    draft.defocus = between(random, 0.36, 0.62);
  },
  combo: (draft, random) => {
    draft.defocus = between(random, 0.25, 0.5);
    draft.motion = between(random, 0.1, 0.6);
    draft.tilt = between(random, 5, 25);
    draft.module = between(random, 2.2, 3.6);
    draft.camera = { ...draft.camera, exposure: between(random, 0.2, 0.5), fullWell: 1500, readNoise: 0.008 };
  },
  paper: (draft, random) => {
    draft.module = between(random, 2.1, 3.4);
    draft.defocus = between(random, 0.2, 0.5);
    draft.tilt = between(random, 5, 25);
    draft.camera = { ...draft.camera, fullWell: 1500 };
    draft.carrier = {
      ...draft.carrier,
      medium: "paper",
      brightness: between(random, 0.3, 0.6),
      creased: between(random, 0.4, 1),
      covers: [
        { x: between(random, -20, 20), y: between(random, -20, 20), radiusX: 2, radiusY: 1.5, shade: [120, 90, 60] },
      ],
    };
  },
};

const balances = [
  [1, 1, 1],
  [1.18, 1, 0.72],
  [1.1, 1, 0.85],
  [0.88, 1, 1.15],
  [0.95, 1.06, 0.95],
] as const;

/** One frame of a class. The same arguments give the same frame. */
export function specimen(kind: CorpusClass | "empty", colour: CorpusColour, seed: number): Specimen {
  const random = seeded(seed * 7919 + classes.indexOf(kind as CorpusClass) * 101 + corpusColours.indexOf(colour) * 13);
  const large = random() < 0.5;
  const size = large ? { width: 1280, height: 720, focal: 1100 } : { width: 640, height: 480, focal: 550 };
  const draft: Draft = {
    module: between(random, 2.8, 4.6) * (large ? 1.3 : 1),
    tilt: between(random, 0, 12),
    rotation: between(random, -12, 12),
    defocus: between(random, 0.1, 0.22),
    motion: 0,
    clutter: between(random, 0, 0.3),
    carrier: { ...plainCarrier, seed: Math.floor(random() * 1e6), brightness: between(random, 0.7, 1) },
    camera: {
      ...plainCamera,
      ...size,
      whiteBalance: pick(random, balances),
      exposure: between(random, 0.6, 0.9),
      crosstalk: between(random, 0.04, 0.16),
      fullWell: between(random, 2500, 6000),
    },
    jpeg: null,
    codes: 1,
    fill: null,
  };
  if (kind !== "empty") twists[kind](draft, random);
  const { width, height } = size;
  const errorCorrection = pick(random, ["L", "M", "M", "Q"] as const);
  const payloads = Array.from({ length: kind === "empty" ? 0 : draft.codes }, () => payloadOf(random));
  const ink = pick(random, moduleColours[colour]);
  const codes = payloads.map(
    (payload, index): CodePrint => ({
      payload,
      ink,
      errorCorrection,
      x: (index % 2) * 64,
      y: Math.floor(index / 2) * 64,
      size: 50,
      quietZone: 4,
    }),
  );
  const modules = Math.max(21, ...codes.map((code) => modulesOf(code).size));
  const filling = (share: number): number => (share * height) / (draft.codes > 1 ? 2.9 : 1) / modules;
  const modulePixels =
    draft.fill !== null
      ? filling(draft.fill)
      : Math.min(draft.module, filling(draft.codes > 1 ? 1 : kind === "rotation" ? 0.66 : 0.85));
  const pixelsPerMm = (modulePixels * modules) / 50;
  // What the code may reach when it is turned.
  const turned =
    Math.abs(Math.cos((draft.rotation * Math.PI) / 180)) + Math.abs(Math.sin((draft.rotation * Math.PI) / 180));
  const half = ((modulePixels * modules) / 2) * Math.min(1.42, turned);
  const direction = random() * 2 * Math.PI;
  const carrier: Carrier = {
    ...draft.carrier,
    codes,
    pose: {
      ...draft.carrier.pose,
      x:
        draft.codes > 1
          ? width / 2 - 32 * pixelsPerMm
          : between(random, Math.min(width / 2, half + 8), Math.max(width / 2, width - half - 8)),
      y:
        draft.codes > 1
          ? height / 2 - (draft.codes > 2 ? 32 * pixelsPerMm : 0)
          : between(random, Math.min(height / 2, half + 8), Math.max(height / 2, height - half - 8)),
      pixelsPerMm,
      rotation: draft.rotation,
      tiltX: draft.tilt * Math.cos(direction),
      tiltY: draft.tilt * Math.sin(direction),
    },
  };
  const heading = random() * 2 * Math.PI;
  return {
    name: `${kind}-${colour}-${seed}`,
    class: kind,
    colour,
    payloads,
    modulePixels,
    seed,
    jpeg: draft.jpeg ?? (random() < 0.3 ? Math.round(between(random, 70, 90)) : null),
    camera: draft.camera,
    scene: {
      ...emptyScene,
      backdrop: {
        ...plainBackdrop,
        seed: Math.floor(random() * 1e6),
        light: between(random, 0.25, 0.7),
        clutter: draft.clutter,
        people: random() < 0.4 ? [{ x: random(), height: between(random, 0.5, 0.9), shade: [60, 70, 90] }] : [],
      },
      carriers: kind === "empty" ? [] : [carrier],
      defocus: draft.defocus * modulePixels,
      motion: {
        x: Math.cos(heading) * draft.motion * modulePixels,
        y: Math.sin(heading) * draft.motion * modulePixels,
      },
    },
  };
}
