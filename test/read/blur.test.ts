import { describe, expect, it } from "vitest";
import { seeded } from "../../device/rig/render/random.ts";
import { createRenderer } from "../../device/rig/render/render-frame.ts";
import {
  type Carrier,
  emptyScene,
  moduleColours,
  plainCamera,
  plainCarrier,
  plainCode,
} from "../../device/rig/render/scene.ts";
import { modulesOf } from "../../device/rig/render/sheet.ts";
import { monotonic } from "../../src/core/units.ts";
import { blurOf, linearLight, smearDirection } from "../../src/read/blur.ts";
import { type Box, crop } from "../../src/read/enhance.ts";
import { FrameReader } from "../../src/read/frame-reader.ts";
import { Ladder } from "../../src/read/ladder.ts";
import { fillGrey, type Grey, lumaTables } from "../../src/read/luma.ts";
import { densestPart } from "../../src/read/region.ts";
import { restored } from "../../src/read/restore.ts";
import { defaultReadSettings } from "../../src/read/settings.ts";
import { Zxing } from "../../src/read/zxing.ts";

const render = createRenderer();
const light = linearLight();
const camera = { ...plainCamera, exposure: 0.7 };
const payload = "HP1:cyWn+n8d01RFJL6AwL2rGX9Or1ngZ8ynSJU6hRdDeY107O50ni3CRHon";
const code = { ...plainCode, payload, ink: moduleColours.green[0] ?? ([0, 0, 0] as const) };
const MODULE = 3.4;
const carrier: Carrier = {
  ...plainCarrier,
  codes: [code],
  pose: { ...plainCarrier.pose, x: 320, y: 240, pixelsPerMm: (MODULE * modulesOf(code).size) / code.size },
};
interface Blurred {
  readonly defocus: number;
  readonly motion: { readonly x: number; readonly y: number };
}
const shoot = (blur: Blurred) => render({ ...emptyScene, carriers: [carrier], ...blur }, camera, seeded(5));
const greyOf = (blur: Blurred): Grey => {
  const data = new Uint8Array(640 * 480);
  fillGrey(shoot(blur), "yb", lumaTables(), data);
  return { width: 640, height: 480, data };
};
/** The code without anything around it. */
const codeOf = (blur: Blurred): Grey => {
  const half = Math.round((MODULE * modulesOf(code).size) / 2);
  return crop(greyOf(blur), { left: 320 - half, right: 320 + half, top: 240 - half, bottom: 240 + half });
};
const smear = (length: number, degrees: number) => {
  const angle = (degrees * Math.PI) / 180;
  return { x: length * Math.cos(angle), y: length * Math.sin(angle) };
};

describe("the blur of a code", () => {
  it.each([
    [4, 90],
    [5.5, 80],
    [6.5, 110],
    [5, 0],
    [5, 35],
  ])("smeared over %f pixels at %f degrees is told to within a pixel and ten degrees", (length, degrees) => {
    const blur = blurOf(codeOf({ defocus: 1.1, motion: smear(length, degrees) }), light);
    expect(Math.abs(blur.smear - length)).toBeLessThan(1);
    // A direction is the same the other way round.
    const off = Math.abs((((blur.angle * 180) / Math.PI - degrees + 90) % 180) + 180) % 180;
    expect(Math.abs(off - 90)).toBeLessThan(10);
  });

  it.each([0.8, 1.2, 1.6, 2])("out of focus by %f pixels is told to within half a pixel", (defocus) => {
    const blur = blurOf(codeOf({ defocus, motion: { x: 0, y: 0 } }), light);
    expect(Math.abs(blur.focus - defocus)).toBeLessThan(0.5);
    expect(blur.smear).toBeLessThan(2);
  });

  it("of both kinds is taken out so far that a decoder reads what it could not read before", async () => {
    const zxing = await Zxing.load();
    const grey = codeOf({ defocus: 1.2, motion: smear(5.5, 84) });
    const read = (picture: Grey): string[] => zxing.read(picture).found.map(({ text }) => text);
    expect(read(grey)).toEqual([]);
    expect(read(restored(grey, blurOf(grey, light), light, 24, 0.9))).toEqual([payload]);
  });
});

describe("the densest part of a place", () => {
  it("is the code, to within a cell and a half, and not the screen around it", () => {
    const half = (MODULE * modulesOf(code).size) / 2;
    const around = Math.round(1.9 * half);
    const place = { left: 320 - around, right: 320 + around, top: 240 - around, bottom: 240 + around };
    const { left, top, right, bottom } = densestPart(crop(greyOf({ defocus: 1, motion: smear(4, 90) }), place));
    for (const edge of [around - left, right - around, around - top, bottom - around])
      expect(Math.abs(edge - half)).toBeLessThan(24);
  });
});

describe("the budget of a lane", () => {
  const reader = async () => {
    const reading = new FrameReader(new Ladder(await Zxing.load(), () => performance.now()), defaultReadSettings(2));
    reading.read(render({ ...emptyScene, carriers: [] }, camera, seeded(6)), monotonic(0), 0, null);
    return reading;
  };
  const box = { left: 200, top: 120, right: 440, bottom: 360 };

  it("reads a smeared and unfocused frame of a code that was in view before", async () => {
    const blur = { defocus: 1.2, motion: smear(5.5, 84) };
    const { codes } = (await reader()).read(shoot(blur), monotonic(33), 1e6, box);
    expect(codes.map(({ text }) => text)).toEqual([payload]);
    expect(codes[0]?.rung).toBe("restored");
  });

  it("is not spent on a smear of many modules, whose edges all lie along it", async () => {
    const blur = { defocus: 1, motion: smear(7 * MODULE, 80) };
    expect(smearDirection(codeOf(blur)).anisotropy).toBeGreaterThan(0.45);
    // The clock is looked at before each rung on each place.
    let ticks = 0;
    const ladder = new Ladder(await Zxing.load(), () => ++ticks);
    const newShare = (place: Box): number =>
      Number(place.left < 320 && place.right > 320 && place.top < 240 && place.bottom > 240);
    const spent = (blurred: Blurred): number => {
      const before = ticks;
      ladder.read(shoot(blurred), { allowance: 1e9, thorough: false, hint: null, newShare });
      return ticks - before;
    };
    expect(spent({ defocus: 3, motion: { x: 0, y: 0 } })).toBeGreaterThan(2);
    expect(spent(blur)).toBe(2);
  });
});
