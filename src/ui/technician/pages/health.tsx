/** A lane in service: overview, health by cause with code and fix, plots of 24 hours, log, support bundle. */
import { useMemo, useState } from "preact/hooks";
import type { CheckResult, TroubleRow } from "../../../core/panel.ts";
import { wizardSteps } from "../../../core/panel.ts";
import { get, post } from "../api.ts";
import { Icon } from "../icons.tsx";
import { t } from "../language.ts";
import { Button, Card, Checks, Head, Row, Trouble, useAction, usePoll } from "../parts.tsx";
import { axisStyle, Plot, seriesStyles } from "../plot.tsx";
import { useSignal } from "../signal.ts";
import { stepNames } from "../steps/frame.tsx";
import { place, readings } from "../store.ts";

interface Health {
  readonly mode: string;
  readonly troubles: readonly TroubleRow[];
  readonly now: number;
}
export interface Columns {
  readonly at: readonly number[];
  readonly drift: readonly (number | null)[];
  readonly decodeP50: readonly (number | null)[];
  readonly decodeP95: readonly (number | null)[];
  readonly backlog: readonly (number | null)[];
  readonly link: readonly (number | null)[];
}

const modeWords: Readonly<Record<string, readonly [string, string]>> = {
  normal: ["正常", "in service"],
  maintenance: ["本机维护模式", "local maintenance"],
  emergency: ["应急放行", "emergency release"],
  lockdown: ["入口封闭", "lockdown"],
  "out-of-service": ["暂停使用", "out of service"],
};
export const modeName = (mode: string): string => t(...(modeWords[mode] ?? [mode, mode]));

export function OverviewPage() {
  const now = useSignal(readings)?.value ?? null;
  const turn = useAction(async () => {
    await post("maintenance", { on: now?.mode !== "maintenance" });
  });
  return (
    <div class="work">
      <Head title={t("概况", "Overview")} about={t("这条通道现在怎样", "How this lane is")} />
      <div class="columns">
        <Card title={t("状态", "State")}>
          <dl>
            <Row name={t("模式", "Mode")} value={now === null ? null : modeName(now.mode)} />
            <Row name={t("故障与提醒", "Troubles")} value={now === null ? null : String(now.troubles)} />
            <Row name={t("消息服务器", "Broker")} value={now?.link.broker ?? null} />
            <Row name={t("控制室", "Control room")} value={now?.link.centre ?? null} />
            <Row name={t("待上报", "Waiting to be reported")} value={now === null ? null : String(now.link.backlog)} />
          </dl>
          <Trouble refusal={turn.refusal} />
          {now?.mode === "maintenance" ? (
            <p class="fix">
              {t("入口对行人关闭，结束维护模式后恢复。", "The entry is shut to people until maintenance mode ends.")}
            </p>
          ) : null}
          <Button
            kind={now?.mode === "maintenance" ? "main" : "plain"}
            id="turn-maintenance"
            onClick={turn.start}
            disabled={now === null || turn.busy}
          >
            {now?.mode === "maintenance"
              ? t("结束维护模式", "End maintenance mode")
              : t("进入维护模式", "Enter maintenance mode")}
          </Button>
        </Card>
        <Card title={t("安装步骤", "Installation")} about={t("可随时重做", "any step can be done again")}>
          <div class="answers">
            {wizardSteps.map((step) => (
              <Button key={step} onClick={() => place.set(step)}>
                {t(...stepNames[step])}
              </Button>
            ))}
          </div>
        </Card>
      </div>
    </div>
  );
}

