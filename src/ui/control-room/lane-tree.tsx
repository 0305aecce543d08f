import { useMemo, useState } from "preact/hooks";
import type { RoomCase, RoomLane } from "../../core/room.ts";
import { type Room, useRoom } from "./context.ts";
import { roughly } from "./format.ts";
import { siteOf } from "./room-state.ts";
import { LaneSign } from "./signs.tsx";

/** Lanes of a subdistrict beyond which it starts folded. */
const foldAbove = 60;

export interface LaneRow {
  readonly src: string;
  readonly name: string;
  readonly lane: RoomLane | null;
  /** Heard, by what is known now; false where nothing is known. */
  readonly online: boolean;
  readonly worst: RoomCase | null;
  readonly open: number;
}
interface Branch {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly LaneRow[];
}

/** Subdistricts with their lanes: those of the configuration, and those that spoke without being in it. */
export function useBranches(): readonly Branch[] {
  const { state, speech } = useRoom();
  const worst = new Map<string, { one: RoomCase; open: number }>();
  for (const one of state.cases.values()) {
    if (one.state === "resolved" || one.state === "shelved") continue;
    const known = worst.get(one.src);
    if (known === undefined) worst.set(one.src, { one, open: 1 });
    else worst.set(one.src, { one: one.priority < known.one.priority ? one : known.one, open: known.open + 1 });
  }
  const { places } = state;
  const names = useMemo(() => lanesOf(places, speech.language), [places, speech.language]);
  const branches = new Map<string, { name: string; rows: LaneRow[] }>(
    places.subdistricts.map((one) => [one.id, { name: one.name[speech.language], rows: [] }]),
  );
  const all = new Map(names);
  for (const src of state.lanes.keys())
    if (!all.has(src)) all.set(src, { name: src.split("/").slice(1).join(" "), subdistrict: known(places, src) });
  for (const [src, { name, subdistrict }] of all) {
    const branch = branches.get(subdistrict) ?? { name: speech.t("lanes"), rows: [] };
    branches.set(subdistrict, branch);
    const found = worst.get(src);
    branch.rows.push({
      src,
      name,
      lane: state.lanes.get(src) ?? null,
      online: state.isOnline(src),
      worst: found?.one ?? null,
      open: found?.open ?? 0,
    });
  }
  return [...branches].filter(([, branch]) => branch.rows.length > 0).map(([id, branch]) => ({ id, ...branch }));
}

type Places = ReturnType<typeof useRoom>["state"]["places"];
const known = (places: Places, src: string): string =>
  places.sites.find((site) => site.id === siteOf(src))?.subdistrict ?? "";

function lanesOf(places: Places, language: "zh" | "en"): Map<string, { name: string; subdistrict: string }> {
  return new Map(
    places.sites.flatMap((site) =>
      site.lanes.map((lane) => [
        `${places.district.id}/${site.id}/${lane.id}`,
        { name: `${site.name[language]} ${lane.name[language]}`, subdistrict: site.subdistrict },
      ]),
    ),
  );
}

export function LaneTree({ current, onPick }: { current: string | null; onPick: (src: string) => void }) {
  const { state, speech } = useRoom();
  const branches = useBranches();
  const [folded, setFolded] = useState<ReadonlySet<string> | null>(null);
  const all = branches.flatMap((branch) => branch.rows);
  const on = all.filter((row) => row.online).length;
  const isFolded = (branch: Branch): boolean => folded?.has(branch.id) ?? branch.rows.length > foldAbove;
  const toggle = (branch: Branch): void => {
    const next = new Set(folded ?? branches.filter(isFolded).map((one) => one.id));
    if (!next.delete(branch.id)) next.add(branch.id);
    setFolded(next);
  };
  return (
    <nav class="tree" aria-label={speech.t("lanes")}>
      <p class="count">{speech.t("lanesHead", { n: all.length, on, off: all.length - on })}</p>
      <p class="district">{state.places.district.name[speech.language]}</p>
      {branches.map((branch) => {
        const open = branch.rows.reduce((sum, row) => sum + row.open, 0);
        const silent = branch.rows.every((row) => !row.online);
        const priorities = branch.rows.flatMap((row) => row.worst?.priority ?? []);
        const worst = priorities.length === 0 ? null : (Math.min(...priorities) as 1 | 2 | 3 | 4);
        return (
          <section key={branch.id}>
            <button
              type="button"
              class={silent ? "branch silent" : "branch"}
              aria-expanded={!isFolded(branch)}
              onClick={() => toggle(branch)}
            >
              <LaneSign worst={worst} online={!silent} />
              <span class="name">{branch.name}</span>
              <span class="side">{open > 0 ? open : ""}</span>
            </button>
            {!isFolded(branch) &&
              branch.rows.map((row) => (
                <TreeLane key={row.src} row={row} current={row.src === current} onPick={onPick} />
              ))}
          </section>
        );
      })}
    </nav>
  );
}

/** Beside a lane: its worst open case, or why nothing is known of it. */
export function remarkOf(row: LaneRow, { state, speech }: Room): string {
  if (row.online) return row.worst === null ? "" : speech.kind(row.worst.kind);
  if (!state.knowsLanes) return speech.t("unknownNow");
  if (row.lane?.planned === true) return speech.t("plannedStop");
  return speech.t("silent", { age: row.lane === null ? "" : roughly(state.now() - row.lane.heard, speech) });
}

function TreeLane({ row, current, onPick }: { row: LaneRow; current: boolean; onPick: (src: string) => void }) {
  const room = useRoom();
  return (
    <button
      type="button"
      class={`lane${row.online ? "" : " silent"}${current ? " current" : ""}`}
      aria-current={current ? "true" : undefined}
      onClick={() => onPick(row.src)}
    >
      <LaneSign worst={row.worst?.priority ?? null} online={row.online} />
      <span class="name">{row.name}</span>
      <span class="side">{remarkOf(row, room)}</span>
    </button>
  );
}
