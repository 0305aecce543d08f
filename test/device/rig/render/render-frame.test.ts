import { createRequire } from "node:module";
import type jsqr from "jsqr";
import { describe, expect, it } from "vitest";
import { carrierMap } from "../../../../device/rig/render/draw-carrier.ts";
import { codeCorners } from "../../../../device/rig/render/geometry.ts";
import { personSequence, plainApproach } from "../../../../device/rig/render/person.ts";
import { seeded } from "../../../../device/rig/render/random.ts";
import { createRenderer, renderFrame } from "../../../../device/rig/render/render-frame.ts";
import {
  type Carrier,
  emptyScene,
  type Picture,
  plainCamera,
  plainCarrier,
  plainCode,
  type Scene,
} from "../../../../device/rig/render/scene.ts";

// jsqr is CommonJS whose types promise an ES default; required, it is the function itself.
const jsQR = createRequire(import.meta.url)("jsqr") as (typeof jsqr)["default"];

const payload = "HP1:6BFOXN TEST PASS 0123456789";
const carrier: Carrier = { ...plainCarrier, codes: [{ ...plainCode, payload }] };
const scene: Scene = { ...emptyScene, carriers: [carrier] };

function rgba(picture: Picture): Uint8ClampedArray {
  const out = new Uint8ClampedArray(picture.width * picture.height * 4);
  for (let i = 0; i < picture.width * picture.height; i++) out.fill(picture.data[i * 2] ?? 0, i * 4, i * 4 + 4);
  return out;
}
const read = (picture: Picture) =>
  jsQR(rgba(picture), picture.width, picture.height, { inversionAttempts: "attemptBoth" });

describe("the frame generator", () => {
  it("draws the same bytes from the same seed, and others from another", () => {
    const render = createRenderer();
    const bytes = (picture: Picture): Buffer => Buffer.from(picture.data);
    const first = bytes(render(scene, plainCamera, seeded(5)));
    expect(bytes(render(scene, plainCamera, seeded(5))).equals(first)).toBe(true);
    expect(bytes(renderFrame(scene, plainCamera, seeded(5))).equals(first)).toBe(true);
    expect(bytes(render(scene, plainCamera, seeded(6))).equals(first)).toBe(false);
  });

  it("draws a code that an independent decoder reads where the geometry says it is", () => {
    const found = read(renderFrame(scene, plainCamera, seeded(1)));
    expect(found?.data).toBe(payload);
    const truth = codeCorners(carrierMap(carrier, plainCamera), carrier.codes[0] as (typeof carrier.codes)[number]);
    const seen = found?.location;
    const corners = [seen?.topLeftCorner, seen?.topRightCorner, seen?.bottomRightCorner, seen?.bottomLeftCorner];
    corners.forEach((corner, index) => {
      expect(
        Math.hypot((corner?.x ?? 0) - (truth[index]?.[0] ?? 0), (corner?.y ?? 0) - (truth[index]?.[1] ?? 0)),
      ).toBeLessThan(4);
    });
  });

  it("draws tilted, turned and dark codes that can still be read, and nothing to read in an empty lane", () => {
    const pose = { ...carrier.pose, rotation: 25, tiltX: 20, tiltY: -15 };
    expect(
      read(renderFrame({ ...scene, carriers: [{ ...carrier, pose, dark: true }] }, plainCamera, seeded(2)))?.data,
    ).toBe(payload);
    const clutter = { ...emptyScene, backdrop: { ...emptyScene.backdrop, clutter: 1 } };
    expect(read(renderFrame(clutter, plainCamera, seeded(2)))).toBeNull();
  });

  it("blurs what moves: the same code in motion has less contrast between neighbours", () => {
    const sharpness = (picture: Picture): number => {
      let sum = 0;
      for (let y = 200; y < 280; y++)
        for (let x = 280; x < 360; x++) {
          const at = (y * picture.width + x) * 2;
          sum += Math.abs((picture.data[at] ?? 0) - (picture.data[at + 2] ?? 0));
        }
      return sum;
    };
    const still = sharpness(renderFrame(scene, plainCamera, seeded(3)));
    expect(sharpness(renderFrame({ ...scene, motion: { x: 9, y: 0 } }, plainCamera, seeded(3)))).toBeLessThan(
      still * 0.8,
    );
    expect(sharpness(renderFrame({ ...scene, defocus: 3 }, plainCamera, seeded(3)))).toBeLessThan(still * 0.8);
  });

  it("brings a person up to the camera: the carrier arrives at its pose and comes into focus", () => {
    const scenes = personSequence({ ...plainApproach, carrier, scene: emptyScene, frames: 20 }, seeded(4));
    expect(scenes).toHaveLength(20);
    const last = scenes.at(-1)?.carriers[0]?.pose;
    expect(Math.hypot((last?.x ?? 0) - carrier.pose.x, (last?.y ?? 0) - carrier.pose.y)).toBeLessThan(60);
    expect(scenes.at(-1)?.defocus).toBeLessThan((scenes[0]?.defocus ?? 0) / 10);
  });
});
