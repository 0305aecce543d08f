/** The worker that draws: commissions are answered in order. */
import type { Worker } from "node:worker_threads";
import { startWorker } from "../../src/threads/worker-host.ts";
import type { Commission } from "./artist.worker.ts";
import { FRAMES, type PrintedCode } from "./clip.ts";
import type { Picture } from "./render/scene.ts";

export class Artist {
  readonly #open = new Map<number, { done: (pictures: Picture[]) => void; failed: (error: Error) => void }>();
  #worker: Worker | null = null;
  #next = 1;

  start(): void {
    this.#worker = startWorker(new URL("./artist.worker.ts", import.meta.url));
    this.#worker.on("message", ({ id, pictures }: { id: number; pictures: Picture[] }) => {
      this.#open.get(id)?.done(pictures);
      this.#open.delete(id);
    });
    this.#worker.on("error", (error) => {
      for (const { failed } of this.#open.values()) failed(error as Error);
      this.#open.clear();
    });
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }

  draw(codes: readonly PrintedCode[], seed: number, frames = FRAMES): Promise<Picture[]> {
    return this.#commission({ codes, seed, frames, empty: false });
  }

  drawEmpty(frames: number, seed: number): Promise<Picture[]> {
    return this.#commission({ codes: [], seed, frames, empty: true });
  }

  #commission(order: Omit<Commission, "id">): Promise<Picture[]> {
    const id = this.#next++;
    return new Promise((done, failed) => {
      this.#open.set(id, { done, failed });
      this.#worker?.postMessage({ id, ...order });
    });
  }
}
