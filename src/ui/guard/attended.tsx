import type { ReasonCode } from "../../core/flow.ts";
import type { AttendedSight } from "../../core/live.ts";
import type { SymbolName } from "../shared/symbols.ts";
import { fillAll, type Values } from "../shared/words.ts";
import type { Acts, Model } from "./model.ts";
import { Card, clockText, Push, Sign } from "./parts.tsx";
import { stepsAt } from "./steps.ts";
import { type GuardWords, type Language, plateText, reasonWords, shutBy, siteValues, told, wordsOf } from "./words.ts";

type Tone = "red" | "yellow" | "staff" | "grey";

const grey: readonly ReasonCode[] = [
  "pending",
  "platform-slow",
  "platform-down",
  "trust-stale",
  "no-trusted-time",
  "unverifiable",
  "mask-refused",
  "lockdown",
  "out-of-service",
];

function toneOf(code: ReasonCode): Tone {
  if (code === "red" || code === "yellow") return code;
  return grey.includes(code) ? "grey" : "staff";
}

/** Symbols of the plates: shape tells apart what colour alone would not. */
function plateSymbol(code: ReasonCode): SymbolName {
  switch (code) {
    case "red":
      return "closed";
    case "yellow":
      return "attention";
    case "fever":
    case "low":
    case "unavailable":
      return "thermometer";
    case "expired":
    case "unknown":
      return "refresh";
    case "expired-paper":
    case "paper-again":
      return "reprint-paper";
    case "needs-conversion":
      return "convert";
    case "replayed":
      return "family";
    case "mask-refused":
      return "mask";
    case "bad-signature":
    case "revoked":
      return "attention";
    case "no-credential":
    case "not-a-pass":
    case "malformed":
      return "show-code";
    case "lockdown":
    case "out-of-service":
      return "closed";
    default:
      return "wait";
  }
}

/** Reasons where the next step is help, not the button that lets somebody through. */
const calls: readonly ReasonCode[] = ["red", "yellow", "bad-signature", "revoked"];

export function Attended({ model, acts, person }: { model: Model; acts: Acts; person: AttendedSight }) {
  const code = person.reasons[0] ?? "unverifiable";
  const words = reasonWords(model.language, code);
  const plate = plateText(words, person.temperature?.estimate ?? null);
  return (
    <main class={`attended${model.lost ? " old" : ""}`}>
      <Queue model={model} acts={acts} person={person} />
      <Card name="case">
        <div class="plate" data-tone={toneOf(code)} data-reason={code}>
          <Sign name={plateSymbol(code)} size={84} />
          <div>
            <h2>{plate}</h2>
            <Also model={model} person={person} />
          </div>
        </div>
        <Facts model={model} person={person} code={code} />
        <Waited model={model} person={person} />
      </Card>
      <Advice model={model} code={code} />
      <Buttons model={model} acts={acts} person={person} plate={plate} code={code} />
    </main>
  );
}

function Also({ model, person }: { model: Model; person: AttendedSight }) {
  const others = person.reasons.slice(1);
  if (others.length === 0) return null;
  const list = others.map((code) => reasonWords(model.language, code).also);
  return <p class="also">{wordsOf(model.language).facts.also + list.join(model.language === "zh" ? "，" : ", ")}</p>;
}

/** Tabs of those who wait, where more than one does. */
function Queue({ model, acts, person }: { model: Model; acts: Acts; person: AttendedSight }) {
  const attended = model.update?.attended ?? [];
  if (attended.length < 2) return null;
  return (
    <nav class="queue" aria-label={told(wordsOf(model.language).queue, { n: attended.length })}>
      {attended.map((other) => {
        const code = other.reasons[0] ?? "unverifiable";
        return (
          <button
            type="button"
            key={other.id}
            data-person={other.id}
            aria-pressed={other.id === person.id ? "true" : "false"}
            onClick={() => acts.choose(other.id)}
          >
            <Sign name={plateSymbol(code)} size={26} />
            {plateText(reasonWords(model.language, code), other.temperature?.estimate ?? null)}
            <span class="mono">{clockText(other.waitedMs + model.ageMs)}</span>
          </button>
        );
      })}
    </nav>
  );
}

