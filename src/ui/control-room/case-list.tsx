// biome-ignore-all lint/a11y/useSemanticElements: a virtual list of placed rows is an ARIA grid; a table lays out all of its rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the keys of the page move through the grid, its scroll region has the focus
import { useEffect, useRef, useState } from "preact/hooks";
import type { RoomCase } from "../../core/room.ts";
import { placeOf, type Room, toldOf, useRoom } from "./context.ts";
import { age, shortTime } from "./format.ts";
import type { ListRow } from "./room-state.ts";
import { PrioritySign, priorityWord, Sign, stateSign, titleOf } from "./signs.tsx";

export const rowHeight = 44;
/** Rows drawn beyond the edges, so that fast scrolling shows no gaps. */
const beyond = 10;

interface Props {
  readonly rows: readonly ListRow[];
  readonly current: number;
  readonly selected: ReadonlySet<string>;
  readonly stale: boolean;
  readonly onPick: (index: number) => void;
  readonly onOpen: (index: number) => void;
}

/** The list: of any number of rows only those in sight exist. */
export function CaseList({ rows, current, selected, stale, onPick, onOpen }: Props) {
  const room = useRoom();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (element === null || current < 0) return;
    const top = current * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
  }, [current]);

  const from = Math.max(0, Math.floor(view.top / rowHeight) - beyond);
  const to = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + beyond);
  const { t } = room.speech;
  const heads = ["priority", "event", "place", "tries", "state", "age", "routing"] as const;
  return (
    <div
      class={stale ? "list stale" : "list"}
      role="grid"
      aria-label={t("cases")}
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
    >
      <div class="row head" role="row" aria-rowindex={1}>
        {heads.map((name) => (
          <span key={name} role="columnheader" class={name}>
            {t(name)}
          </span>
        ))}
      </div>
      {/* A scrolling region needs the keyboard's focus; its keys are the page's own. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1) */}
      <div class="scroll" ref={box} role="rowgroup" tabIndex={0} aria-label={t("cases")}>
        <div class="all" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(from, to).map((row, offset) => (
            <Row
              key={row.key}
              row={row}
              index={from + offset}
              current={from + offset === current}
              selected={row.cases.every((one) => selected.has(one.id))}
              room={room}
              onPick={onPick}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly row: ListRow;
  readonly index: number;
  readonly current: boolean;
  readonly selected: boolean;
  readonly room: Room;
  readonly onPick: (index: number) => void;
  readonly onOpen: (index: number) => void;
}

function Row({ row, index, current, selected, room, onPick, onOpen }: RowProps) {
  const { speech, state } = room;
  const one = row.first;
  const many = row.cases.length;
  const tries = row.cases.reduce((sum, each) => sum + each.tries, 0);
  const title = many > 1 ? speech.t("grouped", { what: speech.kind(one.kind), n: many }) : titleOf(one, speech);
  const place =
    many > 1
      ? (state.places.sites.find((site) => site.id === one.src.split("/")[1])?.name[speech.language] ?? one.src)
      : placeOf(one.src, room);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the whole page act on the current row
    <div
      class={`row ${one.state}${current ? " current" : ""}${selected ? " selected" : ""}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={current || selected}
      data-case={one.id}
      style={{ transform: `translateY(${index * rowHeight}px)` }}
      onClick={() => onPick(index)}
      onDblClick={() => onOpen(index)}
    >
      <span role="gridcell" class="priority">
        <PrioritySign priority={one.priority} />
        {speech.t(priorityWord[one.priority])}
      </span>
      <span role="gridcell" class="event">
        {title}
      </span>
      <span role="gridcell" class="place">
        {place}
      </span>
      <span role="gridcell" class="tries">
        {tries}
      </span>
      <span role="gridcell" class="state">
        <StateWord one={one} room={room} />
      </span>
      <span role="gridcell" class="age">
        {age(state.now() - one.openedAt, speech)}
      </span>
      <span role="gridcell" class="routing">
        {toldOf(one, speech)}
      </span>
    </div>
  );
}

function StateWord({ one, room }: { one: RoomCase; room: Room }) {
  const { speech } = room;
  const values = { who: one.by ?? "", at: one.shelvedUntil === null ? "" : shortTime(one.shelvedUntil) };
  return (
    <>
      <Sign name={stateSign[one.state]} />
      {speech.t(one.state, values)}
    </>
  );
}
