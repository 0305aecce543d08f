import type { Acts, Model } from "./model.ts";
import { Card, Push, Sign } from "./parts.tsx";
import { shutBy, told, wordsOf } from "./words.ts";

/** Nobody waits: the lane's state, the last quarter-hours, and what a guard may start unasked. */
export function Idle({ model, acts }: { model: Model; acts: Acts }) {
  const words = wordsOf(model.language);
  const mode = model.update?.mode ?? "normal";
  const title = mode === "normal" ? words.idle : words.modes[mode];
  const until = model.update?.until ?? null;
  const history = model.update?.history ?? [];
  return (
    <main class={`idle${model.lost ? " old" : ""}`}>
      <Card name="state">
        <div class="state-head" data-mode={mode}>
          <span class="state-ring">
            <Sign name={mode === "normal" ? "check" : mode === "emergency" ? "free-exit" : "closed"} size={52} />
          </span>
          <div>
            <h2>{title.title}</h2>
            {until === null ? null : <p class="state-until">{told(words.modes.lockdown.until, { until })}</p>}
            <p>{title.text}</p>
          </div>
        </div>
        {history.length > 0 && (
          <figure class="chart">
            <figcaption>{words.idle.chart}</figcaption>
            <ol>
              {history.map((bar, index) => (
                <li key={bar.from}>
                  <span class="bar-count">{bar.granted}</span>
                  <span
                    class={`bar-body${index === history.length - 1 ? " last" : ""}`}
                    style={{ height: `${Math.round(bar.share * 160)}px` }}
                  />
                  <span class="bar-from">{bar.from}</span>
                </li>
              ))}
            </ol>
          </figure>
        )}
        {mode === "normal" && (
          <p class="hint">
            <Sign name="manual-check" size={28} />
            {words.idle.hint}
          </p>
        )}
      </Card>
      <IdleButtons model={model} acts={acts} />
    </main>
  );
}

function IdleButtons({ model, acts }: { model: Model; acts: Acts }) {
  const words = wordsOf(model.language).buttons;
  const off = model.lost ? words.offline : null;
  const shut = shutBy(model);
  const { mode, maskRefused } = model.update ?? { mode: "normal", maskRefused: false };
  const supervisor = mode === "lockdown" ? "end-lockdown" : mode === "emergency" ? "reset-emergency" : null;
  return (
    <div class="idle-buttons">
      <Push
        id="manual-check"
        symbol="manual-check"
        {...words["manual-idle"]}
        blocked={shut}
        onPush={() => acts.ask({ kind: "manual-check", person: null })}
      />
      <Push id="family" symbol="family" {...words.family} blocked={shut} onPush={() => acts.open({ kind: "family" })} />
      <Push
        id="assistance"
        symbol="assistance"
        {...words.assistance}
        blocked={shut}
        onPush={() => acts.ask({ kind: "assistance" })}
      />
      <Push
        id={maskRefused ? "mask-worn" : "mask-refused"}
        symbol="mask"
        {...words[maskRefused ? "mask-worn" : "mask-idle"]}
        blocked={off}
        onPush={() => acts.ask({ kind: "mask-refused", refused: !maskRefused })}
      />
      {supervisor !== null && (
        <Push
          id={supervisor}
          symbol="lock"
          {...words[supervisor]}
          blocked={off}
          onPush={() => acts.open({ kind: "supervisor", action: { kind: supervisor } })}
        />
      )}
      <Push id="call-help" symbol="call" {...words["call-help"]} onPush={() => acts.ask({ kind: "call-help" })} />
    </div>
  );
}
