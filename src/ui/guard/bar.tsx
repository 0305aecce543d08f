import type { GuardUpdate } from "../../core/live.ts";
import type { Acts, Model } from "./model.ts";
import { Sign } from "./parts.tsx";
import { sideWords, told, wordsOf } from "./words.ts";

const TURN = { right: 0, down: 90, left: 180, up: 270 } as const;

export function Bar({ model, acts }: { model: Model; acts: Acts }) {
  const words = wordsOf(model.language);
  const { setup, update } = model;
  const lane = setup?.lane;
  const shift = update?.shift ?? null;
  const side = sideWords(model.language)[lane?.side ?? "entry"];
  return (
    <header class="bar">
      <span class="tag">
        {lane?.number ?? "--"} <Sign name="go-arrow" size={28} turn={TURN[lane?.arrow ?? "right"]} />
      </span>
      <h1 class="site">{setup === null ? "" : `${setup.site.name[model.language]} · ${side}`}</h1>
      <span class="who">
        <Sign name="lock" size={22} />
        {shift === null ? (
          words.bar["signed-out"]
        ) : (
          <span>
            {words.bar.guard} <b>{shift.guard}</b>
            {shift.until === null ? "" : ` · ${told(words.bar.until, { until: shift.until })}`}
          </span>
        )}
      </span>
      {shift !== null && (
        <button type="button" class="small" data-push="sign-out" onClick={acts.signOut}>
          {words.bar["sign-out"]}
        </button>
      )}
      <span class="time">{update?.time ?? "--:--"}</span>
    </header>
  );
}

/** Persons in this quarter-hour, and how the link to the centre stands. */
export function Foot({ model }: { model: Model }) {
  const words = wordsOf(model.language).footer;
  const { update } = model;
  if (update === null) return <footer class="foot" />;
  const counts = (["granted", "manual-check", "turned-away"] as const).map((key) => (
    <span key={key}>
      {words[key]} <b>{update.counts[key] ?? "0"}</b>
    </span>
  ));
  return (
    <footer class="foot">
      <span class="quarter">{update.quarter?.join("–") ?? ""}</span>
      {counts}
      <span class="link">{linkText(update, words)}</span>
    </footer>
  );
}

function linkText(update: GuardUpdate, words: ReturnType<typeof wordsOf>["footer"]): string {
  const parts: string[] = [];
  if (update.troubles.length > 0) parts.push(told(words.troubles, { codes: update.troubles.slice(0, 4).join(" ") }));
  if (update.link !== null) {
    parts.push(update.link.up ? words["link-up"] : words["link-down"]);
    parts.push(update.link.backlog === 0 ? words.reported : told(words.backlog, { n: update.link.backlog }));
  }
  return parts.join(" · ");
}
