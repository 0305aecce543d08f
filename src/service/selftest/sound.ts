import type { CheckResult } from "../../core/panel.ts";
import { millis } from "../../core/units.ts";
import type { Tone } from "../../ports/voice.ts";
import type { Workbench } from "../workbench.ts";
import { skipped } from "./steps.ts";

const tones: readonly Tone[] = ["step", "go", "staff", "next", "wait", "rest"];

/** Plays the tones one after the other. Only ears can tell whether they sounded, so the steps stay unanswered. */
export async function soundSteps(bench: Workbench): Promise<readonly CheckResult[]> {
  for (const tone of tones) {
    bench.voice.play({ tone, prompt: null, turn: null });
    await new Promise<void>((resolve) => void bench.clock.after(millis(1200), resolve));
  }
  bench.voice.silence();
  return tones.map((tone) => skipped(`sound.${tone}`, "听到了吗？", "Did you hear it?", `${tone} was played`));
}
