/** What every camera behind its port promises. */
import assert from "node:assert/strict";
import type { Frame } from "../../../src/core/flow.ts";
import type { CameraHealth, Frames } from "../../../src/ports/frames.ts";

export interface CameraBench {
  readonly camera: Frames;
  readonly now: () => number;
  mishap(kind: "frozen" | "gone" | null): void;
  /** Lets time go by until `done`, at most for the time in which the port promises it. */
  until(done: () => boolean, what: string): Promise<void>;
}

export const cameraPromises: Readonly<
  Record<string, (bench: CameraBench, frames: Frame[], healths: CameraHealth[]) => Promise<void>>
> = {
  "gives whole frames, stamped in order and never in the future": async (bench, frames) => {
    await bench.until(() => frames.length >= 10, "ten frames");
    for (const [index, frame] of frames.entries()) {
      assert.equal(frame.data.length, frame.width * frame.height * 2);
      assert.ok(frame.at <= bench.now());
      assert.ok(index === 0 || frame.at >= (frames[index - 1] as Frame).at);
    }
  },
  "tells that the picture stands still, and that it moves again": async (bench, frames, healths) => {
    await bench.until(() => frames.length > 2, "frames");
    bench.mishap("frozen");
    await bench.until(() => healths.at(-1) === "frozen", "frozen");
    bench.mishap(null);
    await bench.until(() => healths.at(-1) === "ok", "ok again");
    assert.deepEqual(healths, ["frozen", "ok"]);
  },
  "tells that it is gone, gives nothing meanwhile, and gives new frames after its return": async (
    bench,
    frames,
    healths,
  ) => {
    await bench.until(() => frames.length > 2, "frames");
    bench.mishap("gone");
    await bench.until(() => healths.at(-1) === "gone", "gone");
    const before = frames.length;
    const back = bench.now();
    bench.mishap(null);
    await bench.until(() => healths.at(-1) === "ok" && frames.length > before, "ok again");
    assert.ok(frames.slice(before).every((frame) => frame.at >= back));
    assert.deepEqual(healths, ["gone", "ok"]);
  },
};