export function HealthPage() {
  const [health, setHealth] = useState<Health | null>(null);
  const [results, setResults] = useState<readonly CheckResult[]>([]);
  const columns = useColumns();
  usePoll(
    () =>
      void get<Health>("health")
        .then(setHealth)
        .catch(() => {}),
    3000,
  );
  const examine = useAction(async () => {
    const answer = await post<{ results: readonly CheckResult[] }>("checks", {
      ids: [
        "camera.device",
        "camera.tool",
        "camera.exposure",
        "thermometer.device",
        "gpio.chip",
        "scanner.port",
        "sounder.player",
        "watchdog.device",
        "board.power",
        "clock.trust",
        "clock.rtc",
        "network.address",
        "broker.certificate",
        "broker.ca",
        "web.certificate",
        "broker.reach",
        "keys.district",
        "keys.orders",
        "trust.roots",
        "secrets.mode",
        "storage.directory",
        "storage.free",
        "site.check",
        "site.guards",
        "temperature.calibration",
      ],
    });
    setResults(answer.results);
  });
  const troubles = health?.troubles ?? [];
  const faults = troubles.filter((row) => row.severity === "fault").length;
  return (
    <div class="work">
      <Head
        title={t("健康", "Health")}
        about={
          health === null
            ? t("正在读取", "reading")
            : t(
                `${faults} 项故障，${troubles.length - faults} 项提醒`,
                `${faults} faults, ${troubles.length - faults} warnings`,
              )
        }
      >
        <a class="button" href="/technician/api/bundle" download>
          <Icon name="support" /> {t("支持包（不含个人信息）", "Support bundle (no personal data)")}
        </a>
        <Button kind="main" id="examine" onClick={examine.start} disabled={examine.busy}>
          <Icon name="check" /> {examine.busy ? t("正在自检…", "Looking …") : t("运行自检", "Run the doctor")}
        </Button>
      </Head>
      <Card>
        <div class="scroll">
          <table id="troubles">
            <thead>
              <tr>
                <th>{t("级别", "Level")}</th>
                <th>{t("代码", "Code")}</th>
                <th>{t("问题", "Problem")}</th>
                <th>{t("怎么办", "What to do")}</th>
                <th>{t("开始", "Since")}</th>
              </tr>
            </thead>
            <tbody>
              {troubles.map((row) => (
                <tr key={row.code}>
                  <td class={row.severity === "fault" ? "fault" : "warning"}>
                    <Icon name={row.severity === "fault" ? "cross" : "warn"} size={18} />{" "}
                    {row.severity === "fault" ? t("故障", "fault") : t("提醒", "warning")}
                  </td>
                  <td>
                    <code>{row.code}</code>
                  </td>
                  <td>
                    <strong>{t(row.zh, row.en)}</strong>
                    {row.causedBy === null ? null : (
                      <p class="about">{t(`由 ${row.causedBy} 引起`, `caused by ${row.causedBy}`)}</p>
                    )}
                  </td>
                  <td>{t(row.fixZh, row.fixEn)}</td>
                  <td>{row.since === null ? "–" : sinceWords(row.since, health?.now ?? row.since)}</td>
                </tr>
              ))}
              {troubles.length === 0 && health !== null ? (
                <tr>
                  <td colSpan={5}>
                    <Icon name="check" size={18} /> {t("没有故障", "No trouble")}
                  </td>
                </tr>
              ) : null}
            </tbody>
          </table>
        </div>
      </Card>
      {results.length === 0 ? null : (
        <Card title={t("自检结果", "What the doctor found")}>
          <Checks results={results} />
        </Card>
      )}
      <Trouble refusal={examine.refusal} />
      <Tiles columns={columns} />
    </div>
  );
}

function sinceWords(since: number, now: number): string {
  const time = new Date(since).toLocaleTimeString("en-GB", {
    timeZone: "Asia/Shanghai",
    hour: "2-digit",
    minute: "2-digit",
  });
  const minutes = Math.max(0, Math.round((now - since) / 60_000));
  return `${time} · ${minutes} ${t("分钟", "min")}`;
}

function useColumns(): Columns | null {
  const [columns, setColumns] = useState<Columns | null>(null);
  usePoll(
    () =>
      void get<Columns>("series")
        .then(setColumns)
        .catch(() => {}),
    30_000,
  );
  return columns;
}

const lastOf = (column: readonly (number | null)[] | undefined): number | null =>
  column?.findLast((value) => value !== null) ?? null;

function Tiles({ columns }: { columns: Columns | null }) {
  const figure = (value: number | null, digits: number, unit: string): string =>
    value === null ? "–" : `${value > 0 && digits > 0 ? "+" : ""}${value.toFixed(digits)} ${unit}`;
  return (
    <div class="thirds">
      <Tile
        title={t("体温漂移", "Temperature drift")}
        about={t("24 小时，至少 20 人的中位数", "24 h, medians of 20 people or more")}
        figure={figure(lastOf(columns?.drift), 2, "°C")}
        at={columns?.at}
        lines={[columns?.drift]}
      />
      <Tile
        title={t("解码耗时", "Decoding")}
        about={t("中位和 95 % 位", "median and 95 %")}
        figure={figure(lastOf(columns?.decodeP50), 0, "ms")}
        at={columns?.at}
        lines={[columns?.decodeP50, columns?.decodeP95]}
      />
      <Tile
        title={t("上报队列", "Waiting reports")}
        about={t("24 小时", "24 h")}
        figure={figure(lastOf(columns?.backlog), 0, t("条", ""))}
        at={columns?.at}
        lines={[columns?.backlog]}
      />
    </div>
  );
}

function Tile({
  title,
  about,
  figure,
  at,
  lines,
}: {
  title: string;
  about: string;
  figure: string;
  at: readonly number[] | undefined;
  lines: readonly (readonly (number | null)[] | undefined)[];
}) {
  return (
    <section class="card tile">
      <h2>
        {title} <span class="figure">{figure}</span>
        <small>{about}</small>
      </h2>
      {at === undefined || at.length < 2 ? (
        <p class="unknown">{t("还没有数据，每分钟一点", "No figures yet, one point a minute")}</p>
      ) : (
        <Chart title={title} at={at} lines={lines} bare />
      )}
    </section>
  );
}

