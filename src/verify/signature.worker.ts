/** Verifies SM2 signatures beside the lane's thread; keeps the prepared points of the keys it has met. */
import { parentPort } from "node:worker_threads";
import { preparePoint, type Sm2Point, verifySm2 } from "../pass/sm2.ts";

export interface SignatureTask {
  readonly id: number;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
  readonly point: string;
}
export interface SignatureAnswer {
  /** 0 for the word that the worker is ready. */
  readonly id: number;
  readonly valid: boolean;
}

/** A prepared point takes about 150 kB; a list has a handful of SM2 keys. */
const MOST_POINTS = 32;
const points = new Map<string, Sm2Point>();

/** The prepared point where there is one. Preparing takes longer than verifying, so the first person does not wait for it. */
function pointOf(point: string): Sm2Point {
  const found = points.get(point);
  if (found !== undefined) return found;
  if (points.size >= MOST_POINTS) points.clear();
  points.set(point, point);
  setImmediate(() => points.set(point, preparePoint(point)));
  return point;
}

function check({ id, data, signature, point }: SignatureTask): SignatureAnswer {
  try {
    return { id, valid: verifySm2(data, signature, pointOf(point)) };
  } catch {
    return { id, valid: false };
  }
}

parentPort?.on("message", (task: SignatureTask) => parentPort?.postMessage(check(task)));
parentPort?.postMessage({ id: 0, valid: true } satisfies SignatureAnswer);
