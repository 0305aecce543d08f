/** Turnstile: pulse, direction, sensors that light up as the arm turns. */
import { useState } from "preact/hooks";
import type { CheckResult } from "../../../core/panel.ts";
import { post } from "../api.ts";
import { Icon } from "../icons.tsx";
import { t } from "../language.ts";
import { Button, Card, Checks, Row, Trouble, useAction } from "../parts.tsx";
import { useSignal } from "../signal.ts";
import { passages, readings } from "../store.ts";
import { Maintenance } from "./camera.tsx";
import { StepFrame } from "./frame.tsx";

const eventWords: Readonly<Record<string, readonly [string, string]>> = {
  "passage-entry": ["通过（入）", "passage, entry"],
  "passage-exit": ["通过（出）", "passage, exit"],
  "turn-back-entry": ["折返（入）", "turned back, entry"],
  "turn-back-exit": ["折返（出）", "turned back, exit"],
  "forced-passage": ["强行通过", "forced passage"],
  "reverse-entry": ["逆行", "reverse entry"],
  tailgating: ["尾随", "tailgating"],
  "held-open": ["长时间未关", "held open"],
};

export function TurnstileStep() {
  const [steps, setSteps] = useState<readonly CheckResult[]>([]);
  const lines = useSignal(readings)?.value.lines ?? null;
  const events = useSignal(passages);
  const test = useAction(async () => {
    const result = await post<{ steps: readonly CheckResult[] }>("selftest", { part: "relay" });
    setSteps(result.steps);
  });
  const walked = events.some((event) => event.startsWith("passage-"));
  const failed = steps.filter((step) => step.status === "fail").length;
  const line = (name: string): string | null =>
    lines === null ? null : lines[name] === true ? t("有信号", "active") : t("等待", "at rest");
  const last = events.at(-1);
  return (
    <StepFrame
      step="turnstile"
      about={t("推动闸臂，走过一次", "Push the arm and walk through once")}
      missing={(steps.length === 0 ? 1 : failed) + (walked ? 0 : 1)}
    >
      <Maintenance>
        <div class="columns">
          <div class="stack">
            <Card>
              <Drawing moving={last !== undefined} />
              <dl>
                <Row name={t("有人（入）", "Somebody, entry side")} value={line("presence-entry")} />
                <Row name={t("有人（出）", "Somebody, exit side")} value={line("presence-exit")} />
                <Row
                  name={t("消防触点", "Fire contact")}
                  value={
                    lines === null ? null : lines.fire === true ? t("已触发", "active") : t("回路正常", "loop is fine")
                  }
                />
                <Row name={t("防拆", "Tamper")} value={line("tamper")} />
              </dl>
            </Card>
            <Card title={t("请推动闸臂，走过一次", "Push the arm and walk through once")}>
              <p>
                {t(
                  "从外向里。显示「通过（入）」为正确；显示「逆行」时请对调 A、B 线。",
                  'From outside in. "passage, entry" is right; if it says reverse entry, swap the wires of A and B.',
                )}
              </p>
              <ol class="events" id="passages">
                {events.length === 0 ? (
                  <li class="unknown">{t("尚未通过", "Nobody yet")}</li>
                ) : (
                  events.map((event, index) => (
                    <li key={`${index}-${event}`}>{t(...(eventWords[event] ?? [event, event]))}</li>
                  ))
                )}
              </ol>
            </Card>
          </div>
          <Card title={t("继电器", "Relay")}>
            <p>{t("通道内无人时，两个方向各动作一次。", "With nobody in the way each direction moves once.")}</p>
            <Checks results={steps} />
            <Trouble refusal={test.refusal} />
            <Button kind="main" id="selftest" onClick={test.start} disabled={test.busy}>
              {test.busy ? t("正在动作…", "Moving …") : t("开始", "Start")}
            </Button>
            {walked ? (
              <p class="said">
                <Icon name="check" /> {t("已感知通过", "A passage was sensed")}
              </p>
            ) : null}
          </Card>
        </div>
      </Maintenance>
    </StepFrame>
  );
}

function Drawing({ moving }: { moving: boolean }) {
  return (
    <svg class="turnstile" viewBox="0 0 320 160" aria-hidden="true">
      <rect x="26" y="10" width="44" height="140" rx="8" />
      <rect x="250" y="10" width="44" height="140" rx="8" />
      <path class="faint" d="M70 78L134 130M70 78H150" stroke-dasharray="9 9" />
      <path d={moving ? "M70 78L134 130" : "M70 78L134 26"} />
      <path class="way" d="M166 78H232M214 58L234 78L214 98" />
      <circle cx="48" cy="42" r="9" class={moving ? "lit" : ""} />
      <circle cx="48" cy="78" r="9" />
    </svg>
  );
}
