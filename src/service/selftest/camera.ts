import type { Frame } from "../../core/flow.ts";
import type { CheckResult } from "../../core/panel.ts";
import { type Millis, since } from "../../core/units.ts";
import type { Workbench } from "../workbench.ts";
import { bad, collect, good, median, skipped } from "./steps.ts";

interface Seen {
  readonly at: number;
  readonly age: number;
  readonly print: number;
  readonly blown: number;
  readonly mean: number;
}

/** Frame rate, age, change and light of the camera's pictures over `period`. The pictures themselves are not kept. */
export async function cameraSteps(bench: Workbench, period: Millis): Promise<readonly CheckResult[]> {
  const { clock, frames, reader } = bench;
  if (frames === null) return [skipped("camera.frames", "画面", "Pictures", "this lane has no camera")];
  const seen = await collect<Seen>(clock, period, Number.POSITIVE_INFINITY, (take) =>
    frames.onFrame((frame) => take({ at: frame.at, age: since(frame.at, clock.monotonic()), ...lightOf(frame) })),
  );
  if (seen.length === 0)
    return [
      bad(
        "camera.frames",
        "GL-2054",
        "画面",
        "Pictures",
        "none",
        "pictures",
        "check the camera's plug, then look at greenlane doctor",
      ),
    ];
  const rate = (seen.length / period) * 1000;
  const age = median(seen.map((one) => one.age));
  const prints = new Set(seen.map((one) => one.print));
  const blown = median(seen.map((one) => one.blown));
  const mean = median(seen.map((one) => one.mean));
  const steps = [
    rate >= 8
      ? good("camera.rate", "帧率", "Frame rate", `${rate.toFixed(1)} a second`, "8 or more")
      : bad(
          "camera.rate",
          "GL-2055",
          "帧率",
          "Frame rate",
          `${rate.toFixed(1)} a second`,
          "8 or more",
          "use a port of its own on the hub, or a smaller picture",
          "warn",
        ),
    age <= 300
      ? good("camera.age", "时效", "Age", `${Math.round(age)} ms`, "300 ms or less")
      : bad(
          "camera.age",
          "GL-2056",
          "时效",
          "Age",
          `${Math.round(age)} ms`,
          "300 ms or less",
          "pictures wait in a queue: use fewer buffers or a smaller picture",
        ),
    prints.size > 1 || seen.length < 3
      ? good("camera.change", "画面变化", "Pictures change", `${prints.size} different of ${seen.length}`)
      : bad(
          "camera.change",
          "GL-2057",
          "画面变化",
          "Pictures change",
          "all identical",
          "noise at least",
          "unplug the camera and plug it in again",
        ),
    mean >= 25 && blown <= 0.25
      ? good(
          "camera.light",
          "光线",
          "Light",
          `mean ${Math.round(mean)} of 255, ${Math.round(blown * 100)} % blown out`,
          "25 or more, at most 25 % blown out",
        )
      : bad(
          "camera.light",
          "GL-2058",
          "光线",
          "Light",
          `mean ${Math.round(mean)} of 255, ${Math.round(blown * 100)} % blown out`,
          "25 or more, at most 25 % blown out",
          mean < 25 ? "take the lens cap off, or add light" : "turn the lamp away by about 10° or shorten the exposure",
          "warn",
        ),
  ];
  if (reader !== null) {
    const { decodeMs, workersReplaced } = reader.counters();
    steps.push(
      good(
        "camera.decode",
        "解码",
        "Decoding",
        `median ${Math.round(decodeMs.p50)} ms, 95 % ${Math.round(decodeMs.p95)} ms, ${workersReplaced} workers replaced`,
      ),
    );
  }
  return steps;
}

/** Brightness of a coarse grid and a fingerprint of it. */
function lightOf(frame: Frame): { print: number; blown: number; mean: number } {
  const { data, format } = frame;
  const stride = format === "rgb" ? 3 : format === "yuyv" ? 2 : 1;
  const step = Math.max(1, Math.floor(data.length / stride / 4096)) * stride;
  let print = 2166136261;
  let blown = 0;
  let sum = 0;
  let count = 0;
  for (let at = 0; at < data.length; at += step) {
    const light = data[at] ?? 0;
    print = Math.imul(print ^ light, 16777619) >>> 0;
    if (light >= 250) blown++;
    sum += light;
    count++;
  }
  return { print, blown: count === 0 ? 0 : blown / count, mean: count === 0 ? 0 : sum / count };
}
