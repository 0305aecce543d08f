import { beforeAll, describe, expect, it } from "vitest";
import { carrierMap } from "../../device/rig/render/draw-carrier.ts";
import { codeCorners } from "../../device/rig/render/geometry.ts";
import { seeded } from "../../device/rig/render/random.ts";
import { createRenderer } from "../../device/rig/render/render-frame.ts";
import {
  type Carrier,
  type CodePrint,
  emptyScene,
  moduleColours,
  plainCamera,
  plainCarrier,
  plainCode,
} from "../../device/rig/render/scene.ts";
import { StillReader } from "../../src/read/still-reader.ts";

let reader: StillReader;
beforeAll(async () => {
  reader = await StillReader.load();
}, 60_000);
const render = createRenderer();
const camera = { ...plainCamera, exposure: 0.7 };
const shoot = (carriers: readonly Carrier[], change: { defocus?: number; motion?: { x: number; y: number } } = {}) =>
  reader.readRaster(render({ ...emptyScene, carriers, ...change }, camera, seeded(3)));
const phone = (change: Partial<Carrier>, code: Partial<CodePrint> = {}): Carrier => ({
  ...plainCarrier,
  codes: [{ ...plainCode, payload: "HP1:READ ME 0123456789", ...code }],
  ...change,
});

describe("reading one picture with whole effort", () => {
  it.each(["green", "yellow", "red", "black"] as const)(
    "tells the colour of a %s code, on light and on dark",
    (colour) => {
      const ink = moduleColours[colour][0] ?? [0, 0, 0];
      for (const dark of [false, true]) {
        const [code] = shoot([phone({ dark }, { ink })]);
        expect([code?.text, code?.colour]).toEqual(["HP1:READ ME 0123456789", colour]);
      }
    },
  );

  it("gives the corners clockwise from the code's own top-left, however it is held", () => {
    for (const pose of [{ rotation: 0 }, { rotation: 120, tiltX: 20 }, { rotation: -75, tiltY: 30 }]) {
      const carrier = phone({ pose: { ...plainCarrier.pose, ...pose } });
      const truth = codeCorners(carrierMap(carrier, camera), carrier.codes[0] as CodePrint);
      const [code] = shoot([carrier]);
      code?.corners.forEach(([x, y], index) => {
        expect(Math.hypot(x - (truth[index]?.[0] ?? 0), y - (truth[index]?.[1] ?? 0))).toBeLessThan(6);
      });
      expect(code).toBeDefined();
    }
  });

  it("lists each code of a family's page once, nearest to the middle first", () => {
    const codes = [0, 1, 2, 3].map(
      (index): CodePrint => ({
        ...plainCode,
        payload: `HP1:FAMILY ${index}`,
        size: 40,
        x: (index % 2) * 55,
        y: Math.floor(index / 2) * 55,
      }),
    );
    const pose = { ...plainCarrier.pose, x: 260, y: 180, pixelsPerMm: 2.6 };
    const found = shoot([{ ...plainCarrier, medium: "paper", codes, pose }]);
    expect(found.map((code) => code.text).sort()).toEqual(codes.map((code) => code.payload));
    const away = found.map((code) =>
      Math.hypot(
        (code.corners[0][0] + code.corners[2][0]) / 2 - 320,
        (code.corners[0][1] + code.corners[2][1]) / 2 - 240,
      ),
    );
    expect(away).toEqual([...away].sort((a, b) => a - b));
  });

  it("takes focus and motion blur back out that one pass can't read through", () => {
    const ink = moduleColours.green[0] ?? [0, 0, 0];
    const pose = { ...plainCarrier.pose, pixelsPerMm: 2 };
    for (const blur of [{ defocus: 2.5 }, { motion: { x: 7, y: 2 } }]) {
      const [code] = shoot([phone({ pose }, { ink })], blur);
      expect(code?.text).toBe("HP1:READ ME 0123456789");
      expect(code?.rung).not.toBe("yb");
    }
  }, 30_000);
});
