import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Me, RoomCase } from "../../core/room.ts";
import { api, Refused } from "./api.ts";
import { type CaseActions, CasePage, DetailPane, type Dialog } from "./case-detail.tsx";
import { CaseList } from "./case-list.tsx";
import { Completeness } from "./completeness.tsx";
import { placeOf, type Room, RoomContext, useChanges } from "./context.ts";
import { DialogCard } from "./dialogs.tsx";
import { age, clockTime, startOfDay } from "./format.ts";
import { Foot, Head, KeysCard, type Tab } from "./frame.tsx";
import { commandOf } from "./keys.ts";
import { LaneTree } from "./lane-tree.tsx";
import { Places } from "./places.tsx";
import { Audit, Counts } from "./reports.tsx";
import { type Filter, groupOf, type ListRow, type RoomState } from "./room-state.ts";
import { notShelved, Sign, titleOf } from "./signs.tsx";
import type { Sounds } from "./sounds.ts";
import type { SubjectKey } from "./subject-key.ts";
import type { Speech } from "./words.ts";

const mostSelected = 200;
const filters = ["open", "todo", "shelved", "all"] as const;
const filterWord = { open: "open", todo: "todo", shelved: "shelvedList", all: "all" } as const;

interface Props {
  readonly me: Me;
  readonly state: RoomState;
  readonly speech: Speech;
  readonly sounds: Sounds;
  readonly subjectKey: SubjectKey;
  readonly onSignOut: () => void;
  readonly onLanguage: () => void;
  readonly onMode: () => void;
}

