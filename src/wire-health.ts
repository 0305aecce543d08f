/** Troubles that other parts know of, told to the lane's one registry. */
import { type TroubleId, troubleOf } from "./core/troubles/declared.ts";
import { type Millis, seconds } from "./core/units.ts";
import type { Health } from "./lane/health.ts";
import type { Clock } from "./ports/clock.ts";
import type { Reporter } from "./report/reporter.ts";

/** How things stand with troubles that nobody tells by himself; asked once a second. */
export type TroubleLook = () => Partial<Readonly<Record<TroubleId, boolean>>>;

const LOOK: Millis = seconds(1);

/** Link and outbox tell their changes; the rest is looked at. The returned function ends it. */
export function watchHealth(
  health: Pick<Health, "observe">,
  reporter: Pick<Reporter, "onTrouble">,
  looks: readonly TroubleLook[],
  clock: Clock,
): () => void {
  const look = (): void => {
    for (const seen of looks) for (const [id, lasts] of Object.entries(seen())) health.observe(id as TroubleId, lasts);
  };
  const ends = [
    reporter.onTrouble(({ code, active }) => {
      const id = troubleOf(code);
      if (id !== null) health.observe(id, active);
    }),
    clock.every(LOOK, look),
  ];
  return () => {
    for (const end of ends) end();
  };
}
