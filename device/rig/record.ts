/** Writes what the rig's camera saw as Y4M, one file a visit, so that `demo --frames` can play a run again. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FPS } from "./clip.ts";
import type { Picture } from "./render/scene.ts";

/** Never for a real lane: there nothing about a person is kept (P15). */
export async function recordClip(folder: string, visit: number, pictures: readonly Picture[]): Promise<void> {
  const [first] = pictures;
  if (first === undefined) return;
  await mkdir(folder, { recursive: true });
  const header = Buffer.from(`YUV4MPEG2 W${first.width} H${first.height} F${FPS}:1 Ip A1:1 C422\n`);
  const frames = pictures.flatMap((picture) => [Buffer.from("FRAME\n"), planar(picture)]);
  await writeFile(join(folder, `${String(visit).padStart(4, "0")}.y4m`), Buffer.concat([header, ...frames]));
}

/** YUYV → the planes Y, U, V of 4:2:2. */
function planar({ width, height, data }: Picture): Buffer {
  const pixels = width * height;
  const planes = Buffer.alloc(pixels * 2);
  for (let pair = 0; pair < pixels / 2; pair += 1) {
    planes[2 * pair] = data[4 * pair] ?? 0;
    planes[2 * pair + 1] = data[4 * pair + 2] ?? 0;
    planes[pixels + pair] = data[4 * pair + 1] ?? 0;
    planes[pixels + pixels / 2 + pair] = data[4 * pair + 3] ?? 0;
  }
  return planes;
}
