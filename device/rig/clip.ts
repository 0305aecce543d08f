/** From one person's codes to the pictures that the camera will see of them: arrival, and a hand that holds on. */

import { personSequence, plainApproach } from "./render/person.ts";
import { between, type Random } from "./render/random.ts";
import type { Renderer } from "./render/render-frame.ts";
import {
  type Carrier,
  type CodePrint,
  emptyScene,
  moduleColours,
  type Picture,
  plainBackdrop,
  plainCamera,
  plainCarrier,
  plainCode,
  type Scene,
} from "./render/scene.ts";
import type { Code } from "./script.ts";

/** Frames of one clip; the last ones repeat while the person holds on. */
export const FRAMES = 8;
const ARRIVAL = 2;
/** Fewer frames than this are drawn without an arrival: the carrier is there from the first. */
const SHORT = 6;
export const FPS = 15;
/** How many frames at the end of a clip are looped. */
export const LOOP = 5;

export interface PrintedCode {
  readonly code: Code;
  readonly text: string;
}

/** Pictures of a person with one code or a family's page, in order. */
export function drawClip(codes: readonly PrintedCode[], frames: number, render: Renderer, random: Random): Picture[] {
  const scene: Scene = { ...emptyScene, backdrop: backdrop(random) };
  const carrier = codes.length === 0 ? null : carrierOf(codes, random);
  if (carrier === null) return drawEmpty(2, render, random);
  const approach = {
    ...plainApproach,
    carrier,
    scene,
    frames,
    fps: FPS,
    arrival: frames < SHORT ? 0 : ARRIVAL,
    jitter: between(random, 10, 30),
    defocus: 1.2,
  };
  return personSequence(approach, random).map((each) => render(each, plainCamera, random));
}

/** The lane with nobody before the camera; somebody may walk by behind. */
export function drawEmpty(frames: number, render: Renderer, random: Random): Picture[] {
  return Array.from({ length: frames }, () => render({ ...emptyScene, backdrop: plainBackdrop }, plainCamera, random));
}

function backdrop(random: Random) {
  const passer = { x: random(), height: between(random, 0.4, 0.8), shade: [90, 96, 104] as const };
  return { ...plainBackdrop, people: random() < 0.5 ? [passer] : [] };
}

function carrierOf(codes: readonly PrintedCode[], random: Random): Carrier {
  const [first] = codes;
  const medium = first?.code.medium ?? "phone";
  const pitch = 62;
  const prints: CodePrint[] = codes.map(({ code, text }, index) => ({
    ...plainCode,
    payload: text,
    ink: inkOf(code, medium, random),
    size: 50,
    x: (index - (codes.length - 1) / 2) * pitch,
  }));
  // The pose is that of the first code: a page with several lies centred when that one lies left.
  const page = codes.length > 1;
  const scale = page ? 3 : between(random, 4.6, 5.2);
  const x = 320 + (prints[0]?.x ?? 0) * scale;
  return {
    ...plainCarrier,
    medium,
    codes: prints,
    dark: first?.code.dark ?? false,
    cracked: first?.code.cracked ?? 0,
    creased: medium === "paper" ? 0.05 : 0,
    brightness: medium === "paper" ? 0.75 : between(random, 0.7, 0.95),
    seed: Math.floor(random() * 1e6),
    pose: {
      ...plainCarrier.pose,
      x: x + between(random, -12, 12),
      y: 240 + between(random, -12, 12),
      pixelsPerMm: scale,
      rotation: page ? between(random, -3, 3) : between(random, -8, 8),
      tiltX: first?.code.tilt ?? between(random, -12, 12),
      tiltY: page ? between(random, -4, 4) : between(random, -12, 12),
    },
  };
}

/** The pass's own colour on the page; everything that is no pass is black. */
function inkOf({ kind }: Code, medium: "phone" | "paper", random: Random) {
  const shade = (colour: keyof typeof moduleColours) => {
    const shades = moduleColours[colour];
    return shades[Math.floor(random() * shades.length)] ?? ([0, 0, 0] as const);
  };
  switch (kind) {
    case "red":
      return shade("red");
    case "yellow":
      return shade("yellow");
    case "green":
    case "green-paper":
    case "green-paper-old":
    case "expired":
    case "expired-paper":
    case "not-yet-valid":
    case "forged":
    case "unknown-key":
      return medium === "paper" ? shade("black") : shade("green");
    default:
      return shade("black");
  }
}
