/** The frame: rail with steps and pages, work area, and what the street sees meanwhile. */
import { useEffect, useRef } from "preact/hooks";
import { type PanelState, type StepState, wizardSteps } from "../../core/panel.ts";
import { post } from "./api.ts";
import { Icon, type IconName } from "./icons.tsx";
import { language, speak, t } from "./language.ts";
import { ConfigPage } from "./pages/config.tsx";
import { HealthPage, LogPage, modeName, OverviewPage, PlotsPage, SupportPage } from "./pages/health.tsx";
import { StaffList } from "./pages/staff.tsx";
import { Head, LanguageButton } from "./parts.tsx";
import { SetCode, SignIn } from "./sign-in.tsx";
import { useSignal } from "./signal.ts";
import { AlertStep } from "./steps/alert.tsx";
import { CameraStep } from "./steps/camera.tsx";
import { BrokerStep, NetworkStep, SiteStep, SoundStep } from "./steps/checked.tsx";
import { stepNames } from "./steps/frame.tsx";
import { ThermometerStep } from "./steps/thermometer.tsx";
import { TurnstileStep } from "./steps/turnstile.tsx";
import { away, listen, type Place, place, readings, refresh, state } from "./store.ts";

const pageNames = [
  ["overview", "概况", "Overview"],
  ["config", "配置", "Configuration"],
  ["health", "健康", "Health"],
  ["plots", "曲线", "Plots"],
  ["log", "日志", "Log"],
  ["staff", "值班岗", "Guards"],
  ["support", "支持包", "Support"],
] as const satisfies readonly (readonly [Place, string, string])[];

export function App() {
  const known = useSignal(state);
  const gone = useSignal(away);
  useSignal(language);
  useEffect(() => {
    speak(language.value());
    void refresh().then(() => {
      if (state.value()?.session?.kind === "code") listen();
    });
    const timer = setInterval(() => void (away.value() || state.value() === null ? refresh() : null), 2000);
    return () => clearInterval(timer);
  }, []);
  if (known === null)
    return (
      <main class="door">
        {gone ? <p class="unknown">{t("设备没有应答，正在重试", "The lane does not answer, trying again")}</p> : null}
      </main>
    );
  if (known.session === null) return <SignIn state={known} />;
  if (known.session.kind === "one-time" || known.isNew) return <SetCode />;
  return <Panel known={known} gone={gone} />;
}

function Panel({ known, gone }: { known: PanelState; gone: boolean }) {
  const here = useSignal(place) ?? "overview";
  const now = useSignal(readings)?.value ?? null;
  const step = wizardSteps.find((one) => one === here);
  const mode = now?.mode ?? known.mode ?? "normal";
  const { tag } = known;
  const name = tag.name ?? tag.site;
  return (
    <div class="frame" data-place={here}>
      <nav class="rail" aria-label={t("步骤与页面", "Steps and pages")}>
        <p class="tag">
          <span class="lane-tag">{tag.number}</span> {t(name.zh, name.en)}
          <small>
            {t(tag.site.zh, tag.site.en)} · GL {tag.program}
          </small>
        </p>
        <ol class="places">
          {step === undefined
            ? pageNames.map(([page, zh, en]) => (
                <RailItem
                  key={page}
                  to={page}
                  icon={page}
                  label={t(zh, en)}
                  here={here === page}
                  note={page === "health" && (now?.troubles ?? 0) > 0 ? String(now?.troubles) : ""}
                />
              ))
            : [
                ...wizardSteps.map((one, index) => (
                  <RailItem
                    key={one}
                    to={one}
                    icon={one}
                    label={`${index + 1} ${t(...stepNames[one])}`}
                    here={here === one}
                    note={stepNote(known.wizard?.steps[one] ?? "open")}
                  />
                )),
                <RailItem
                  key="overview"
                  to="overview"
                  icon="overview"
                  label={t("概况", "Overview")}
                  here={false}
                  note=""
                />,
              ]}
        </ol>
        {step === undefined ? null : (
          <div class="progress" aria-hidden="true">
            {wizardSteps.map((one) => (
              <i key={one} class={one === here ? "here" : (known.wizard?.steps[one] ?? "open")} />
            ))}
          </div>
        )}
        <div class="street">
          <p>{modeName(mode)}</p>
          {mode === "maintenance" ? <p>{t("外屏显示「暂停使用」", "The screen says out of service")}</p> : null}
          <p>{t("出口保持可通行", "The exit stays free")}</p>
          <LanguageButton />
          <button type="button" class="quiet" id="sign-out" onClick={() => void post("sign-out").then(refresh)}>
            {t("退出登录", "Sign out")}
          </button>
        </div>
      </nav>
      <main class="area">
        {gone ? (
          <p class="away" role="status">
            {t(
              "与设备断开，正在重连；已完成的步骤都已保存",
              "The lane does not answer, connecting again; what was finished is kept",
            )}
          </p>
        ) : null}
        <Here place={here} />
      </main>
    </div>
  );
}

function RailItem({
  to,
  icon,
  label,
  here,
  note,
}: {
  to: Place;
  icon: IconName;
  label: string;
  here: boolean;
  note: string;
}) {
  const go = (): void => {
    place.set(to);
    if (wizardSteps.some((step) => step === to)) void post("wizard", { step: to, state: "go-to" }).catch(() => {});
  };
  const button = useRef<HTMLButtonElement>(null);
  // On a phone the rail is a line that is longer than the screen.
  useEffect(() => {
    if (here) button.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here]);
  return (
    <li>
      <button
        ref={button}
        type="button"
        class={here ? "here" : ""}
        aria-current={here ? "page" : undefined}
        data-to={to}
        onClick={go}
      >
        <Icon name={icon} /> <span class="label">{label}</span> <span class="note">{note}</span>
      </button>
    </li>
  );
}

const stepNote = (state: StepState): string =>
  state === "done" ? t("完成", "done") : state === "skipped" ? t("已跳过", "skipped") : t("未开始", "open");

function Here({ place: here }: { place: Place }) {
  switch (here) {
    case "network":
      return <NetworkStep />;
    case "broker":
      return <BrokerStep />;
    case "site":
      return <SiteStep />;
    case "camera":
      return <CameraStep />;
    case "thermometer":
      return <ThermometerStep />;
    case "turnstile":
      return <TurnstileStep />;
    case "sound":
      return <SoundStep />;
    case "alert":
      return <AlertStep />;
    case "config":
      return <ConfigPage />;
    case "health":
      return <HealthPage />;
    case "plots":
      return <PlotsPage />;
    case "log":
      return <LogPage />;
    case "staff":
      return (
        <div class="work">
          <Head title={t("值班岗", "Guards")} about={t("每岗一个六位 PIN", "One PIN of six digits for each post")} />
          <StaffList />
        </div>
      );
    case "support":
      return <SupportPage />;
    default:
      return <OverviewPage />;
  }
}
