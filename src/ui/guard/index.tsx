import { render } from "preact";
import type { GuardMessage } from "../../core/live.ts";
import type { GuardAction } from "../../core/views.ts";
import { byId } from "../shared/dom.ts";
import { Live } from "../shared/live.ts";
import { Attended } from "./attended.tsx";
import { Bar, Foot } from "./bar.tsx";
import { CallSounds } from "./call-sounds.ts";
import "./guard.css";
import "./idle.css";
import "./questions.css";
import "./upright.css";
import { Idle } from "./idle.tsx";
import { type Acts, begin, type Model, post, shownPerson } from "./model.ts";
import { OpenSheet } from "./sheets.tsx";
import { SignIn } from "./sign-in.tsx";
import { told, wordsOf } from "./words.ts";

const page = byId("page");
const sounds = new CallSounds();
const language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh";
let model = begin(language);
let noteTimer = 0;

document.documentElement.lang = language === "en" ? "en" : "zh-CN";

function Page({ model }: { model: Model }) {
  const person = shownPerson(model);
  const words = wordsOf(model.language);
  const seconds = Math.round(model.ageMs / 1000);
  const known = model.update !== null;
  return (
    <>
      <Bar model={model} acts={acts} />
      {model.lost && (
        <p class="lost" role="alert">
          <b>{told(words.lost.title, { n: seconds })}</b> {words.lost.text}
          {known && <span class="lost-age">{told(words.lost.stale, { n: seconds })}</span>}
        </p>
      )}
      {model.update?.shift == null ? (
        <SignIn model={model} acts={acts} />
      ) : person === null ? (
        <Idle model={model} acts={acts} />
      ) : (
        <Attended model={model} acts={acts} person={person} />
      )}
      <Foot model={model} />
      {model.sheet !== null && <OpenSheet key={model.sheet.kind} model={model} acts={acts} sheet={model.sheet} />}
      <p class={`toast${model.note?.bad ? " bad" : ""}`} role="status">
        {model.note?.text ?? ""}
      </p>
    </>
  );
}

function change(changes: Partial<Model>): void {
  model = { ...model, ...changes };
  render(<Page model={model} />, page);
}

function note(text: string, bad: boolean): void {
  window.clearTimeout(noteTimer);
  noteTimer = window.setTimeout(() => change({ note: null }), 6000);
  change({ note: { text, bad } });
}

/** An answer in words: the lane names what is in the way, which may be its mode or a reason of the person's. */
function answerText(why: string): string {
  const words = wordsOf(language);
  const answers: Readonly<Record<string, string>> = words.answers;
  const modes: Readonly<Record<string, { readonly title: string }>> = words.modes;
  if (why in words.reasons && !(why in modes)) return words.answers["not-allowed"];
  return answers[why] ?? modes[why]?.title ?? words.answers.refused;
}

function pinText(answer: { why: string; retryInMs?: number }): string {
  const text = wordsOf(language)["sign-in"];
  if (answer.why === "wrong-pin") return text.wrong;
  if (answer.why === "too-many-tries") return told(text.wait, { seconds: Math.ceil((answer.retryInMs ?? 0) / 1000) });
  return answer.why === "supervisor-pin" ? answerText(answer.why) : text.failed;
}

const acts: Acts = {
  choose: (chosen) => change({ chosen }),
  open: (sheet) => change({ sheet, pin: "", pinNote: null }),
  digit(digit) {
    if (model.pin.length < 6) change({ pin: model.pin + digit, pinNote: null });
  },
  erase: () => change({ pin: model.pin.slice(0, -1), pinNote: null }),
  async signIn() {
    const { pin } = model;
    change({ pin: "" });
    const answer = await post("/guard/sign-in", { pin });
    if (answer.ok) live.again();
    else change({ pinNote: pinText(answer) });
  },
  async signOut() {
    await post("/guard/sign-out", {});
    change({ sheet: null, pin: "", update: model.update && { ...model.update, shift: null, attended: [] } });
    live.again();
  },
  async ask(action: GuardAction, pin?: string) {
    change({ pin: "", ...(pin === undefined ? { sheet: null } : {}) });
    const answer = await post("/guard/actions", pin === undefined ? { action } : { action, pin });
    if (answer.ok) {
      change({ sheet: null });
      note(answerText(action.kind === "call-help" ? "called" : "done"), false);
    } else if (pin !== undefined && ["wrong-pin", "too-many-tries", "supervisor-pin"].includes(answer.why)) {
      change({ pinNote: pinText(answer) });
    } else note(answerText(answer.why), true);
  },
};

/** Digits, Backspace and Enter work wherever the keypad is, without finding it first. */
window.addEventListener("keydown", (event) => {
  const keypad = model.sheet === null ? model.update?.shift == null : model.sheet.kind === "supervisor";
  if (!keypad || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^\d$/.test(event.key)) acts.digit(event.key);
  else if (event.key === "Backspace") acts.erase();
  else if (event.key === "Enter" && model.pin.length === 6 && !pressesItself(event.target)) {
    event.preventDefault();
    if (model.sheet?.kind === "supervisor") acts.ask(model.sheet.action, model.pin);
    else acts.signIn();
  }
});

/** Whether Enter on this element means the element: a digit's key was only touched on the way. */
function pressesItself(target: EventTarget | null): boolean {
  const button = target instanceof HTMLElement ? target.closest("button") : null;
  return button !== null && !/^\d$/.test(button.dataset.key ?? "");
}

const live = new Live<GuardMessage>({
  path: "/live/guard",
  onMessage(message) {
    if (message.kind === "setup") return change({ setup: message });
    sounds.hear(message);
    change({ update: message, ageMs: 0, lost: false });
  },
  onSilence: () => change({ lost: true }),
});
live.start();
// Between two messages the clocks go on by themselves.
window.setInterval(() => change({ ageMs: Math.min(live.silentMs, 3_600_000) }), 500);
