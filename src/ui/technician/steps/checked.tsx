/** Steps that are a few fields and a few checks: network, broker, site, sound. */
import { useEffect, useState } from "preact/hooks";
import type { CheckResult } from "../../../core/panel.ts";
import { post } from "../api.ts";
import { Fields } from "../form.tsx";
import { t } from "../language.ts";
import { StaffList } from "../pages/staff.tsx";
import { Button, Card, Checks, Trouble, useAction } from "../parts.tsx";
import { StepFrame } from "./frame.tsx";
import { districtFiles, KeyFiles, siteFiles } from "./key-files.tsx";

/** Runs checks of the doctor, at once and when asked again. */
export function useChecks(ids: readonly string[]) {
  const [results, setResults] = useState<readonly CheckResult[]>([]);
  const ask = useAction(async () => {
    const { results: next } = await post<{ results: readonly CheckResult[] }>("checks", { ids });
    setResults(next);
  });
  useEffect(() => ask.start(), []);
  return {
    results,
    ...ask,
    failed: results.filter((result) => result.status === "fail").length,
    known: results.length > 0,
  };
}

export const Again = ({ busy, start }: { busy: boolean; start: () => void }) => (
  <Button id="again" onClick={start} disabled={busy}>
    {busy ? t("正在检查…", "Looking …") : t("重新检查", "Look again")}
  </Button>
);

export function NetworkStep() {
  const checks = useChecks([
    "network.address",
    "clock.trust",
    "clock.rtc",
    "program.node",
    "program.addons",
    "storage.directory",
    "storage.free",
    "board.power",
  ]);
  return (
    <StepFrame
      step="network"
      about={t("地址、时间和存储", "Address, time and storage")}
      missing={checks.known ? checks.failed : 1}
      actions={<Again {...checks} />}
    >
      <Card title={t("检查项", "Checks")}>
        <Checks results={checks.results} />
        <Trouble refusal={checks.refusal} />
      </Card>
    </StepFrame>
  );
}

export function BrokerStep() {
  const checks = useChecks([
    "broker.certificate",
    "broker.reach",
    "keys.district",
    "keys.orders",
    "trust.roots",
    "secrets.mode",
  ]);
  return (
    <StepFrame
      step="broker"
      about={t("地址、证书和公钥由街道提供", "The district gives address, certificates and keys")}
      missing={checks.known ? checks.failed : 1}
      actions={<Again {...checks} />}
    >
      <div class="columns">
        <div class="stack">
          <Card title={t("连接", "Connection")}>
            <Fields paths={["broker.url", "broker.protocol", "broker.clientId"]} onApplied={checks.start} />
          </Card>
          <KeyFiles title={t("证书和公钥", "Certificates and keys")} kinds={districtFiles} onUsed={checks.start} />
        </div>
        <Card title={t("检查项", "Checks")}>
          <Checks results={checks.results} />
          <Trouble refusal={checks.refusal} />
        </Card>
      </div>
    </StepFrame>
  );
}

export function SiteStep() {
  const checks = useChecks(["site.check", "site.guards", "rules.period", "web.certificate"]);
  return (
    <StepFrame
      step="site"
      about={t("类型、电话、折返通道和另一自由出口", "Kind, telephones, the way to turn back and another free exit")}
      missing={checks.known ? checks.failed : 1}
      actions={<Again {...checks} />}
    >
      <div class="columns">
        <Card title={t("场所", "Site")}>
          <Fields
            paths={[
              "site.kind",
              "site.name",
              "site.staffed",
              "site.phones",
              "site.otherEntrance",
              "site.check",
              "lane.number",
              "lane.arrow",
              "lane.way",
              "lane.name",
              "rules.effectiveFrom",
              "rules.effectiveUntil",
            ]}
            onApplied={checks.start}
          />
        </Card>
        <div class="stack">
          <Card title={t("检查项", "Checks")}>
            <Checks results={checks.results} />
          </Card>
          <StaffList onChange={checks.start} />
          <KeyFiles
            title={t("本场所的文件", "Files of the site")}
            about={t(
              "仅在用值班平板时需要页面证书和私钥；仅在多条通道共用时需要场所密钥，各通道用同一个文件。",
              "Only a guard's tablet needs the pages' certificate and key; only lanes that know of each other need the site key, the same file on each.",
            )}
            kinds={siteFiles}
            onUsed={checks.start}
          />
        </div>
      </div>
    </StepFrame>
  );
}

export function SoundStep() {
  const [steps, setSteps] = useState<readonly CheckResult[]>([]);
  const [heard, setHeard] = useState<boolean | null>(null);
  const play = useAction(async () => {
    setHeard(null);
    const result = await post<{ steps: readonly CheckResult[] }>("selftest", { part: "sound" });
    setSteps(result.steps);
  });
  return (
    <StepFrame
      step="sound"
      about={t("六种提示音依次播放", "Six tones, one after the other")}
      missing={heard === true ? 0 : 1}
    >
      <Card title={t("提示音", "Tones")}>
        <p>{t("站在行人的位置听。", "Listen from where people stand.")}</p>
        <Button kind="main" id="play" onClick={play.start} disabled={play.busy}>
          {play.busy ? t("正在播放…", "Playing …") : t("开始", "Start")}
        </Button>
        <Trouble refusal={play.refusal} />
        {steps.length === 0 ? null : (
          <div class="answers">
            <strong>{t("六种都听清了吗？", "Did you hear all six?")}</strong>
            <Button id="heard" onClick={() => setHeard(true)}>
              {t("听清了", "Yes")}
            </Button>
            <Button id="unheard" onClick={() => setHeard(false)}>
              {t("没有", "No")}
            </Button>
          </div>
        )}
        {heard === false ? (
          <p class="fix">
            {t(
              "检查音箱供电和插头；在「配置」里核对声卡和各时段音量。",
              "Check the speaker's supply and plug; compare sound card and volumes under Configuration.",
            )}
          </p>
        ) : null}
        {heard === true ? <p class="said">{t("声音正常", "Sound is fine")}</p> : null}
      </Card>
      <Card title={t("音量", "Volume")}>
        <Fields paths={["devices.sounder"]} />
      </Card>
    </StepFrame>
  );
}
