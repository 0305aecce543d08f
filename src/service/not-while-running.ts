/** What no change to a running lane can set, whatever hand it comes from. */
import { codes, type Finding, show } from "../config/findings.ts";
import { valueAt } from "../config/walk.ts";
import { same } from "./diff.ts";

const PATH = "storage.directory";

/**
 * The data directory stays where it is: latch, codes, history and waiting events lie in it, the mark of what is on trial
 * too, so that a move could not even be taken back; and the unit lets the lane write nowhere else.
 */
export function notWhileRunning(current: unknown, next: unknown): Finding[] {
  const to = valueAt(next, PATH);
  if (same(valueAt(current, PATH), to)) return [];
  return [
    {
      code: codes.notHere,
      path: PATH,
      found: show(to),
      expected: `${show(valueAt(current, PATH))}, as it is`,
      suggestion:
        "mount the data partition there instead; or stop the lane, move the folder, write its new place into lane.json and ReadWritePaths= into a drop-in of greenlane.service",
      clause: null,
    },
  ];
}
