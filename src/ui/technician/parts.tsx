/** Small parts that the panel's pages share. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CheckResult } from "../../core/panel.ts";
import { type Finding, type Refusal, Refused } from "./api.ts";
import { Icon, type IconName } from "./icons.tsx";
import { language, remedy, speak, t } from "./language.ts";

export function Head({ title, about, children }: { title: string; about: string; children?: ComponentChildren }) {
  return (
    <header class="head">
      <div>
        <h1>{title}</h1>
        <p class="about">{about}</p>
      </div>
      <div class="head-actions">{children}</div>
    </header>
  );
}

export function Card({
  title,
  about,
  children,
  id,
}: {
  title?: string;
  about?: string;
  children: ComponentChildren;
  id?: string;
}) {
  return (
    <section class="card" id={id}>
      {title === undefined ? null : (
        <h2>
          {title}
          {about === undefined ? null : <small>{about}</small>}
        </h2>
      )}
      {children}
    </section>
  );
}

/** A line of a card: what, and its value; a stale value is greyed with its age. */
export function Row({ name, value, note }: { name: string; value: string | null; note?: string }) {
  return (
    <div class="row">
      <dt>{name}</dt>
      <dd class={value === null ? "unknown" : ""}>
        {value ?? t("未知", "not known")} {note === undefined ? null : <small>{note}</small>}
      </dd>
    </div>
  );
}

const marks: Readonly<Record<CheckResult["status"], { icon: IconName; zh: string; en: string }>> = {
  ok: { icon: "check", zh: "正常", en: "fine" },
  warn: { icon: "warn", zh: "提醒", en: "warning" },
  fail: { icon: "cross", zh: "未通过", en: "failed" },
  skipped: { icon: "dash", zh: "未查", en: "not looked at" },
};

/** Checks with what was found, expected and what to do. */
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function Checks({ results }: { results: readonly CheckResult[] }) {
  if (results.length === 0) return <p class="unknown">{t("尚未测过，按「开始」", "Not tried yet, press Start")}</p>;
  return (
    <ul class="checks">
      {results.map((result) => {
        const mark = marks[result.status];
        return (
          <li key={result.id} class={`check ${result.status}`} data-check={result.id}>
            <Icon name={mark.icon} />
            <div>
              <p>
                <strong>{t(result.zh, result.en)}</strong> <span class="said">{t(mark.zh, mark.en)}</span>{" "}
                <code>{result.code ?? ""}</code>
              </p>
              <p class="measured">
                {result.measured}
                {result.fix === null || result.expected === "" ? "" : t("", `; expected ${result.expected}`)}
              </p>
              {result.fix === null ? null : <p class="fix">{remedy(result.code, sentence(result.fix))}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** What the lane refused: found, expected, what to do, code. */
export function Trouble({ refusal }: { refusal: Refusal | null }) {
  if (refusal === null) return null;
  const { findings = [] } = refusal;
  return (
    <div class="refusal" role="alert">
      <Icon name="warn" size={28} />
      <div>
        {findings.length > 0 ? findings.map((finding) => <FindingLine key={finding.path} finding={finding} />) : null}
        {findings.length === 0 ? (
          <p>
            <strong>
              {remedy(refusal.code, refusal.why ?? `found ${refusal.found}, expected ${refusal.expected}`)}
            </strong>
            <br />
            {detailOf(refusal)} <code>{refusal.code ?? ""}</code>
          </p>
        ) : null}
        {refusal.returnedTo === undefined ? null : (
          <p>{t(`已自动退回第 ${refusal.returnedTo} 版`, `Version ${refusal.returnedTo} is back by itself`)}</p>
        )}
      </div>
    </div>
  );
}

/** What the sentence above it does not say yet: figures where the remedy spoke, the fix in English. */
function detailOf(refusal: Refusal): string {
  const figures =
    refusal.found === undefined
      ? (refusal.why ?? "")
      : `${refusal.found}; ${t("应为", "expected")} ${refusal.expected ?? ""}`;
  return t(figures, refusal.fix ?? "");
}

export function FindingLine({ finding }: { finding: Finding }) {
  return (
    <p>
      <strong>
        {finding.path}: {t("发现", "found")} {finding.found}, {t("应为", "expected")} {finding.expected}
        {finding.clause === null ? "" : ` (${finding.clause})`}
      </strong>
      <br />
      {remedy(finding.code, "")} {finding.suggestion ?? ""} <code>{finding.code}</code>
    </p>
  );
}

/** Runs something that may be refused; while it runs the button says so. */
export function useAction(run: () => Promise<void>): {
  readonly busy: boolean;
  readonly refusal: Refusal | null;
  readonly start: () => void;
} {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const start = (): void => {
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    run()
      .catch((error: unknown) => setRefusal(error instanceof Refused ? error.refusal : { why: String(error) }))
      .finally(() => setBusy(false));
  };
  return { busy, refusal, start };
}

export function Button({
  onClick,
  children,
  kind = "plain",
  disabled = false,
  id,
}: {
  onClick: () => void;
  children: ComponentChildren;
  kind?: "plain" | "main";
  disabled?: boolean;
  id?: string;
}) {
  return (
    <button type="button" id={id} class={kind} disabled={disabled} onClick={onClick}>
      {children}
    </button>
  );
}

/** Each language offers the other one in its own words. */
export const LanguageButton = () => (
  <button
    type="button"
    class="quiet"
    id="language"
    lang={language.value() === "zh" ? "en" : "zh-CN"}
    onClick={() => speak(language.value() === "zh" ? "en" : "zh")}
  >
    {t("English", "中文")}
  </button>
);

/** Runs `ask` at once and then again each `every` ms while the part is shown. */
export function usePoll(ask: () => void, every: number): void {
  useEffect(() => {
    ask();
    const timer = setInterval(ask, every);
    return () => clearInterval(timer);
  }, []);
}
