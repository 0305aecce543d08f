import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { monotonic } from "../../src/core/units.ts";
import { FrameReader } from "../../src/read/frame-reader.ts";
import { Ladder } from "../../src/read/ladder.ts";
import { PictureError } from "../../src/read/picture-file.ts";
import { defaultReadSettings } from "../../src/read/settings.ts";
import { StillReader } from "../../src/read/still-reader.ts";
import { Zxing } from "../../src/read/zxing.ts";
import { anyRaster, brokenFiles, validFiles } from "../support/hostile-pictures.ts";

const runs = Number(process.env.GREENLANE_FUZZ_RUNS ?? 2000);
let still: StillReader;
let ladder: Ladder;
let files: Uint8Array[];
beforeAll(async () => {
  still = await StillReader.load();
  ladder = new Ladder(await Zxing.load(), () => performance.now());
  files = await validFiles();
}, 60_000);

describe("reading, at length", () => {
  it("frames of any size and content: no throw, no code", () => {
    const reader = new FrameReader(ladder, defaultReadSettings(2));
    let at = 0;
    fc.assert(
      fc.property(anyRaster(1000), (raster) => {
        expect(reader.read(raster, monotonic(at++ * 33), 100, null).codes).toEqual([]);
      }),
      { numRuns: runs / 5 },
    );
  });

  it("broken files: a PictureError or a reading", async () => {
    await fc.assert(
      fc.asyncProperty(brokenFiles(files), async (bytes) => {
        try {
          await still.readFile(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(PictureError);
        }
      }),
      { numRuns: runs },
    );
  });
});
