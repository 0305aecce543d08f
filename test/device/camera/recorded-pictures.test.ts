import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { picturesOf, RecordingError, splitMjpeg, y4mHeader } from "../../../device/camera/recorded-pictures.ts";
import { recordingsIn } from "../../../device/camera/recordings.ts";
import type { Frame } from "../../../src/core/flow.ts";

const flat = (width: number, height: number, colour: string) =>
  sharp({ create: { width, height, channels: 3, background: colour } });
const lumaAt = (frame: Pick<Frame, "data" | "width">, x: number, y: number): number =>
  frame.data[(y * frame.width + x) * 2] ?? -1;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlane-recorded-"));
});

describe("a folder of pictures and recordings", () => {
  it("is listed with its subfolders, numbers in their order, and nothing that is no picture", async () => {
    const own = await mkdtemp(join(tmpdir(), "greenlane-photos-"));
    await mkdir(join(own, "more"));
    for (const name of ["10.PNG", "9.jpg", "film.y4m", "notes.txt", "more/1.webp"])
      await writeFile(join(own, name), "");
    expect((await recordingsIn(own)).flatMap(({ files }) => files)).toEqual([
      "9.jpg",
      "10.PNG",
      "film.y4m",
      "more/1.webp",
    ]);
  });

  it("takes PNGs numbered from 0 or 1 with leading zeros as one recording, and numbered photos as photos", async () => {
    const own = await mkdtemp(join(tmpdir(), "greenlane-photos-"));
    await mkdir(join(own, "walk"));
    const sequence = ["0000.png", "0001.png", "0002.png"].map((end) => `walk/a-${end}`);
    const photos = ["b-001.png", "b-003.png", "b-004.png", "c-1.png", "c-2.png", "c-3.png", "d-0001.png", "d-0002.png"];
    for (const name of [...sequence, ...photos]) await writeFile(join(own, name), "");
    const found = await recordingsIn(own);
    expect(found.filter(({ files }) => files.length > 1)).toEqual([{ name: "walk/a-%04d.png", files: sequence }]);
    expect(found.flatMap(({ files }) => files).sort()).toEqual([...photos, ...sequence].sort());
  });

  it("says what is missing where it holds no picture or is not there", async () => {
    const bare = await mkdtemp(join(tmpdir(), "greenlane-bare-"));
    await expect(recordingsIn(bare)).rejects.toThrow(/GL-2011.*no PNG/);
    await expect(recordingsIn(join(bare, "gone"))).rejects.toThrow(RecordingError);
  });
});

describe("pictures out of files", () => {
  const only = async (file: string) => {
    const all = [];
    for await (const picture of picturesOf(file)) all.push(picture);
    return all;
  };

  it("turns a photo as its EXIF says, keeps up to 1600 pixels and pads small ones with their border's colour", async () => {
    const file = join(folder, "turned.jpg");
    const halves = await flat(2400, 1200, "#ffffff")
      .composite([{ input: await flat(1200, 1200, "#000000").png().toBuffer(), left: 0, top: 0 }])
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    await writeFile(file, halves);
    const [picture] = await only(file);
    // Orientation 6: the left of the file is the top of the scene.
    expect([picture?.width, picture?.height]).toEqual([800, 1600]);
    expect(lumaAt(picture as Frame, 400, 100)).toBeLessThan(10);
    expect(lumaAt(picture as Frame, 400, 1500)).toBeGreaterThan(245);
    const small = join(folder, "small.png");
    await flat(101, 51, "#808080").png().toFile(small);
    const [padded] = await only(small);
    expect([padded?.width, padded?.height, lumaAt(padded as Frame, 0, 0), lumaAt(padded as Frame, 320, 240)]).toEqual([
      640, 480, 128, 128,
    ]);
  });

  it("splits MJPEG at its pictures and drops one that is cut off, rather than showing grey rubbish", async () => {
    const noise = await sharp({
      create: {
        width: 64,
        height: 48,
        channels: 3,
        background: "#123456",
        noise: { type: "gaussian", mean: 120, sigma: 60 },
      },
    })
      .jpeg()
      .toBuffer();
    const file = join(folder, "film.mjpeg");
    await writeFile(
      file,
      Buffer.concat([noise, noise.subarray(0, noise.length / 2), noise, Buffer.from([0, 1, 2]), noise]),
    );
    expect(splitMjpeg(Buffer.concat([noise, noise]))).toHaveLength(2);
    expect(await only(file)).toHaveLength(3);
  });

  it("reads Y4M in each of its chroma forms", async () => {
    for (const [space, chroma] of [
      ["C420jpeg", 2 * 2 * 1],
      ["C422", 2 * 2 * 2],
      ["C444", 2 * 4 * 2],
      ["Cmono", 0],
    ] as const) {
      const planes = Buffer.concat([Buffer.from([10, 20, 30, 40, 50, 60, 70, 80]), Buffer.alloc(chroma, 90)]);
      const film = Buffer.concat([
        Buffer.from(`YUV4MPEG2 W4 H2 F25:1 ${space}\n`),
        Buffer.from("FRAME\n"),
        planes,
        Buffer.from("FRAME Ix\n"),
        planes,
        Buffer.from("FRAME\n"),
        planes.subarray(0, 3),
      ]);
      const file = join(folder, `film-${space}.y4m`);
      await writeFile(file, film);
      const pictures = await only(file);
      expect(pictures).toHaveLength(2);
      expect([...(pictures[1]?.data.subarray(0, 4) ?? [])]).toEqual([
        10,
        chroma === 0 ? 128 : 90,
        20,
        chroma === 0 ? 128 : 90,
      ]);
    }
  });

  it("refuses any other header and never throws anything else", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const line of [text, `YUV4MPEG2 ${text}`, `YUV4MPEG2 W4 H2 ${text}`]) {
          try {
            y4mHeader(line, "film.y4m");
          } catch (error) {
            expect(error).toBeInstanceOf(RecordingError);
          }
        }
      }),
    );
  });

  it("splits any bytes without losing its way", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const parts = splitMjpeg(Uint8Array.from([0xff, 0xd8, 0xff, ...bytes, 0xff, 0xd8, 0xff, 0xd9]));
        expect(parts.every((part) => part[0] === 0xff && part[1] === 0xd8)).toBe(true);
      }),
    );
  });
});
