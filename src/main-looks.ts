/** Troubles that show only from outside of the lane: parts that keep silent about themselves, lists that grow old. */
import { existsSync, readFileSync } from "node:fs";
import type { LaneConfig } from "./config/schema.ts";
import { hours, type Instant, since } from "./core/units.ts";
import type { Clock } from "./ports/clock.ts";
import { endOf, RENEWED_BEFORE } from "./service/certificates.ts";
import type { Verification } from "./verify/verification.ts";
import type { TroubleLook } from "./wire-health.ts";

/** The battery-backed clock, and the sounder. */
export function partsLook({ devices }: LaneConfig, voice: { readonly mute: boolean }): ReturnType<TroubleLook> {
  const { rtc } = devices.clock;
  return { "rtc-missing": rtc === null || !existsSync(rtc), "sounder-silent": voice.mute };
}

/** Trust list and platform. A lane that never got a list has a stale one. */
export function listsLook({ trust, platformDown }: ReturnType<Verification["status"]>): ReturnType<TroubleLook> {
  return { "trust-stale": trust?.stale ?? true, "platform-down": platformDown === true };
}

/** Files are replaced by hand, and their ends are days away. */
const READ_AGAIN = hours(1);

/**
 * Certificates of broker, platform and pages that end within 30 days, or have ended. What their files say is read at most
 * once an hour. Without trusted time nothing is said of them; a file that can't be read is told of by whoever needs it.
 */
export function certificatesLook(
  { broker, trust, web }: Pick<LaneConfig, "broker" | "trust" | "web">,
  clock: Clock,
  read: (path: string) => string = (path) => readFileSync(path, "utf8"),
): TroubleLook {
  const own = [broker.certificate, broker.ca, trust.platform?.ca ?? null, web.certificate];
  const files = own.filter((path) => path !== null);
  const endsOf = (path: string): readonly Instant[] => {
    try {
      return [endOf(read(path))];
    } catch {
      return [];
    }
  };
  const readNow = () => ({ at: clock.monotonic(), ends: files.flatMap(endsOf) });
  let known: ReturnType<typeof readNow> | null = null;
  return () => {
    const { at, trust } = clock.wall();
    if (trust === "unsynced") return {};
    if (known === null || since(known.at, clock.monotonic()) >= READ_AGAIN) known = readNow();
    return { "certificate-expiring": known.ends.some((end) => end - at < RENEWED_BEFORE) };
  };
}
