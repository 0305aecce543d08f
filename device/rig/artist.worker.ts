/** Draws clips ahead of time, away from the lane's thread. One message in is one clip out. */
import { parentPort } from "node:worker_threads";
import { drawClip, drawEmpty, type PrintedCode } from "./clip.ts";
import { seeded } from "./render/random.ts";
import { createRenderer } from "./render/render-frame.ts";

export interface Commission {
  readonly id: number;
  readonly seed: number;
  readonly frames: number;
  /** The empty lane; else the person's codes. */
  readonly empty: boolean;
  readonly codes: readonly PrintedCode[];
}

const render = createRenderer();

parentPort?.on("message", ({ id, seed, frames, empty, codes }: Commission) => {
  const random = seeded(seed);
  const pictures = empty ? drawEmpty(frames, render, random) : drawClip(codes, frames, render, random);
  parentPort?.postMessage({ id, pictures });
});
