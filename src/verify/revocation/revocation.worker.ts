/** Opens one large revocation document beside the lane's thread, says what came of it, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import type { TrustedKey } from "../../pass/keys.ts";
import { workerInput } from "../../threads/worker-host.ts";
import { openRevocation, type RevocationInUse } from "./revocation-document.ts";

export interface OpenTask {
  readonly text: string;
  readonly roots: readonly TrustedKey[];
  readonly held: RevocationInUse | null;
}
export type OpenAnswer = { readonly opened: RevocationInUse } | { readonly refused: string };

const { text, roots, held } = workerInput<OpenTask>(workerData);
try {
  const opened = openRevocation(text, roots, held);
  const answer: OpenAnswer = { opened };
  parentPort?.postMessage(answer, [opened.filter.table.buffer as ArrayBuffer]);
} catch (error) {
  const answer: OpenAnswer = { refused: error instanceof Error ? error.message : "unexpected" };
  parentPort?.postMessage(answer);
}
