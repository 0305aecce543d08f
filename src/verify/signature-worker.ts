import type { Worker } from "node:worker_threads";
import { type Millis, seconds } from "../core/units.ts";
import type { TrustedKey } from "../pass/keys.ts";
import { findSigner, type Opened, signersToTry } from "../pass/verify.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { startWorker } from "../threads/worker-host.ts";
import type { SignatureAnswer, SignatureTask } from "./signature.worker.ts";
import type { SignatureCheck } from "./verifier.ts";

export interface SignatureWorker {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Rejects where the worker gave no answer in time: the pass is then `unverifiable`, never a bad signature. */
  readonly check: SignatureCheck;
}

/** A person does not wait longer; a worker that was ready and hangs is replaced then. */
const DEADLINE: Millis = seconds(2);
/** Loading takes a second or two on a slow board; one that is not ready by then never will be. */
const START_LIMIT: Millis = seconds(30);

interface Waiting {
  readonly resolve: (valid: boolean) => void;
  readonly reject: (error: Error) => void;
  readonly cancel: () => void;
}

/** SM2 takes milliseconds and goes to a thread of its own; every other algorithm is done before a message would arrive. */
export function createSignatureWorker(clock: Pick<Clock, "after">, logger: Logger): SignatureWorker {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let ready = false;
  let whenReady: () => void = () => {};
  let lastId = 0;

  const begin = (): void => {
    const fresh = startWorker(new URL("./signature.worker.ts", import.meta.url));
    const late = clock.after(START_LIMIT, () => replace(fresh));
    ready = false;
    worker = fresh;
    fresh.unref();
    fresh.on("message", ({ id, valid }: SignatureAnswer) => {
      if (id !== 0) return settle(id, (each) => each.resolve(valid));
      late();
      ready = worker === fresh;
      whenReady();
    });
    fresh.on("error", () => replace(fresh));
    fresh.on("exit", late);
  };

  const settle = (id: number, act: (each: Waiting) => void): void => {
    const each = waiting.get(id);
    if (each === undefined) return;
    waiting.delete(id);
    each.cancel();
    act(each);
  };

  const replace = (broken: Worker): void => {
    if (worker !== broken) return;
    logger.error("GL-3007: the signature worker gave no answer and was replaced");
    for (const id of [...waiting.keys()]) settle(id, (each) => each.reject(new Error("signature worker replaced")));
    void broken.terminate();
    begin();
  };

  const ask = (task: Omit<SignatureTask, "id">): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const running = worker;
      if (running === null) return reject(new Error("signature worker not started"));
      const id = ++lastId;
      const cancel = clock.after(DEADLINE, () => {
        if (ready) replace(running);
        else settle(id, (each) => each.reject(new Error("signature worker not ready")));
      });
      waiting.set(id, { resolve, reject, cancel });
      running.postMessage({ ...task, id } satisfies SignatureTask);
    });

  const check = async (opened: Opened, known: readonly TrustedKey[]): Promise<TrustedKey | null> => {
    const { cose } = opened;
    if (cose === null) return null;
    const slow = signersToTry(opened, known).filter((key) => key.alg === "SM2");
    if (slow.length === 0) return findSigner(opened, known);
    for (const key of slow) {
      const { signed: data, signature } = cose;
      if (await ask({ data, signature, point: key.point ?? "" })) return key;
    }
    return null;
  };

  return {
    async start() {
      const started = new Promise<void>((resolve) => {
        whenReady = resolve;
      });
      begin();
      await started;
    },
    async stop() {
      const running = worker;
      worker = null;
      for (const id of [...waiting.keys()]) settle(id, (each) => each.reject(new Error("signature worker stopped")));
      await running?.terminate();
    },
    check,
  };
}
