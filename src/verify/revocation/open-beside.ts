import type { TrustedKey } from "../../pass/keys.ts";
import { DocumentError } from "../../pass/signed-document.ts";
import { startWorker } from "../../threads/worker-host.ts";
import type { OpenAnswer, OpenTask } from "./revocation.worker.ts";
import { openRevocation, type RevocationInUse } from "./revocation-document.ts";

/** Up to here opening takes a few milliseconds; a filter of millions takes a second, which no lane may stand still for. */
const SMALL = 256 * 1024;

/** `openRevocation`, on a thread of its own for a large document. Rejects with `DocumentError` where it is refused. */
export async function openBeside(
  text: string,
  roots: readonly TrustedKey[],
  held: RevocationInUse | null,
): Promise<RevocationInUse> {
  if (text.length <= SMALL) return openRevocation(text, roots, held);
  const worker = startWorker(new URL("./revocation.worker.ts", import.meta.url), {
    workerData: { text, roots, held } satisfies OpenTask,
  });
  worker.unref();
  try {
    return await new Promise<RevocationInUse>((resolve, reject) => {
      const refuse = (why: string): void => reject(new DocumentError(why));
      worker.once("message", (answer: OpenAnswer) => {
        if ("opened" in answer) resolve(answer.opened);
        else refuse(answer.refused);
      });
      worker.once("error", () => refuse("the revocation filter could not be opened"));
      worker.once("exit", () => refuse("the revocation filter could not be opened"));
    });
  } finally {
    void worker.terminate();
  }
}
