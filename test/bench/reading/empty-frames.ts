/** What an empty lane costs: gate and first pass of ours against jsQR's default, paired on the same frames. */
import { seeded } from "../../../device/rig/render/random.ts";
import { createRenderer } from "../../../device/rig/render/render-frame.ts";
import { monotonic } from "../../../src/core/units.ts";
import { PresenceGate } from "../../../src/read/gate.ts";
import { fillGrey, type Grey, lumaTables } from "../../../src/read/luma.ts";
import { defaultReadSettings } from "../../../src/read/settings.ts";
import { type Contest, shotOf } from "./contestants.ts";
import { specimen } from "./corpus.ts";
import { quantile } from "./figures.ts";
import { nativeCost } from "./native.ts";

/** How many times as long jsQR takes, median over the frames. */
export interface EmptyCost {
  readonly gated: number;
  /** The first pass, from the camera's buffer on: what a picture without anything code-like costs behind an open gate. */
  readonly ungated: number;
  /** Native zxing-cpp with its command's defaults; null where it is not at hand. */
  readonly native: number | null;
}

const FRAMES = 31;
const ROUNDS = 5;

/** Frames of 640 × 480; the parts take turns, each frame's figure is the median of its rounds. */
export async function emptyFrames({ zxing, readers }: Contest): Promise<EmptyCost> {
  const render = createRenderer();
  const tables = lumaTables();
  const ratios: { gated: number[]; ungated: number[] } = { gated: [], ungated: [] };
  const pictures: Grey[] = [];
  const jsqr: number[] = [];
  for (let seed = 0; seed < FRAMES; seed++) {
    const { scene, camera } = specimen("empty", "black", seed);
    const shot = shotOf(render(scene, { ...camera, width: 640, height: 480 }, seeded(seed)));
    const { raster } = shot;
    const gate = new PresenceGate(defaultReadSettings(2).gate);
    let frame = 0;
    const throughGate = (): void => {
      const at = monotonic(frame++ * 33);
      gate.decide(raster, at);
      gate.learn(false, at);
    };
    throughGate();
    const data = new Uint8Array(raster.width * raster.height);
    const onePass = (): void => {
      fillGrey(raster, "yb", tables, data);
      zxing.read({ width: raster.width, height: raster.height, data }, { quick: true });
    };
    const times: Record<"gate" | "pass" | "jsqr", number[]> = { gate: [], pass: [], jsqr: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.gate.push(cpuTime(throughGate, 100));
      times.pass.push(cpuTime(onePass, 4));
      times.jsqr.push(cpuTime(() => void readers.jsqr(shot), 1));
    }
    pictures.push({ width: raster.width, height: raster.height, data });
    jsqr.push(quantile(times.jsqr, 0.5) / 1000);
    ratios.gated.push(quantile(times.jsqr, 0.5) / quantile(times.gate, 0.5));
    ratios.ungated.push(quantile(times.jsqr, 0.5) / quantile(times.pass, 0.5));
  }
  const native = nativeCost(pictures);
  return {
    gated: quantile(ratios.gated, 0.5),
    ungated: quantile(ratios.ungated, 0.5),
    native: native === null ? null : quantile(jsqr, 0.5) / native,
  };
}

/** Microseconds of processor time per call: on a shared machine the clock on the wall counts what others do. */
function cpuTime(work: () => void, calls: number): number {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
