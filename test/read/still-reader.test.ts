import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { toBuffer } from "qrcode";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
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

  it("takes no Micro QR code, whose few digits clutter can show as well", async () => {
    const bytes = await readFile(createRequire(import.meta.url).resolve("zxing-wasm/writer/zxing_writer.wasm"));
    const wasmBinary = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
    const read = async (format: "MicroQRCode" | "QRCode"): Promise<readonly string[]> => {
      const { image } = await writeBarcode("36577", { format, scale: 8 });
      const { codes } = await reader.readFile(Buffer.from((await image?.arrayBuffer()) ?? new ArrayBuffer(0)));
      return codes.map(({ text }) => text);
    };
    expect(await read("QRCode")).toEqual(["36577"]);
    expect(await read("MicroQRCode")).toEqual([]);
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

  it("reads each of a page of twelve, where finder patterns of different codes look like codes of their own", async () => {
    const texts = Array.from(
      { length: 12 },
      (_, index) => `HP1:FAMILY ${String.fromCharCode(65 + index)} ${"X".repeat(60)}`,
    );
    const codes = await Promise.all(texts.map((text) => toBuffer(text, { scale: 3, margin: 4 })));
    const side = (await sharp(codes[0]).metadata()).width;
    const page = await sharp({ create: { width: 4 * side, height: 3 * side, channels: 3, background: "#fff" } })
      .composite(codes.map((input, index) => ({ input, left: (index % 4) * side, top: Math.floor(index / 4) * side })))
      .png()
      .toBuffer();
    expect((await reader.readFile(page)).codes.map((code) => code.text).sort()).toEqual(texts);
  });

  it.each([
    ["#ffd400", "#ffffff", "yellow"],
    ["#00a651", "#ffffff", "green"],
    ["#d0021b", "#ffffff", "red"],
    ["#000000", "#ffffff", "black"],
    ["#1565c0", "#ffffff", "other"],
    ["#ffd400", "#000000", "yellow"],
    ["#00c060", "#000000", "green"],
    ["#ff3b30", "#000000", "red"],
    ["#ffffff", "#000000", "black"],
  ])(
    "tells the colour of a screenshot in %s on %s, whose channels are at their ends without a sensor",
    async (ink, ground, colour) => {
      const picture = await toBuffer("HP1:SCREENSHOT", { scale: 6, color: { dark: ink, light: ground } });
      const { codes } = await reader.readFile(picture);
      expect(codes.map((code) => [code.text, code.colour])).toEqual([["HP1:SCREENSHOT", colour]]);
    },
  );

  it.each(["#000000ff", "#ffffffff"])("reads modules of %s on a transparent ground", async (ink) => {
    const picture = await toBuffer("HP1:SEE THROUGH", { scale: 6, color: { dark: ink, light: "#00000000" } });
    expect((await reader.readFile(picture)).codes.map((code) => code.text)).toEqual(["HP1:SEE THROUGH"]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "gives corners of the upright picture, clockwise from the code's own top-left, with EXIF orientation %i",
    async (orientation) => {
      const code = await toBuffer("HP1:EXIF", { scale: 8, margin: 4 });
      const base = await sharp({ create: { width: 400, height: 300, channels: 3, background: "#888" } })
        .composite([{ input: code, left: 20, top: 10 }])
        .png()
        .toBuffer();
      const file = await sharp(base).jpeg().withMetadata({ orientation }).toBuffer();
      // What the orientation does to a point of the stored picture (EXIF 2.32, 4.6.4).
      const turn = (x: number, y: number): readonly number[] =>
        [
          [x, y],
          [400 - x, y],
          [400 - x, 300 - y],
          [x, 300 - y],
          [y, x],
          [300 - y, x],
          [300 - y, 400 - x],
          [y, 400 - x],
        ][orientation - 1] ?? [];
      const [near, far] = [turn(52, 42), turn(52 + 168, 42 + 168)];
      const [found] = (await reader.readFile(file)).codes;
      for (const [corner, truth] of [
        [found?.corners[0], near],
        [found?.corners[2], far],
      ] as const)
        expect(Math.hypot((corner?.[0] ?? 0) - (truth[0] ?? 0), (corner?.[1] ?? 0) - (truth[1] ?? 0))).toBeLessThan(4);
      const [a, b, c] = found?.corners ?? [];
      const turning =
        ((b?.[0] ?? 0) - (a?.[0] ?? 0)) * ((c?.[1] ?? 0) - (b?.[1] ?? 0)) -
        ((b?.[1] ?? 0) - (a?.[1] ?? 0)) * ((c?.[0] ?? 0) - (b?.[0] ?? 0));
      expect(turning).toBeGreaterThan(0);
    },
  );

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
