import { describe, expect, it } from "vitest";
import { seeded } from "../../device/rig/render/random.ts";
import { createRenderer } from "../../device/rig/render/render-frame.ts";
import {
  emptyScene,
  moduleColours,
  plainCamera,
  plainCarrier,
  plainCode,
  type Scene,
} from "../../device/rig/render/scene.ts";
import { monotonic } from "../../src/core/units.ts";
import { PresenceGate } from "../../src/read/gate.ts";
import type { Raster } from "../../src/read/luma.ts";
import { defaultReadSettings } from "../../src/read/settings.ts";

const render = createRenderer();
const settings = defaultReadSettings(2).gate;

/** Shows the scenes one after the other, 33 ms apart; tells which of them went to the decoder. */
function decisions(pictures: readonly Raster[]): boolean[] {
  const gate = new PresenceGate(settings);
  return pictures.map((picture, index) => {
    const at = monotonic(index * 33);
    const open = gate.decide(picture, at);
    gate.learn(false, at);
    return open;
  });
}
const lane = (exposure = plainCamera.exposure, seed = 1): Raster =>
  render(emptyScene, { ...plainCamera, exposure }, seeded(seed));
const share = (open: readonly boolean[]): number => open.filter(Boolean).length / open.length;

function withPhone(change: Partial<Scene>, size: number, ink = moduleColours.black[0] ?? [0, 0, 0]): Raster {
  const code = { ...plainCode, payload: "HP1:GATE", ink: ink as readonly [number, number, number] };
  const pose = { ...plainCarrier.pose, pixelsPerMm: size };
  return render(
    { ...emptyScene, carriers: [{ ...plainCarrier, codes: [code], pose }], ...change },
    plainCamera,
    seeded(9),
  );
}

describe("the presence gate", () => {
  it("stays shut over an empty lane whatever the exposure does", () => {
    const pumping = Array.from({ length: 24 }, (_, i) => lane(0.75 * (1 + 0.3 * Math.sin(i / 3)), i + 1));
    expect(share(decisions(pumping).slice(1))).toBe(0);
  });

  it("stays shut under mains flicker, which runs through the rows", () => {
    const flickering = Array.from({ length: 16 }, (_, i) => {
      const picture = lane(0.75, i + 1);
      const data = Uint8Array.from(picture.data);
      for (let y = 0; y < picture.height; y++)
        for (let x = 0; x < picture.width; x++) {
          const at = (y * picture.width + x) * 2;
          data[at] = Math.max(0, Math.min(255, (data[at] ?? 0) + 16 * Math.sin(y / 38 + i * 1.9)));
        }
      return { ...picture, data };
    });
    expect(share(decisions(flickering).slice(1))).toBe(0);
  });

  it("looks at no more than every fourth picture while somebody walks by out of focus", () => {
    const walking = Array.from({ length: 16 }, (_, i) => {
      const people = i < 2 ? [] : [{ x: i / 16, height: 0.8, shade: [60, 70, 120] as const }];
      return render({ ...emptyScene, backdrop: { ...emptyScene.backdrop, people } }, plainCamera, seeded(i));
    });
    expect(share(decisions(walking).slice(1))).toBeLessThanOrEqual(0.27);
  });

  it("follows sunlight that wanders over the wall, and after a cloud has gone looks at few pictures", () => {
    const sunlit = (sun: number | null, seed: number): Raster =>
      render({ ...emptyScene, backdrop: { ...emptyScene.backdrop, sun } }, plainCamera, seeded(seed));
    // A shadow's edge moves about a hundredth of the picture's width a minute: this is a minute in one second.
    const wandering = Array.from({ length: 32 }, (_, i) => sunlit(0.3 + (0.01 * i) / 32, i + 1));
    expect(share(decisions(wandering).slice(1))).toBe(0);
    const cloud = Array.from({ length: 24 }, (_, i) => sunlit(i < 4 ? null : 0.3, i + 1));
    expect(share(decisions(cloud).slice(1))).toBeLessThanOrEqual(0.27);
  });

  it("opens at once for a code in any colour, near or far", () => {
    for (const ink of [moduleColours.black[0], moduleColours.yellow[0], moduleColours.green[0]])
      for (const size of [1.2, 3, 6]) expect(decisions([lane(), lane(), withPhone({}, size, ink)]).at(-1)).toBe(true);
  });

  it("takes what stands still for long as the empty lane, unless it was read", () => {
    const gate = new PresenceGate(settings);
    const parked = withPhone({}, 3);
    gate.decide(lane(), monotonic(0));
    gate.learn(false, monotonic(0));
    const show = (from: number, found: boolean): boolean => {
      let open = true;
      for (let at = from; at <= from + settings.adoptAfter + settings.hold + 400; at += 200) {
        open = gate.decide(parked, monotonic(at));
        gate.learn(found, monotonic(at));
      }
      return open;
    };
    expect(show(200, true)).toBe(true);
    expect(show(20_000, false)).toBe(false);
  });
});
