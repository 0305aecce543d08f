import type { Frame } from "../core/flow.ts";

/** A camera. Frames are never older than their stamp says; a frozen or vanished camera is told by `onHealth`. */
export interface Frames {
  start(): Promise<void>;
  stop(): Promise<void>;
  onFrame(listener: (frame: Frame) => void): () => void;
  onHealth(listener: (health: CameraHealth) => void): () => void;
}
/** `frozen`: pictures come but never change; `gone`: no pictures. */
export type CameraHealth = "ok" | "frozen" | "gone";
