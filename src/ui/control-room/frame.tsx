import { useRoom } from "./context.ts";
import { clockTime } from "./format.ts";
import { otherKeys, shownKeys } from "./keys.ts";
import { PrioritySign, priorityWord } from "./signs.tsx";

export const tabs = ["cases", "lanes", "completeness", "counts", "audit"] as const;
export type Tab = (typeof tabs)[number];

/** The head: where one is, how much is open by priority, how old the data are, who is on duty, and the time. */
export function Head(props: {
  tab: Tab;
  onTab: (tab: Tab) => void;
  stale: boolean;
  onSignOut: () => void;
  onLanguage: () => void;
  onMode: () => void;
}) {
  const { state, speech, me } = useRoom();
  const { t } = speech;
  const open = [0, 0, 0, 0, 0];
  for (const one of state.cases.values())
    if (one.state !== "resolved") open[one.priority] = (open[one.priority] ?? 0) + 1;
  const since = state.heardAt === 0 ? "–" : ((Date.now() - state.heardAt) / 1_000).toFixed(1);
  return (
    <header class="head">
      <h1 class="name">
        {state.places.district.name[speech.language]} {t("room")}
      </h1>
      <nav aria-label={t("room")}>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            class="tab"
            aria-current={props.tab === name ? "page" : undefined}
            onClick={() => props.onTab(name)}
          >
            {t(name)}
          </button>
        ))}
      </nav>
      <div class="status">
        {([1, 2, 3, 4] as const).map((priority) => (
          <span key={priority} class="total">
            <PrioritySign priority={priority} />
            {t(priorityWord[priority])} <strong>{open[priority]}</strong>
          </span>
        ))}
        <span class={props.stale ? "live stale" : "live"}>{t("live", { n: since })}</span>
        <button type="button" class="plain" onClick={props.onMode}>
          {t("dayNight")}
        </button>
        <button type="button" class="plain" lang={speech.language === "zh" ? "en" : "zh-CN"} onClick={props.onLanguage}>
          {t("language")}
        </button>
        <button type="button" class="plain" onClick={props.onSignOut}>
          {t("onDuty", { who: me.id })} · {t("signOut")}
        </button>
        <time class="clock">{clockTime(state.now())}</time>
      </div>
    </header>
  );
}

export function Foot({ said, load }: { said: string; load: string }) {
  const { speech } = useRoom();
  return (
    <footer class="foot-bar">
      {shownKeys.map(([keys, word]) => (
        <span key={keys} class="key">
          <kbd>{keys}</kbd>
          {speech.t(word)}
        </span>
      ))}
      <span class="said" role="status">
        {said}
      </span>
      <span class="load">{load}</span>
    </footer>
  );
}

/** All keys, and the switch that turns single letters off (WCAG 2.1.4). */
export function KeysCard({
  lettersOn,
  onLetters,
  onClose,
}: {
  lettersOn: boolean;
  onLetters: () => void;
  onClose: () => void;
}) {
  const { speech } = useRoom();
  return (
    <section class="card keys" aria-label={speech.t("keys")}>
      <h2>{speech.t("keys")}</h2>
      <dl>
        {[...shownKeys, ...otherKeys].map(([keys, word]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{speech.t(word)}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <button type="button" aria-pressed={lettersOn} onClick={onLetters}>
          {speech.t(lettersOn ? "lettersOn" : "lettersOff")}
        </button>
        <button type="button" class="main" onClick={onClose}>
          {speech.t("back")}
        </button>
      </div>
    </section>
  );
}
