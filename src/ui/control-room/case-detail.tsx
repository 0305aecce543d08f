import { useEffect, useRef, useState } from "preact/hooks";
import type { RoomCase, RoomCaseDetail, RoomMoment } from "../../core/room.ts";
import { Refused } from "./api.ts";
import { placeOf, type Room, subdistrictOf, useRoom } from "./context.ts";
import { age, clockTime, grouped, roughly, shortTime } from "./format.ts";
import { notShelved, PrioritySign, priorityWord, Sign, titleOf } from "./signs.tsx";

export type Dialog = "note" | "shelve" | "resolve";
export interface CaseActions {
  readonly acknowledge: () => void;
  readonly ask: (dialog: Dialog) => void;
  readonly unshelve: () => void;
}

/** The case as the server knows it in full; read again whenever the server says that anything about it changed. */
export function useDetail(one: RoomCase | null): RoomCaseDetail | null {
  const { api } = useRoom();
  const [detail, setDetail] = useState<RoomCaseDetail | null>(null);
  useEffect(() => {
    if (one === null) return setDetail(null);
    let wanted = true;
    const read = (): void =>
      void api.detail(one.id).then(
        (found) => wanted && setDetail(found),
        () => {},
      );
    read();
    const timer = setInterval(read, 5_000);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [one]);
  return detail?.case.id === one?.id ? detail : null;
}

/** Right of the list: what it is, what may be done, and how it came about. */
export function DetailPane({ one, actions }: { one: RoomCase | null; actions: CaseActions }) {
  const room = useRoom();
  const detail = useDetail(one);
  const { speech } = room;
  if (one === null) return <aside class="detail empty">{speech.t("pick")}</aside>;
  return (
    <aside class="detail" aria-label={titleOf(one, speech)}>
      <h2>
        <PrioritySign priority={one.priority} size={34} />
        {speech.kind(one.kind)}
      </h2>
      <p class="where">
        {placeOf(one.src, room)} · <span class="mono">{one.id}</span>
      </p>
      <Buttons one={one} actions={actions} />
      <Facts one={one} detail={detail} />
      <SubjectBox one={one} />
      <h3>{speech.t("history")}</h3>
      <History moments={detail?.moments ?? []} />
      <p class="foot">{speech.t("erasedAfter", { n: room.state.retentionDays })}</p>
    </aside>
  );
}

/** The filled button is the safe next step; what may not be done stays in its place, dashed, with the reason. */
export function Buttons({ one, actions }: { one: RoomCase; actions: CaseActions }) {
  const { speech, me } = useRoom();
  const { t } = speech;
  if (me.role === "watcher" || one.state === "resolved") return null;
  const seen = one.state === "acknowledged";
  return (
    <div class="buttons">
      {!seen && (
        <button type="button" class="main" onClick={actions.acknowledge}>
          <kbd>A</kbd>
          {t("acknowledge")}
        </button>
      )}
      <button type="button" onClick={() => actions.ask("note")}>
        <kbd>N</kbd>
        {t("note")}
      </button>
      <button type="button" class={seen ? "main" : ""} onClick={() => actions.ask("resolve")}>
        <kbd>R</kbd>
        {t("resolve")}
      </button>
      {one.priority === 1 ? (
        <button type="button" class="may-not" aria-disabled="true">
          <kbd>S</kbd>
          {notShelved(one, speech)}
        </button>
      ) : one.state === "shelved" ? (
        <button type="button" onClick={actions.unshelve}>
          <kbd>S</kbd>
          {t("unshelve")}
        </button>
      ) : (
        <button type="button" onClick={() => actions.ask("shelve")}>
          <kbd>S</kbd>
          {t("shelve")}
        </button>
      )}
    </div>
  );
}

export function stateText(one: RoomCase, detail: RoomCaseDetail | null, { state, speech }: Room): string {
  const { t } = speech;
  const values = { who: one.by ?? "", at: one.changedAt === null ? "" : clockTime(one.changedAt) };
  const parts: string[] = [];
  if (one.state === "new") {
    const waited = Math.floor((state.now() - one.annunciatedAt) / 1_000);
    const counts = one.priority === 1 && one.escalatedAt === null && waited * 1_000 < state.escalateAfter;
    parts.push(counts ? t("newSince", { n: waited, limit: state.escalateAfter / 1_000 }) : t("newOnly"));
  } else if (one.state === "acknowledged") parts.push(t("ackAt", values));
  else if (one.state === "resolved") parts.push(t("resolvedAt", values));
  else if (one.shelvedUntil !== null)
    parts.push(t("shelvedAt", { ...values, at: shortTime(one.shelvedUntil), reason: detail?.shelfReason ?? "" }));
  if (one.escalatedAt !== null) parts.push(t("escalated", { at: clockTime(one.escalatedAt) }));
  if (one.normalAt !== null) parts.push(t("normal", { at: clockTime(one.normalAt) }));
  return parts.join(speech.language === "zh" ? "；" : "; ");
}

export function Facts({ one, detail }: { one: RoomCase; detail: RoomCaseDetail | null }) {
  const room = useRoom();
  const { speech, state } = room;
  const { t } = speech;
  const configured = (detail?.notices ?? []).map((notice) => {
    const name = state.places.addressees.find((known) => known.id === notice.addressee)?.name[speech.language];
    const who = name ?? speech.addressee(notice.addressee);
    if (notice.doneAt !== null) return t("toldAt", { who, at: clockTime(notice.doneAt) });
    return t(notice.failure === null ? "toldWait" : "toldFailed", { who });
  });
  return (
    <dl class="facts">
      <dt>{t("state")}</dt>
      <dd>{stateText(one, detail, room)}</dd>
      {one.tries > 1 && (
        <>
          <dt>{t("samePersonLabel")}</dt>
          <dd>{t("triesMerged", { n: one.tries })}</dd>
        </>
      )}
      {one.temperature !== null && (
        <>
          <dt>{t("temperature")}</dt>
          <dd>{one.temperature.toFixed(1)} °C</dd>
        </>
      )}
      {one.reasons.length > 0 && (
        <>
          <dt>{t("reasons")}</dt>
          <dd>{one.reasons.map(speech.reason).join(speech.language === "zh" ? "；" : "; ")}</dd>
        </>
      )}
      <dt>{t("told")}</dt>
      <dd>
        {configured.length === 0
          ? t("toldNone")
          : configured.map((line) => (
              <span key={line} class="line">
                {line}
              </span>
            ))}
      </dd>
    </dl>
  );
}

/** The sealed subject: opened here with the operator's key; every opening is in the audit log. */
export function SubjectBox({ one }: { one: RoomCase }) {
  const { api, key, speech, me } = useRoom();
  const [shown, setShown] = useState<{ id: string; texts: readonly string[] } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setShown(null);
    setFailure(null);
  }, [one.id]);
  const open = async (): Promise<void> => {
    setFailure(null);
    try {
      const { jwe } = await api.subject(one.id);
      setShown({ id: one.id, texts: await key.open(jwe) });
    } catch (error) {
      setFailure(error instanceof Refused ? speech.refusal(error.why) : speech.t("keyWrong"));
    }
  };
  const choose = async (files: FileList | null): Promise<void> => {
    const file = files?.[0];
    if (file === undefined) return;
    try {
      await key.load(file);
      await open();
    } catch {
      setFailure(speech.t("keyWrong"));
    }
  };
  if (!one.hasSubject) return null;
  return (
    <div class="sealed">
      <Sign name="lock" size={24} />
      {shown?.id === one.id ? (
        <p class="subject">
          {speech.t("subject")} <strong class="mono">{shown.texts.join(" · ")}</strong>
        </p>
      ) : (
        <p>{failure ?? speech.t("sealed")}</p>
      )}
      {me.role !== "watcher" && shown?.id !== one.id && (
        <>
          <input
            ref={chooser}
            type="file"
            accept=".json,.jwk"
            hidden
            aria-label={speech.t("chooseKey")}
            onChange={(event) => void choose(event.currentTarget.files)}
          />
          <button type="button" class="decrypt" onClick={() => (key.there ? void open() : chooser.current?.click())}>
            {speech.t(key.there ? "decrypt" : "chooseKey")}
          </button>
        </>
      )}
    </div>
  );
}

