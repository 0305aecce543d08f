import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RoomCase } from "../../core/room.ts";
import type { Dialog } from "./case-detail.tsx";
import { useRoom } from "./context.ts";
import { endOfShift, shortTime } from "./format.ts";
import { Sign, titleOf } from "./signs.tsx";

interface Props {
  readonly kind: Dialog;
  readonly one: RoomCase;
  readonly onDone: () => void;
  readonly run: (work: Promise<unknown>) => void;
}

/** The small card in which an action is finished; Escape leaves it. */
export function DialogCard({ kind, one, onDone, run }: Props) {
  const { speech } = useRoom();
  const card = useRef<HTMLFormElement>(null);
  // Before the next key arrives: after painting would be too late for whoever types on at once.
  useLayoutEffect(() => {
    card.current?.querySelector<HTMLElement>("textarea, button.main")?.focus();
  }, [kind]);
  return (
    <form
      class="card"
      ref={card}
      aria-label={speech.t(kind === "note" ? "noteTitle" : kind === "shelve" ? "shelveTitle" : "resolveTitle")}
      onKeyDown={(event) => event.key === "Escape" && onDone()}
      onSubmit={(event) => event.preventDefault()}
    >
      {kind === "note" && <NoteCard one={one} onDone={onDone} run={run} />}
      {kind === "shelve" && <ShelveCard one={one} onDone={onDone} run={run} />}
      {kind === "resolve" && <ResolveCard one={one} onDone={onDone} run={run} />}
    </form>
  );
}
type CardProps = Omit<Props, "kind">;

function NoteCard({ one, onDone, run }: CardProps) {
  const { api, speech } = useRoom();
  const [text, setText] = useState("");
  const save = (): void => {
    if (text.trim() === "") return;
    run(api.note(one.id, text));
    onDone();
  };
  return (
    <>
      <h2>{speech.t("noteTitle")}</h2>
      <p class="hint">{speech.t("noteHint")}</p>
      <textarea
        aria-label={speech.t("noteTitle")}
        maxLength={1_000}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && save()}
      />
      <Row main={speech.t("save")} disabled={text.trim() === ""} onMain={save} onDone={onDone} />
    </>
  );
}

function ShelveCard({ one, onDone, run }: CardProps) {
  const { api, speech, state } = useRoom();
  const [choice, setChoice] = useState<"quarter" | "hour" | "shift">("quarter");
  const [reason, setReason] = useState("");
  const shift = endOfShift(state.now(), state.shiftEnds);
  const until = { quarter: state.now() + 900_000, hour: state.now() + 3_600_000, shift }[choice];
  const save = (): void => {
    if (reason.trim() === "") return;
    run(api.shelve(one.id, Math.floor(until), reason));
    onDone();
  };
  return (
    <>
      <h2>
        <Sign name="clock" size={26} />
        {speech.t("shelveTitle")}
      </h2>
      <p class="hint">{speech.t("shelveHint")}</p>
      <div class="choices" role="radiogroup" aria-label={speech.t("shelveTitle")}>
        {(["quarter", "hour", "shift"] as const).map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: buttons in a row with roving choice; native radios can't be drawn so
          <button key={name} type="button" role="radio" aria-checked={choice === name} onClick={() => setChoice(name)}>
            {speech.t(name, { at: shortTime(shift) })}
          </button>
        ))}
      </div>
      <label>
        {speech.t("reason")}
        <textarea maxLength={200} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <Row
        main={speech.t("shelveTo", { at: shortTime(until) })}
        disabled={reason.trim() === ""}
        onMain={save}
        onDone={onDone}
      />
    </>
  );
}

function ResolveCard({ one, onDone, run }: CardProps) {
  const { api, speech, state } = useRoom();
  const save = (): void => {
    run(api.act(one.id, "resolve"));
    onDone();
  };
  return (
    <>
      <h2>{speech.t("resolveTitle")}</h2>
      <p>{titleOf(one, speech)}</p>
      <p class="hint">{speech.t("resolveHint", { n: state.retentionDays })}</p>
      <Row main={speech.t("resolve")} disabled={false} onMain={save} onDone={onDone} />
    </>
  );
}

function Row(props: { main: string; disabled: boolean; onMain: () => void; onDone: () => void }) {
  const { speech } = useRoom();
  return (
    <div class="buttons">
      <button type="button" class="main" disabled={props.disabled} onClick={props.onMain}>
        {props.main}
      </button>
      <button type="button" onClick={props.onDone}>
        {speech.t("cancel")}
      </button>
    </div>
  );
}
