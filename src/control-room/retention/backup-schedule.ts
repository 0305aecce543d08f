import { mkdirSync, readdirSync } from "node:fs";
import { hours, type Instant, type Millis, millis, minutes } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";

/** Not in the first minute: a server that starts again and again has other things to do than copy its database. */
const soonest: Millis = minutes(1);

/**
 * Calls `make` whenever the newest backup in the folder is `everyHours` old, a minute after the start at the earliest:
 * a server that restarts more often than that makes its backups all the same. The function returned ends it.
 */
export function whenBackupIsDue(
  clock: Clock,
  { folder, everyHours }: { readonly folder: string; readonly everyHours: number },
  make: () => void,
): () => void {
  const period = hours(everyHours);
  const newest = newestBackup(folder);
  // A name from the future comes from a clock that was ahead; it is no reason to wait for longer than a period.
  const age = newest === null ? period : Math.max(0, clock.wall().at - newest);
  let endRest: () => void = () => {};
  const endFirst = clock.after(millis(Math.max(soonest, period - age)), () => {
    endRest = clock.every(period, make);
    make();
  });
  return () => {
    endFirst();
    endRest();
  };
}

/** The name says when a backup was made; the file's own time changes when it is carried about. Null where there is none. */
function newestBackup(folder: string): Instant | null {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const times = readdirSync(folder).flatMap((file) => {
    const [, day, hour, minute, second] =
      /^greenlane-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z\.(?:db|dump)$/.exec(file) ?? [];
    const at = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(at) ? [] : [at];
  });
  return times.length === 0 ? null : (Math.max(...times) as Instant);
}
