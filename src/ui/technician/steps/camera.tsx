/** Camera: live picture with the decoded corners, in maintenance mode only. */
import { useEffect, useState } from "preact/hooks";
import type { CheckResult } from "../../../core/panel.ts";
import { post } from "../api.ts";
import { Icon } from "../icons.tsx";
import { t } from "../language.ts";
import { Button, Card, Checks, Row, Trouble, useAction } from "../parts.tsx";
import { useSignal } from "../signal.ts";
import { readings } from "../store.ts";
import { StepFrame } from "./frame.tsx";

/** Switches maintenance on while a step that needs it is shown. */
export function Maintenance({ children }: { children: preact.ComponentChildren }) {
  const mode = useSignal(readings)?.value.mode;
  const turn = useAction(async () => {
    await post("maintenance", { on: true });
  });
  if (mode === "maintenance") return <>{children}</>;
  return (
    <Card title={t("需要本机维护模式", "Local maintenance mode is needed")}>
      <p>
        {t(
          "外屏将显示「暂停使用」，入口关闭，出口保持可通行。",
          "The screen will say out of service, the entry is shut, the exit stays free.",
        )}
      </p>
      <Trouble refusal={turn.refusal} />
      <Button kind="main" id="maintenance" onClick={turn.start} disabled={turn.busy}>
        {t("进入维护模式", "Enter maintenance mode")}
      </Button>
    </Card>
  );
}

export function CameraStep() {
  const [steps, setSteps] = useState<readonly CheckResult[]>([]);
  const [seen, setSeen] = useState(false);
  const camera = useSignal(readings)?.value.camera ?? null;
  useEffect(() => {
    if (camera?.code != null) setSeen(true);
  }, [camera?.code]);
  const test = useAction(async () => {
    const result = await post<{ steps: readonly CheckResult[] }>("selftest", { part: "camera" });
    setSteps(result.steps);
  });
  const failed = steps.filter((step) => step.status === "fail").length;
  return (
    <StepFrame
      step="camera"
      about={t(
        "把测试码放在取景框内，依次试手机屏幕和纸质码",
        "Hold a test code in the frame, first on a phone, then on paper",
      )}
      missing={(steps.length === 0 ? 1 : failed) + (seen ? 0 : 1)}
    >
      <Maintenance>
        <div class="columns wide-first">
          <Preview />
          <div class="stack">
            <Card title={t("实时读数", "Readings")}>
              <dl>
                <Row
                  name={t("帧率", "Frame rate")}
                  value={camera === null ? null : `${camera.framesPerSecond.toFixed(1)} ${t("帧/秒", "a second")}`}
                />
                <Row
                  name={t("解码耗时", "Decoding")}
                  value={camera === null ? null : `${Math.round(camera.decodeMs.p50)} ms`}
                  note={t("中位", "median")}
                />
                <Row
                  name={t("丢弃旧帧", "Old frames dropped")}
                  value={camera === null ? null : String(camera.tooOld)}
                />
                <Row name={t("已读出", "Codes read")} value={camera === null ? null : String(camera.found)} />
              </dl>
            </Card>
            <Card title={t("检查项", "Checks")}>
              <p class={seen ? "said" : "unknown"} id="code-seen">
                <Icon name={seen ? "check" : "clock"} />{" "}
                {seen ? t("已读出测试码", "A test code was read") : t("等待测试码", "Waiting for a test code")}
              </p>
              <Checks results={steps} />
              <Trouble refusal={test.refusal} />
              <Button kind="main" id="selftest" onClick={test.start} disabled={test.busy}>
                {test.busy ? t("正在测…", "Trying …") : t("开始", "Start")}
              </Button>
            </Card>
          </div>
        </div>
      </Maintenance>
    </StepFrame>
  );
}

function Preview() {
  const [source, setSource] = useState<string | null>(null);
  const camera = useSignal(readings)?.value.camera ?? null;
  useEffect(() => {
    let stopped = false;
    let last: string | null = null;
    const next = async (): Promise<void> => {
      const response = await fetch("/technician/api/preview.jpg").catch(() => null);
      if (stopped) return;
      if (response?.ok === true) {
        const fresh = URL.createObjectURL(await response.blob());
        setSource(fresh);
        if (last !== null) URL.revokeObjectURL(last);
        last = fresh;
      } else setSource(null);
      setTimeout(() => void (stopped ? null : next()), 250);
    };
    void next();
    return () => {
      stopped = true;
      if (last !== null) URL.revokeObjectURL(last);
    };
  }, []);
  const code = camera?.code ?? null;
  return (
    <figure class="preview">
      <div class="picture">
        {source === null ? (
          <p>{t("摄像头没有画面", "The camera gives no picture")}</p>
        ) : (
          <img src={source} alt={t("摄像头画面", "What the camera sees")} />
        )}
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <rect class="aim" x="17" y="12" width="66" height="76" rx="3" />
          {code === null ? null : (
            <polygon class="corners" points={code.corners.map(([x, y]) => `${x * 100},${y * 100}`).join(" ")} />
          )}
        </svg>
        {code === null ? null : (
          <p class="read" id="read">
            {t("读法", "rung")} {code.rung ?? "–"} · {code.ms} ms · {code.bytes} B
          </p>
        )}
      </div>
      <figcaption>
        <Icon name="lock" size={20} />{" "}
        {t("画面只在维护模式显示，不保存、不上传", "Shown in maintenance mode only, never stored, never sent")}
      </figcaption>
    </figure>
  );
}
