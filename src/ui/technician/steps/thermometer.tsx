/** Thermometer: live trace and the two points of the calibration. */
import { useMemo, useState } from "preact/hooks";
import type { CheckResult } from "../../../core/panel.ts";
import { post } from "../api.ts";
import { Icon } from "../icons.tsx";
import { language, t } from "../language.ts";
import { Button, Card, Checks, Row, Trouble, useAction } from "../parts.tsx";
import { axisStyle, Plot, seriesStyles } from "../plot.tsx";
import { useSignal } from "../signal.ts";
import { readings, trace } from "../store.ts";
import { Maintenance } from "./camera.tsx";
import { useChecks } from "./checked.tsx";
import { StepFrame } from "./frame.tsx";

interface Point {
  readonly reference: number;
  readonly measured: number;
  readonly spread: number;
}

export function ThermometerStep() {
  const [points, setPoints] = useState<{ low: Point | null; high: Point | null }>({ low: null, high: null });
  const [steps, setSteps] = useState<readonly CheckResult[]>([]);
  const [kept, setKept] = useState<{ gain: number; offset: number } | null>(null);
  const spot = useChecks(["temperature.spot", "temperature.calibration", "thermometer.device"]);
  const test = useAction(async () => {
    const result = await post<{ steps: readonly CheckResult[] }>("selftest", { part: "thermometer" });
    setSteps(result.steps);
  });
  const failed = steps.filter((step) => step.status === "fail").length;
  const missing = (kept === null ? 1 : 0) + (steps.length === 0 ? 1 : failed);
  return (
    <StepFrame
      step="thermometer"
      about={t(
        "两点校准：先用 35.0 °C 黑体，再用 39.0 °C 黑体",
        "Two points: a black body at 35.0 °C, then at 39.0 °C",
      )}
      missing={missing}
      actions={<Now />}
    >
      <Maintenance>
        <Trace />
        <div class="thirds">
          <PointCard
            which="low"
            title={t("第 1 点", "Point 1")}
            reference={35}
            onPoint={(point) => setPoints((before) => ({ ...before, low: point }))}
          />
          <PointCard
            which="high"
            title={t("第 2 点", "Point 2")}
            reference={39}
            onPoint={(point) => setPoints((before) => ({ ...before, high: point }))}
          />
          <Card title={t("结果", "Result")}>
            <Keep
              ready={points.low !== null && points.high !== null}
              kept={kept}
              onKept={(next) => {
                setKept(next);
                spot.start();
              }}
            />
          </Card>
        </div>
        <Card title={t("检查项", "Checks")}>
          <Checks results={[...steps, ...spot.results]} />
          <Trouble refusal={test.refusal} />
          <Button kind="main" id="selftest" onClick={test.start} disabled={test.busy}>
            {test.busy ? t("正在测…", "Trying …") : t("测传感器", "Try the sensor")}
          </Button>
        </Card>
      </Maintenance>
    </StepFrame>
  );
}

function Now() {
  const samples = useSignal(trace);
  useSignal(readings);
  const last = samples.at(-1);
  const age = last === undefined ? null : Math.round(performance.now() - last.at);
  const stale = age === null || age > 1000 || last?.object == null;
  return (
    <div class={`now ${stale ? "unknown" : ""}`}>
      <span class="figure">{last?.object == null ? "–" : last.object.toFixed(1)}</span> °C
      <small>
        {age === null ? t("没有读数", "no reading") : t(`当前读数 · ${age} ms 前`, `reading · ${age} ms ago`)}
      </small>
    </div>
  );
}