export function App(props: Props) {
  const { me, state, speech, sounds } = props;
  useChanges(state);
  const calls = useMemo(() => api(me.csrf), [me.csrf]);
  const [tab, setTab] = useState<Tab>("cases");
  const [filter, setFilter] = useState<Filter>("open");
  const [find, setFind] = useState("");
  const [picked, setPicked] = useState<string | null>(null);
  const [lane, setLane] = useState<string | null>(null);
  const [full, setFull] = useState(false);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [help, setHelp] = useState(false);
  const [lettersOn, setLettersOn] = useState(true);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [unfolded, setUnfolded] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState("");
  const finder = useRef<HTMLInputElement>(null);

  const room: Room = { state, speech, api: calls, me, key: props.subjectKey, say: setSaid };
  const fold = state.flood.active && !unfolded;
  const rows = useMemo(
    () =>
      state.list(filter, find, fold, opened, (one) => `${one.id} ${titleOf(one, speech)} ${placeOf(one.src, room)}`),
    [state.version, filter, find, fold, opened, speech],
  );
  const counts = useMemo(() => countAll(state), [state.version]);
  const found = rows.findIndex((each) => each.cases.some((known) => known.id === picked));
  const place = useRef(0);
  const at = found >= 0 ? found : Math.max(0, Math.min(place.current, rows.length - 1));
  place.current = at;
  const row: ListRow | null = rows[at] ?? null;
  const one: RoomCase | null = row?.first ?? null;
  // The choice sticks to a case, never to a place in the list: what arrives meanwhile must not slip under a key.
  useLayoutEffect(() => {
    if (found < 0 && one !== null) setPicked(one.id);
  }, [found, one]);
  const { stale } = state;

  const run = (work: Promise<unknown>): void => {
    setSaid("");
    work.catch((error: unknown) =>
      setSaid(speech.t("refused", { why: error instanceof Refused ? speech.refusal(error.why) : "" })),
    );
  };
  const pick = (index: number): void => {
    // A button clicked before would keep Enter for itself.
    if (document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
    setPicked(rows[Math.max(0, Math.min(rows.length - 1, index))]?.first.id ?? null);
  };
  const actions: CaseActions = {
    acknowledge: () => {
      const chosen = selected.size > 0 ? [...selected] : (row?.cases.map((each) => each.id) ?? []);
      if (chosen.length > 1) run(calls.acknowledgeAll(chosen.slice(0, mostSelected)));
      else if (chosen[0] !== undefined) run(calls.act(chosen[0], "acknowledge"));
      setSelected(new Set());
    },
    ask: (kind) => {
      if (one === null || one.state === "resolved") return;
      if (kind === "shelve" && one.priority === 1) return setSaid(notShelved(one, speech));
      setDialog(kind);
    },
    unshelve: () => one !== null && run(calls.act(one.id, "unshelve")),
  };
  const select = (range: boolean): void => {
    const next = new Set(selected);
    const first = range ? rows.findIndex((each) => each.cases.some((known) => selected.has(known.id))) : at;
    const [from, to] = first < 0 ? [at, at] : [Math.min(first, at), Math.max(first, at)];
    const ids = rows.slice(from, to + 1).flatMap((each) => each.cases.map((known) => known.id));
    if (!range && ids.every((id) => next.has(id))) for (const id of ids) next.delete(id);
    else for (const id of ids) if (next.size < mostSelected) next.add(id);
    setSelected(next);
  };
  const exportCsv = (): void => {
    const from = startOfDay(state.now()) - 6 * 86_400_000;
    location.assign(`/api/export.csv?from=${from}&to=${startOfDay(state.now()) + 86_400_000}`);
  };
  const back = (): void => {
    if (dialog !== null) setDialog(null);
    else if (help) setHelp(false);
    else if (full) setFull(false);
    else if (tab !== "cases") setTab("cases");
    else if (selected.size > 0) setSelected(new Set());
    else setFind("");
  };

  // The newest handler, not the one of the last paint: keys can follow each other faster than that.
  const handler = useRef<(event: KeyboardEvent) => void>(() => {});
  handler.current = (event) => {
    const command = commandOf(event, lettersOn);
    if (command === null || (dialog !== null && command !== "back")) return;
    event.preventDefault();
    const inCases = tab === "cases";
    switch (command) {
      case "next":
        return inCases ? pick(at + 1) : undefined;
      case "previous":
        return inCases ? pick(at - 1) : undefined;
      case "open":
        return inCases && one !== null ? setFull(true) : undefined;
      case "back":
        return back();
      case "acknowledge":
        return inCases ? actions.acknowledge() : undefined;
      case "note":
      case "resolve":
        return inCases ? actions.ask(command) : undefined;
      case "shelve":
        return inCases ? (one?.state === "shelved" ? actions.unshelve() : actions.ask("shelve")) : undefined;
      case "select":
        return inCases ? select(false) : undefined;
      case "select-range":
        return inCases ? select(true) : undefined;
      case "group":
        return one === null ? undefined : setOpened(toggled(opened, groupOf(one)));
      case "next-new": {
        const after = rows.findIndex((each, index) => index > at && each.first.state === "new");
        return pick(after >= 0 ? after : rows.findIndex((each) => each.first.state === "new"));
      }
      case "lanes":
        return setTab(tab === "lanes" ? "cases" : "lanes");
      case "completeness":
        return setTab(tab === "completeness" ? "cases" : "completeness");
      case "find":
        return finder.current?.focus();
      case "mute":
        sounds.mute(120_000);
        return setSaid(speech.t("muted"));
      case "day-night":
        return props.onMode();
      case "export":
        return exportCsv();
      case "help":
        return setHelp(!help);
    }
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => handler.current(event);
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const { t } = speech;
  const longest = longestNew(state);
  const card = dialog !== null && one !== null && (
    <DialogCard kind={dialog} one={one} onDone={() => setDialog(null)} run={run} />
  );
  return (
    <RoomContext.Provider value={room}>
      <Head
        tab={tab}
        onTab={setTab}
        stale={stale}
        onSignOut={props.onSignOut}
        onLanguage={props.onLanguage}
        onMode={props.onMode}
      />
      {full && tab === "cases" && one !== null ? (
        <CasePage one={one} nth={at + 1} of={rows.length} actions={actions} onBack={() => setFull(false)}>
          {card}
        </CasePage>
      ) : (
        <div class={`body ${tab}`}>
          {(tab === "cases" || tab === "completeness" || tab === "lanes") && (
            <LaneTree
              current={lane ?? one?.src ?? null}
              onPick={(src) => {
                setLane(src);
                setFind(placeOf(src, room));
                setTab("cases");
              }}
            />
          )}
          {tab === "cases" && (
            <main class="cases">
              {stale && (
                <p class="banner broken" role="alert">
                  <Sign name="warn" size={28} />
                  {t("broken", {
                    n: Math.floor((Date.now() - state.heardAt) / 1_000),
                    at: clockTime(state.heardAt + state.skew),
                  })}
                </p>
              )}
              {!stale && !state.hearing && (
                <p class="banner broken" role="alert">
                  <Sign name="warn" size={28} />
                  {t("deaf")}
                </p>
              )}
              {sounds.blocked && (
                <p class="banner broken" role="alert">
                  <Sign name="bell" size={28} />
                  {t("soundBlocked")}
                </p>
              )}
              {state.flood.active && (
                <div class="banner flood">
                  <Sign name="warn" size={34} />
                  <div>
                    <strong>{t("flood", { n: state.flood.count })}</strong>
                    <p>{t("floodMore")}</p>
                  </div>
                  <button type="button" onClick={() => setUnfolded(!unfolded)}>
                    {t(unfolded ? "closeGroups" : "seeGroups")}
                  </button>
                </div>
              )}
              <div class="tools">
                {filters.map((name) => (
                  <button
                    key={name}
                    type="button"
                    class="filter"
                    aria-pressed={filter === name}
                    onClick={() => setFilter(name)}
                  >
                    {t(filterWord[name], { n: counts[name] })}
                  </button>
                ))}
                <input
                  ref={finder}
                  type="search"
                  aria-label={t("find")}
                  placeholder={t("find")}
                  value={find}
                  onInput={(event) => setFind(event.currentTarget.value)}
                  onKeyDown={(event) => {
                    if (event.key !== "Escape" && event.key !== "Enter") return;
                    if (event.key === "Escape") setFind("");
                    event.currentTarget.blur();
                  }}
                />
                <span class="side">{selected.size > 0 ? t("selected", { n: selected.size }) : t("order")}</span>
                {me.role !== "watcher" && (
                  <button type="button" onClick={exportCsv}>
                    {t("export")}
                  </button>
                )}
              </div>
              {rows.length === 0 ? (
                <p class="quiet">
                  {t(!state.ready ? "loading" : find === "" && filter === "open" ? "emptyList" : "emptyFilter")}
                </p>
              ) : (
                <CaseList
                  rows={rows}
                  current={at}
                  selected={selected}
                  stale={stale}
                  onPick={pick}
                  onOpen={(index) => {
                    pick(index);
                    setFull(true);
                  }}
                />
              )}
              {card}
            </main>
          )}
          {tab === "cases" && <DetailPane one={one} actions={actions} />}
          {tab === "lanes" && (
            <Places
              onPick={(src) => {
                setFind(placeOf(src, room));
                setTab("cases");
              }}
            />
          )}
          {tab === "completeness" && <Completeness />}
          {tab === "counts" && <Counts />}
          {tab === "audit" && <Audit />}
        </div>
      )}
      {help && (
        <KeysCard lettersOn={lettersOn} onLetters={() => setLettersOn(!lettersOn)} onClose={() => setHelp(false)} />
      )}
      <Foot said={said} load={t("load", { n: state.lastHour, age: longest === null ? "–" : age(longest, speech) })} />
    </RoomContext.Provider>
  );
}

function toggled(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

function countAll(state: RoomState): Record<Filter, number> {
  const counts = { open: 0, todo: 0, shelved: 0, all: 0 };
  for (const one of state.cases.values()) {
    counts.all += 1;
    if (one.state !== "resolved") counts.open += 1;
    if (one.state === "new") counts.todo += 1;
    if (one.state === "shelved") counts.shelved += 1;
  }
  return counts;
}

function longestNew(state: RoomState): number | null {
  let longest: number | null = null;
  for (const one of state.cases.values())
    if (one.state === "new") longest = Math.max(longest ?? 0, state.now() - one.annunciatedAt);
  return longest;
}
