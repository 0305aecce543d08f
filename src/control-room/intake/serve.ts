import type { MessagePort } from "node:worker_threads";
import type { Answer, Ask } from "./called-thread.ts";

/** What an answer may hand over instead of copying it. */
export interface Reply {
  readonly value: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

/** The thread's side of `CalledThread`: answers one call after the other, in their order. */
export function serve<Call>(port: MessagePort | null, run: (call: Call) => Reply | Promise<Reply>): void {
  if (port === null) throw new Error("this must be started as a worker");
  let queue: Promise<void> = Promise.resolve();
  port.on("message", ({ id, call }: Ask<Call>) => {
    queue = queue.then(async () => {
      try {
        const { value, transfer = [] } = await run(call);
        port.postMessage({ id, value } satisfies Answer, transfer);
      } catch (error) {
        const message = error instanceof Error ? error.message : "failed";
        port.postMessage({ id, failed: { message } } satisfies Answer);
      }
    });
  });
}
