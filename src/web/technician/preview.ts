/** The camera's picture for the panel: the newest frame as a JPEG, made when asked for and kept nowhere. */
import sharp from "sharp";
import type { Frame } from "../../core/flow.ts";

const WIDTH = 640;

/** A JPEG of at most 640 pixels' width. Luma alone of a YUYV frame: colour is evidence of nothing. */
export async function previewOf(frame: Frame): Promise<Buffer> {
  const { width, height } = frame;
  const channels = frame.format === "rgb" ? 3 : 1;
  const data =
    frame.format === "yuyv"
      ? lumaOf(frame)
      : Buffer.from(frame.data.buffer, frame.data.byteOffset, width * height * channels);
  return sharp(data, { raw: { width, height, channels } })
    .resize({ width: Math.min(width, WIDTH) })
    .jpeg({ quality: 70 })
    .toBuffer();
}

function lumaOf(frame: Frame): Buffer {
  const luma = Buffer.alloc(frame.width * frame.height);
  for (let at = 0; at < luma.length; at++) luma[at] = frame.data[at * 2] ?? 0;
  return luma;
}
