import { useRoom } from "./context.ts";
import { type LaneRow, remarkOf, useBranches } from "./lane-tree.tsx";
import { siteOf } from "./room-state.ts";
import { LaneSign } from "./signs.tsx";

/** Sites as small plans: each lane where the configuration puts it, as it is known now; silent ones dashed, never well. */
export function Places({ onPick }: { onPick: (src: string) => void }) {
  const { state, speech } = useRoom();
  const branches = useBranches();
  return (
    <main class="page places">
      {branches.map((branch) => {
        const sites = new Map<string, LaneRow[]>();
        for (const row of branch.rows) sites.set(siteOf(row.src), [...(sites.get(siteOf(row.src)) ?? []), row]);
        return (
          <section key={branch.id}>
            <h2>{branch.name}</h2>
            <div class="plans">
              {[...sites].map(([id, rows]) => (
                <Plan
                  key={id}
                  rows={rows}
                  name={state.places.sites.find((site) => site.id === id)?.name[speech.language] ?? id}
                  onPick={onPick}
                />
              ))}
            </div>
          </section>
        );
      })}
    </main>
  );
}

function Plan({ rows, name, onPick }: { rows: readonly LaneRow[]; name: string; onPick: (src: string) => void }) {
  const room = useRoom();
  const { state, speech } = room;
  const site = state.places.sites.find((one) => one.id === siteOf(rows[0]?.src ?? ""));
  const placed = rows.map((row) => site?.lanes.find((lane) => row.src.endsWith(`/${lane.id}`)));
  const mapped = placed.every((lane) => lane?.x !== undefined && lane.y !== undefined);
  return (
    <div class="plan">
      <h3>{name}</h3>
      <div class={mapped ? "ground mapped" : "ground"}>
        {rows.map((row, index) => {
          const lane = placed[index];
          const style = mapped ? { left: `${(lane?.x ?? 0) * 100}%`, top: `${(lane?.y ?? 0) * 100}%` } : {};
          const label = lane?.name[speech.language] ?? row.src.split("/")[2] ?? "";
          return (
            <button
              key={row.src}
              type="button"
              class={row.online ? "tag" : "tag silent"}
              style={style}
              onClick={() => onPick(row.src)}
            >
              <LaneSign worst={row.worst?.priority ?? null} online={row.online} />
              <span>
                {label}
                <small>{remarkOf(row, room)}</small>
              </span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