function Facts({ model, person, code }: { model: Model; person: AttendedSight; code: ReasonCode }) {
  const words = wordsOf(model.language);
  const rows: [string, string, string?][] = [];
  if (person.temperature !== null && code !== "fever")
    rows.push([
      words.facts.temperature,
      temperatureText(words, person.temperature),
      code === "low" || code === "unavailable" ? "" : "big",
    ]);
  rows.push([words.facts.street, words.facts["street-text"]]);
  rows.push([words.facts.report, reportText(model, person)]);
  if (person.tries > 1) rows.push([words.facts.tries, told(words.facts["tries-text"], { n: person.tries })]);
  if (person.colourHint !== null) {
    const colour = words.facts.colours[person.colourHint];
    rows.push([words.facts.colour, told(words.facts["colour-text"], { colour })]);
  }
  rows.push([words.facts.complaint, person.complaint]);
  return (
    <dl class="facts">
      {rows.map(([label, value, kind]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd class={kind}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function temperatureText(words: GuardWords, reading: NonNullable<AttendedSight["temperature"]>): string {
  const texts = words.facts.temperatures;
  const value = reading.estimate?.toFixed(1) ?? null;
  if (reading.class === "low") return value === null ? texts["low-none"] : told(texts.low, { value });
  if (reading.class === "unavailable" || value === null)
    return texts[reading.class === "normal" ? "normal" : "unavailable"];
  return `${value} °C`;
}

function reportText(model: Model, person: AttendedSight): string {
  const words = wordsOf(model.language).report;
  if (person.report === "received" && person.receivedAt === null) return words["received-plain"];
  return told(words[person.report], { time: person.receivedAt ?? "", ...siteValues(model.setup, model.language) });
}

function Waited({ model, person }: { model: Model; person: AttendedSight }) {
  const words = wordsOf(model.language).clock;
  const left = person.nextCallMs === null ? null : Math.ceil(Math.max(0, person.nextCallMs - model.ageMs) / 1000);
  const next =
    left === null
      ? person.calls === 3
        ? words.told
        : ""
      : told(person.calls === 1 ? words.again : words.room, { n: left });
  return (
    <p class="waited">
      <Sign name="clock" size={30} />
      <span class="mono big-clock">{clockText(person.waitedMs + model.ageMs)}</span>
      <span>
        {words.waited}
        {next === "" ? "" : model.language === "zh" ? `。${next}` : `, ${next}`}
      </span>
    </p>
  );
}

/** What to say, in both languages, and what to do. */
function Advice({ model, code }: { model: Model; code: ReasonCode }) {
  const words = wordsOf(model.language);
  const here = reasonWords(model.language, code);
  const until = model.update?.until ?? null;
  const values = { ...siteValues(model.setup, model.language), ...(until === null ? {} : { until }) };
  return (
    <div class="advice">
      <Card name="say">
        <h3>{words.say}</h3>
        <p class="say-zh" lang="zh-CN">
          {reasonWords("zh", code).say.join("")}
        </p>
        <p class="say-en" lang="en">
          {reasonWords("en", code).say.join(" ")}
        </p>
      </Card>
      <Card name="do">
        <h3>{words.do}</h3>
        <ol>
          {stepsAt(here, model.setup).map((step, index) => (
            <li key={step.text}>
              <span class="count">{index + 1}</span>
              <div>
                <p>{told(step.text, values)}</p>
                <Notes notes={step.notes ?? []} values={values} language={model.language} />
              </div>
            </li>
          ))}
        </ol>
      </Card>
    </div>
  );
}

/** Numbers and places below a step; what the site has not settled is left out. */
function Notes({ notes, values, language }: { notes: readonly string[]; values: Values; language: Language }) {
  const known = fillAll(notes, values);
  return known.length === 0 ? null : <p class="note">{known.join(language === "zh" ? "，" : ", ")}</p>;
}

interface ButtonsProps {
  readonly model: Model;
  readonly acts: Acts;
  readonly person: AttendedSight;
  readonly plate: string;
  readonly code: ReasonCode;
}

function Buttons({ model, acts, person, plate, code }: ButtonsProps) {
  const words = wordsOf(model.language).buttons;
  const off = model.lost ? words.offline : null;
  const shut = shutBy(model);
  const filled = person.may.manualCheck ? "manual" : calls.includes(code) ? "call" : "done";
  const mask = model.update?.maskRefused === true ? ("mask-worn" as const) : ("mask-refused" as const);
  return (
    <div class="buttons">
      <Push
        id="manual-check"
        symbol="check"
        {...words["manual-check"]}
        filled={filled === "manual"}
        blocked={shut ?? (person.may.manualCheck ? null : told(words["not-here"], { plate }))}
        onPush={() => acts.ask({ kind: "manual-check", person: person.id })}
      />
      <Push
        id="escorted-release"
        symbol="family"
        {...words["escorted-release"]}
        blocked={shut ?? (person.may.escortedRelease ? null : words["escort-only"])}
        onPush={() => acts.open({ kind: "escort", person: person.id })}
      />
      <Push
        id="help-through"
        symbol="assistance"
        {...words["help-through"]}
        blocked={shut}
        onPush={() => acts.open({ kind: "through" })}
      />
      <Push
        id="dismiss"
        symbol="check"
        {...words.dismiss}
        filled={filled === "done"}
        blocked={off}
        onPush={() => acts.ask({ kind: "dismiss", person: person.id })}
      />
      <Push
        id={mask}
        symbol="mask"
        {...words[mask]}
        blocked={off}
        onPush={() => acts.ask({ kind: "mask-refused", refused: mask === "mask-refused" })}
      />
      <Push
        id="call-help"
        symbol="call"
        {...words["call-help"]}
        filled={filled === "call"}
        onPush={() => acts.ask({ kind: "call-help" })}
      />
    </div>
  );
}