function Chart({
  title,
  at,
  lines,
  bare,
}: {
  title: string;
  at: readonly number[];
  lines: readonly (readonly (number | null)[] | undefined)[];
  bare: boolean;
}) {
  const data = useMemo(
    () => [at, ...lines.map((line) => line ?? [])] as unknown as [number[], ...(number | null)[][]],
    [at],
  );
  const options = useMemo(
    () => ({
      legend: { show: false },
      cursor: { show: !bare },
      scales: { x: { time: true } },
      series: seriesStyles(lines.map((_, index) => `${title} ${index + 1}`)),
      axes: bare ? [{ show: false }, { show: false }] : [axisStyle(), axisStyle()],
    }),
    [],
  );
  return <Plot data={data} options={options} label={`${title}, 24 h`} />;
}

export function PlotsPage() {
  const columns = useColumns();
  const plots: readonly (readonly [string, string, keyof Columns, keyof Columns | null])[] = [
    ["体温漂移（°C）", "Temperature drift (°C)", "drift", null],
    ["解码耗时（ms）", "Decoding (ms)", "decodeP50", "decodeP95"],
    ["上报队列", "Waiting reports", "backlog", null],
    ["连接（1 为在线）", "Link (1 is online)", "link", null],
  ];
  return (
    <div class="work">
      <Head
        title={t("曲线", "Plots")}
        about={t("最近 24 小时，每分钟一点，只在内存", "The last 24 hours, one point a minute, in memory only")}
      />
      {plots.map(([zh, en, first, second]) => (
        <Card key={en} title={t(zh, en)}>
          {columns === null || columns.at.length < 2 ? (
            <p class="unknown">{t("还没有数据", "No figures yet")}</p>
          ) : (
            <Chart
              title={t(zh, en)}
              at={columns.at}
              lines={second === null ? [columns[first]] : [columns[first], columns[second]]}
              bare={false}
            />
          )}
        </Card>
      ))}
    </div>
  );
}

export function LogPage() {
  const [lines, setLines] = useState<readonly string[]>([]);
  usePoll(
    () =>
      void get<{ lines: readonly string[] }>("log")
        .then((answer) => setLines(answer.lines))
        .catch(() => {}),
    2000,
  );
  return (
    <div class="work">
      <Head
        title={t("日志", "Log")}
        about={t("最后 200 行，不含个人信息", "The last 200 lines, nothing about a person")}
      />
      <Card>
        <textarea
          class="log"
          rows={28}
          readOnly
          aria-label={t("日志", "Log")}
          value={lines.length === 0 ? t("没有日志", "Nothing yet") : lines.join("\n")}
        />
      </Card>
    </div>
  );
}

export function SupportPage() {
  return (
    <div class="work">
      <Head
        title={t("支持包", "Support bundle")}
        about={t(
          "给远方同事的一切：配置、历史、自检、曲线、日志；不含个人信息、电话、密钥",
          "Everything for a far colleague: configuration, history, checks, plots, log; no personal data, telephones or keys",
        )}
      />
      <Card>
        <a class="button main" id="bundle" href="/technician/api/bundle" download>
          <Icon name="support" /> {t("下载", "Download")}
        </a>
      </Card>
      <Provisioning />
    </div>
  );
}

function Provisioning() {
  const [challenge, setChallenge] = useState<string | null>(null);
  const [token, setToken] = useState("");
  const [done, setDone] = useState(false);
  usePoll(
    () =>
      void get<{ challenge: string | null }>("provisioning")
        .then((answer) => setChallenge(answer.challenge))
        .catch(() => {}),
    10_000,
  );
  const accept = useAction(async () => {
    await post("provisioning", { token: token.trim() });
    setDone(true);
  });
  if (challenge === null) return null;
  return (
    <Card
      title={t("扫码配置", "Provisioning by code")}
      about={t("街道签发，10 分钟有效，用一次", "signed by the district, ten minutes, once")}
    >
      <p>
        {t("本机校验码", "This lane's challenge")}{" "}
        <strong class="figure" id="challenge">
          {challenge}
        </strong>
      </p>
      <label>
        {t("粘贴令牌", "Paste the token")}
        <textarea id="token" rows={3} value={token} onInput={(event) => setToken(event.currentTarget.value)} />
      </label>
      <Trouble refusal={accept.refusal} />
      {done ? <p class="said">{t("已应用", "Applied")}</p> : null}
      <Button id="accept-token" onClick={accept.start} disabled={accept.busy || token === ""}>
        {t("应用", "Apply")}
      </Button>
    </Card>
  );
}