function Trace() {
  const samples = useSignal(trace);
  const now = performance.now();
  const data = useMemo<[number[], (number | null)[], (number | null)[]]>(
    () => [
      samples.map((sample) => (sample.at - now) / 1000),
      samples.map((sample) => sample.object),
      samples.map((sample) => sample.ambient),
    ],
    [samples],
  );
  const options = useMemo(
    () => ({
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (): [number, number] => [-60, 0] },
        y: {
          range: (_: unknown, low: number, high: number): [number, number] => [
            Math.min(20, Math.floor(low ?? 20)),
            Math.max(40, Math.ceil(high ?? 40)),
          ],
        },
      },
      series: seriesStyles([t("目标", "Object"), t("环境", "Ambient")]),
      axes: [
        {
          ...axisStyle(),
          values: (_: unknown, ticks: number[]) => ticks.map((tick) => (tick === 0 ? t("现在", "now") : `${tick} s`)),
        },
        axisStyle(),
      ],
    }),
    [language.value()],
  );
  return (
    <Card
      title={t("实时曲线（°C）", "Live trace (°C)")}
      about={t("实线目标，虚线环境", "solid: object, dashed: ambient")}
    >
      <Plot
        key={language.value()}
        data={data}
        options={options}
        label={t("最近 60 秒的目标与环境温度", "Object and ambient temperature of the last 60 seconds")}
      />
    </Card>
  );
}

function PointCard({
  which,
  title,
  reference,
  onPoint,
}: {
  which: "low" | "high";
  title: string;
  reference: number;
  onPoint: (point: Point | null) => void;
}) {
  const [text, setText] = useState(String(reference));
  const [point, setPoint] = useState<Point | null>(null);
  const take = useAction(async () => {
    setPoint(null);
    onPoint(null);
    const { point: taken } = await post<{ point: Point }>("calibration/point", {
      which,
      reference: Number(text.replace(",", ".")),
    });
    setPoint(taken);
    onPoint(taken);
  });
  return (
    <Card title={title} id={`point-${which}`}>
      <label>
        {t("标准值（°C）", "Black body (°C)")}
        <input
          id={`reference-${which}`}
          inputMode="decimal"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <dl>
        <Row name={t("测得", "Measured")} value={point === null ? "–" : `${point.measured.toFixed(2)} °C`} />
        <Row name={t("稳定度", "Steadiness")} value={point === null ? "–" : `±${(point.spread / 2).toFixed(2)}`} />
      </dl>
      <Trouble refusal={take.refusal} />
      {point !== null ? (
        <p class="said">
          <Icon name="check" /> {t("已采样", "Taken")}
        </p>
      ) : null}
      <Button id={`take-${which}`} onClick={take.start} disabled={take.busy}>
        {take.busy
          ? t("请保持 12 秒…", "Hold it for 12 s …")
          : point === null
            ? t("采样", "Measure")
            : t("重新采样", "Measure again")}
      </Button>
    </Card>
  );
}

function Keep({
  ready,
  kept,
  onKept,
}: {
  ready: boolean;
  kept: { gain: number; offset: number } | null;
  onKept: (kept: { gain: number; offset: number }) => void;
}) {
  const [serial, setSerial] = useState("");
  const [sensor, setSensor] = useState("");
  const keep = useAction(async () => {
    onKept(await post<{ gain: number; offset: number }>("calibration/result", { serial, sensor }));
  });
  return (
    <>
      <label>
        {t("黑体编号", "Serial of the black body")}
        <input id="serial" value={serial} onInput={(event) => setSerial(event.currentTarget.value)} />
      </label>
      <label>
        {t("传感器编号", "Serial of the sensor")}
        <input id="sensor" value={sensor} onInput={(event) => setSensor(event.currentTarget.value)} />
      </label>
      <Trouble refusal={keep.refusal} />
      {kept === null ? null : (
        <p class="said" id="kept">
          {t("增益", "gain")} {kept.gain.toFixed(3)} · {t("偏移", "offset")} {kept.offset >= 0 ? "+" : ""}
          {kept.offset.toFixed(2)} °C
        </p>
      )}
      <Button
        kind="main"
        id="keep"
        onClick={keep.start}
        disabled={!ready || keep.busy || serial === "" || sensor === ""}
      >
        {t("保存校准", "Keep the calibration")}
      </Button>
    </>
  );
}