export function History({ moments }: { moments: readonly RoomMoment[] }) {
  const room = useRoom();
  return (
    <ol class="history">
      {moments.map((moment, index) => (
        <li key={index} class={moment.kind === "event" || moment.what === "acknowledge" ? "strong" : ""}>
          <time>{clockTime(moment.at)}</time>
          <span class="dot" aria-hidden="true" />
          <div>
            <p>{headline(moment, room)}</p>
            <p class="second">{second(moment, room)}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function headline(moment: RoomMoment, { speech, state }: Room): string {
  if (moment.kind === "event")
    return speech.t("tryNth", { n: Number(moment.detail.try ?? 1), what: speech.kind(moment.what) });
  if (moment.kind === "notice") {
    const name = state.places.addressees.find((known) => known.id === moment.what)?.name[speech.language];
    return speech.t("toldAt", { who: name ?? speech.addressee(moment.what), at: "" }).trim();
  }
  const what = moment.kind === "note" ? speech.t("note") : speech.action(moment.what);
  return moment.who === null || moment.who === "system" ? what : `${moment.who} ${what}`;
}

function second(moment: RoomMoment, { speech }: Room): string {
  if (moment.text !== null) return moment.text;
  if (moment.kind === "event") {
    const at = clockTime(Number(moment.detail.received ?? moment.at));
    const arrived = speech.t("arrived", { seq: grouped(Number(moment.detail.seq ?? 0)), at });
    return moment.detail.late === true ? `${arrived} · ${speech.t("late")}` : arrived;
  }
  const reason = moment.detail.reason;
  return typeof reason === "string" ? reason : "";
}

/** One case on the whole page. */
export function CasePage(props: {
  one: RoomCase;
  nth: number;
  of: number;
  actions: CaseActions;
  onBack: () => void;
  children: preact.ComponentChildren;
}) {
  const room = useRoom();
  const { speech, state } = room;
  const { one } = props;
  const detail = useDetail(one);
  const lane = state.lanes.get(one.src);
  return (
    <div class="case-page">
      <main>
        <div class="top">
          <button type="button" onClick={props.onBack}>
            <kbd>Esc</kbd>
            {speech.t("back")}
          </button>
          <span class="nth">{speech.t("nth", { n: props.nth, of: props.of })}</span>
          <Buttons one={one} actions={props.actions} />
        </div>
        <h1>
          <PrioritySign priority={one.priority} size={46} />
          {titleOf(one, speech)}
        </h1>
        <p class="where">
          {placeOf(one.src, room)} · {subdistrictOf(one.src, room)} · <span class="mono">{one.id}</span> ·{" "}
          {speech.t(priorityWord[one.priority])}
        </p>
        <Facts one={one} detail={detail} />
        <SubjectBox one={one} />
        <h3>{speech.t("history")}</h3>
        <History moments={detail?.moments ?? []} />
      </main>
      <aside>
        {props.children}
        <h3>{speech.t("lane")}</h3>
        <dl class="facts">
          <dt>{speech.t("contact")}</dt>
          <dd>
            {lane === undefined
              ? "–"
              : !state.knowsLanes
                ? speech.t("unknownNow")
                : lane.online
                  ? speech.t("online", { n: roughly(state.now() - lane.heard, speech) })
                  : speech.t("silent", { age: roughly(state.now() - lane.heard, speech) })}
          </dd>
          <dt>{speech.t("version")}</dt>
          <dd>{lane?.version ?? "–"}</dd>
        </dl>
        <h3>{speech.t("nearby")}</h3>
        <ul class="nearby">
          {(detail?.nearby ?? []).map((other) => (
            <li key={other.id}>
              <time>{shortTime(other.openedAt)}</time>
              <span>{titleOf(other, speech)}</span>
              <span class="side">{age(state.now() - other.openedAt, speech)}</span>
            </li>
          ))}
        </ul>
      </aside>
    </div>
  );
}
