/** Draws a scene as a camera would deliver it. */
import { drawBackdrop } from "./backdrop.ts";
import { drawCarrier } from "./draw-carrier.ts";
import { blur, type Region } from "./optics.ts";
import type { Random } from "./random.ts";
import type { CameraModel, CodePrint, Picture, Scene } from "./scene.ts";
import { expose, sensorTables } from "./sensor.ts";
import { type Modules, modulesOf, sheetOf } from "./sheet.ts";

export type Renderer = (scene: Scene, camera: CameraModel, random: Random) => Picture;

/** Matrices kept per renderer: a demo shows a few dozen codes, a corpus thousands. */
const REMEMBERED = 64;

/**
 * Makes a renderer with buffers of its own. Each call draws one picture and gives a fresh buffer; the same scene,
 * camera and seed give the same bytes. @throws Error where a payload is too long for a QR code.
 */
export function createRenderer(): Renderer {
  const tables = sensorTables();
  const known = new Map<string, Modules>();
  let light = new Float32Array(0);
  let spare = new Float32Array(0);
  const modules = (code: CodePrint): Modules => {
    const key = `${code.errorCorrection}${typeof code.payload === "string" ? `t${code.payload}` : `b${Buffer.from(code.payload).toString("latin1")}`}`;
    const made = known.get(key) ?? modulesOf(code);
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, made);
    return made;
  };
  return (scene, camera, random) => {
    const { width, height } = camera;
    if (light.length !== width * height * 3) {
      light = new Float32Array(width * height * 3);
      spare = new Float32Array(width * height * 3);
    }
    drawBackdrop(scene.backdrop, width, height, light);
    for (const carrier of scene.carriers) {
      const region = drawCarrier(carrier, sheetOf(carrier, modules), camera, light);
      const reach = Math.ceil(scene.defocus * 3 + Math.max(Math.abs(scene.motion.x), Math.abs(scene.motion.y))) + 1;
      blur(light, spare, width, widened(region, reach, width, height), scene.defocus, scene.motion);
    }
    return expose(light, camera, tables, random);
  };
}

/** One picture; for more than a few make one renderer and keep it. */
export function renderFrame(scene: Scene, camera: CameraModel, random: Random): Picture {
  return createRenderer()(scene, camera, random);
}

const widened = (region: Region, by: number, width: number, height: number): Region => ({
  left: Math.max(0, region.left - by),
  top: Math.max(0, region.top - by),
  right: Math.min(width, region.right + by),
  bottom: Math.min(height, region.bottom + by),
});
