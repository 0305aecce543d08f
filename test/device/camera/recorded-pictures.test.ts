import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { RecordedFrames, type Shown } from "../../../device/camera/recorded-frames.ts";
import { picturesOf, RecordingError, splitMjpeg, y4mHeader } from "../../../device/camera/recorded-pictures.ts";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import type { Frame } from "../../../src/core/flow.ts";

const flat = (width: number, height: number, colour: string) =>
  sharp({ create: { width, height, channels: 3, background: colour } });
const lumaAt = (frame: Pick<Frame, "data" | "width">, x: number, y: number): number =>
  frame.data[(y * frame.width + x) * 2] ?? -1;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlane-recorded-"));
});

describe("a folder as a camera", () => {
  it("shows each photo for its hold, the empty lane between, in the order of names, then ends", async () => {
    const own = await mkdtemp(join(tmpdir(), "greenlane-photos-"));
    await flat(300, 200, "#ffffff").png().toFile(join(own, "10.png"));
    await flat(300, 200, "#000000").jpeg().toFile(join(own, "9.jpg"));
    await writeFile(join(own, "9b.png"), "no picture");
    await writeFile(join(own, "notes.txt"), "not looked at");
    const clock = new SimClock();
    const camera = new RecordedFrames(clock, { folder: own, fps: 10, hold: 3, gap: 2 });
    const shown: Shown[] = [];
    const skipped: string[] = [];
    camera.onShown((what) => shown.push(what));
    camera.onSkipped((error) => skipped.push(error.message));
    await camera.start();
    let over = false;
    void camera.ended.then(() => {
      over = true;
    });
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    const names = shown.map((what) => what.file?.slice(own.length + 1) ?? "-");
    expect(names).toEqual(["9.jpg", "9.jpg", "9.jpg", "-", "-", "10.png", "10.png", "10.png", "-", "-"]);
    expect(skipped).toHaveLength(1);
    expect(skipped[0]).toContain("9b.png");
    const stamps = shown.map((what) => what.frame.at);
    expect(stamps.every((at, index) => index === 0 || at > (stamps[index - 1] ?? 0))).toBe(true);
    expect(lumaAt(shown[5]?.frame ?? { data: new Uint8Array(0), width: 1 }, 320, 240)).toBe(255);
  });

  it("says what is missing where a folder holds no picture or is not there", async () => {
    const bare = await mkdtemp(join(tmpdir(), "greenlane-bare-"));
    const settings = { folder: bare, fps: 10, hold: 1, gap: 0 };
    await expect(new RecordedFrames(new SimClock(), settings).start()).rejects.toThrow(/GL-2011.*no PNG/);
    const gone = { ...settings, folder: join(bare, "gone") };
    await expect(new RecordedFrames(new SimClock(), gone).start()).rejects.toThrow(RecordingError);
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
