/** The only caller of the release port: one pulse at a time, and an answer in any case. */
import type { Direction } from "../core/flow.ts";
import { type Millis, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { ReleaseError, type ReleasePort } from "../ports/release.ts";

/** A relay that has not answered by then counts as failed; pulses are at most 1 s long. */
const ANSWER_WITHIN: Millis = seconds(2);

/** Pulses and tells `answer` exactly once. Never throws. */
export function pulse(
  port: ReleasePort,
  direction: Direction,
  clock: Clock,
  logger: Logger,
  answer: (ok: boolean) => void,
): void {
  let answered = false;
  const once = (ok: boolean): void => {
    if (answered) return;
    answered = true;
    cancel();
    answer(ok);
  };
  const cancel = clock.after(ANSWER_WITHIN, () => {
    logger.error("the relay did not answer", { direction, code: "GL-2303" });
    once(false);
  });
  // A port may throw before it returns its promise; both ways end in one answer.
  new Promise<void>((resolve) => resolve(port.pulse(direction))).then(
    () => once(true),
    (error: unknown) => {
      const code = error instanceof ReleaseError ? error.code : "GL-2302";
      logger.error("the relay did not do as told", { direction, code });
      once(false);
    },
  );
}
