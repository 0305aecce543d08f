/** What every step of the installation has: title, body, footer with back, what is missing, skip and next. */
import type { ComponentChildren } from "preact";
import { type WizardStep, wizardSteps } from "../../../core/panel.ts";
import { post } from "../api.ts";
import { Icon } from "../icons.tsx";
import { t } from "../language.ts";
import { Button, Head } from "../parts.tsx";
import { place, refresh } from "../store.ts";

export const stepNames: Readonly<Record<WizardStep, readonly [string, string]>> = {
  network: ["网络", "Network"],
  broker: ["消息服务器", "Broker"],
  site: ["场所与位置", "Site and place"],
  camera: ["摄像头", "Camera"],
  thermometer: ["测温", "Thermometer"],
  turnstile: ["闸机", "Turnstile"],
  sound: ["声音", "Sound"],
  alert: ["测试告警", "Test alert"],
};

export function StepFrame({
  step,
  about,
  missing,
  children,
  actions,
}: {
  step: WizardStep;
  about: string;
  missing: number;
  children: ComponentChildren;
  actions?: ComponentChildren;
}) {
  const index = wizardSteps.indexOf(step);
  const previous = wizardSteps[index - 1];
  const next = wizardSteps[index + 1];
  const finish = async (state: "done" | "skipped"): Promise<void> => {
    await post("wizard", { step, state });
    place.set(next ?? "overview");
    await refresh();
  };
  const [zh, en] = stepNames[step];
  return (
    <>
      <div class="work">
        <Head title={t(zh, en)} about={about}>
          {actions}
        </Head>
        {children}
      </div>
      <footer class="foot">
        {previous === undefined ? (
          <span />
        ) : (
          <Button onClick={() => place.set(previous)} id="back">
            <Icon name="back" size={20} /> {t("上一步", "Back")}
          </Button>
        )}
        <span class="missing">{missing === 0 ? "" : t(`还有 ${missing} 项未通过`, `${missing} not passed yet`)}</span>
        {missing === 0 ? null : (
          <Button id="skip" onClick={() => void finish("skipped")}>
            {t("先跳过，稍后补做", "Skip for now")}
          </Button>
        )}
        <Button kind="main" id="next" disabled={missing > 0} onClick={() => void finish("done")}>
          {next === undefined ? t("完成安装", "Finish") : `${t("下一步：", "Next: ")}${t(...stepNames[next])}`}
        </Button>
      </footer>
    </>
  );
}
