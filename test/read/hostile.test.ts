import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { seeded } from "../../device/rig/render/random.ts";
import { renderFrame } from "../../device/rig/render/render-frame.ts";
import { emptyScene, plainCamera, plainCarrier, plainCode } from "../../device/rig/render/scene.ts";
import { monotonic } from "../../src/core/units.ts";
import { FrameReader } from "../../src/read/frame-reader.ts";
import { Ladder } from "../../src/read/ladder.ts";
import { PictureError } from "../../src/read/picture-file.ts";
import { defaultReadSettings } from "../../src/read/settings.ts";
import { StillReader } from "../../src/read/still-reader.ts";
import { textOf } from "../../src/read/text.ts";
import { Zxing } from "../../src/read/zxing.ts";
import { anyRaster, bomb, brokenFiles, validFiles } from "../support/hostile-pictures.ts";

let still: StillReader;
let ladder: Ladder;
let files: Uint8Array[];
beforeAll(async () => {
  still = await StillReader.load();
  ladder = new Ladder(await Zxing.load(), () => 0);
  files = await validFiles();
}, 60_000);

describe("hostile pictures", () => {
  it("never make the frame reader throw or see a code, whatever their size and content", () => {
    const reader = new FrameReader(ladder, defaultReadSettings(2));
    let at = 0;
    fc.assert(
      fc.property(anyRaster(200), (raster) => {
        const reading = reader.read(raster, monotonic(at++ * 33), 20, null);
        expect(reading.codes).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("of a broken file give a PictureError or a reading, nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(brokenFiles(files), async (bytes) => {
        try {
          expect((await still.readFile(bytes)).codes).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(PictureError);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("that claim 3.6 gigapixels are refused before they are unpacked", async () => {
    await expect(still.readFile(await bomb())).rejects.toThrow(/GL-2042/);
  });

  it("with 2,900 bytes of every value are read byte for byte, and their text is text", () => {
    const payload = Uint8Array.from({ length: 2900 }, (_, i) => (i * 7) & 255);
    const code = { ...plainCode, payload, errorCorrection: "L" as const, size: 60 };
    const carrier = { ...plainCarrier, codes: [code], pose: { ...plainCarrier.pose, x: 640, y: 480, pixelsPerMm: 14 } };
    const camera = { ...plainCamera, width: 1280, height: 960, focal: 1100 };
    const [read] = still.readRaster(renderFrame({ ...emptyScene, carriers: [carrier] }, camera, seeded(1)));
    expect(Buffer.from(read?.bytes ?? []).equals(Buffer.from(payload))).toBe(true);
    expect(typeof read?.text).toBe("string");
  });

  it("of any bytes give a text without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, hasCharacterSet) => {
        expect(typeof textOf({ bytes, text: "", hasCharacterSet })).toBe("string");
      }),
    );
  });
});
