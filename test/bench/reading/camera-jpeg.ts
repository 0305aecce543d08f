/** The camera's own JPEG: YUYV through 4:2:0 at a quality and back to RGB, as a frame reader gets it from MJPEG. */
import sharp from "sharp";
import type { Picture } from "../../../device/rig/render/scene.ts";

export async function throughJpeg(picture: Picture, quality: number): Promise<Picture> {
  const { width, height } = picture;
  const jpeg = await sharp(rgbOf(picture), { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: "4:2:0" })
    .toBuffer();
  return { width, height, format: "rgb", data: await sharp(jpeg).raw().toBuffer() };
}

/** RGB of a YUYV picture, BT.601 full range. */
export function rgbOf(picture: Picture): Uint8Array {
  const pixels = picture.width * picture.height;
  if (picture.format !== "yuyv") return picture.data;
  const rgb = new Uint8Array(pixels * 3);
  const clamp = (value: number): number => Math.max(0, Math.min(255, value + 0.5));
  for (let i = 0; i < pixels; i++) {
    const luma = picture.data[i * 2] as number;
    const u = (picture.data[(i >> 1) * 4 + 1] as number) - 128;
    const v = (picture.data[(i >> 1) * 4 + 3] as number) - 128;
    rgb[i * 3] = clamp(luma + 1.402 * v);
    rgb[i * 3 + 1] = clamp(luma - 0.344 * u - 0.714 * v);
    rgb[i * 3 + 2] = clamp(luma + 1.772 * u);
  }
  return rgb;
}
