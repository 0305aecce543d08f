/** Configuration: the form, the difference before applying, the history. */
import { useState } from "preact/hooks";
import type { Version } from "../../../core/panel.ts";
import { get, post } from "../api.ts";
import { DiffTable, Field, Findings, type Preview, useConfig } from "../form.tsx";
import { t } from "../language.ts";
import { Button, Card, Head, Trouble, useAction, usePoll } from "../parts.tsx";

const groupNames: Readonly<Record<string, readonly [string, string]>> = {
  lane: ["通道", "Lane"],
  site: ["场所", "Site"],
  rules: ["规则", "Rules"],
  timings: ["时间", "Timings"],
  reading: ["读码", "Reading"],
  temperature: ["测温", "Temperature"],
  devices: ["设备", "Devices"],
  broker: ["消息服务器", "Broker"],
  trust: ["信任", "Trust"],
  replay: ["同场所通道", "Lanes of the site"],
  web: ["页面", "Pages"],
  display: ["显示", "Display"],
  storage: ["存储", "Storage"],
  log: ["日志", "Log"],
};

export function ConfigPage() {
  const { fields, drafts, draft, forget, load } = useConfig();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [search, setSearch] = useState("");
  const changed = Object.keys(drafts).length;
  const look = useAction(async () => setPreview(await post<Preview>("config/preview", { changes: drafts })));
  const apply = useAction(async () => {
    await post("config/apply", { changes: drafts });
    setPreview(null);
    await load();
  });
  if (preview !== null)
    return (
      <Confirm
        preview={preview}
        onBack={() => setPreview(null)}
        onForget={(path) => {
          forget(path);
          setPreview(null);
        }}
        apply={apply}
      />
    );
  const matches = (text: string): boolean => search === "" || text.toLowerCase().includes(search.toLowerCase());
  return (
    <>
      <div class="work">
        <Head
          title={t("配置", "Configuration")}
          about={t(
            "与默认值不同的项会标出；应用前先看差异",
            "What differs from the defaults is marked; you see the difference before it is applied",
          )}
        >
          <label class="inline">
            {t("查找", "Find")}{" "}
            <input id="find" type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
          </label>
        </Head>
        {Object.entries(groupNames).map(([name, [zh, en]]) => {
          const own = fields.filter(
            (field) => field.path.startsWith(`${name}.`) && matches(`${field.path} ${field.zh} ${field.en}`),
          );
          if (own.length === 0) return null;
          return (
            <details key={name} class="card group" open={search !== "" || name === "rules"} data-group={name}>
              <summary>
                <h2>
                  {t(zh, en)} <small>{own.length}</small>
                </h2>
              </summary>
              <div class="fields">
                {own.map((field) => (
                  <Field
                    key={field.path}
                    field={field}
                    draft={drafts[field.path]}
                    onDraft={(value) => draft(field.path, value)}
                  />
                ))}
              </div>
            </details>
          );
        })}
        <History onReturned={() => void load()} />
      </div>
      <footer class="foot">
        <span />
        <span class="missing">{changed === 0 ? "" : t(`${changed} 项更改`, `${changed} changes`)}</span>
        <Button kind="main" id="preview" disabled={changed === 0 || look.busy} onClick={look.start}>
          {t("查看差异", "See the difference")}
        </Button>
      </footer>
    </>
  );
}

function Confirm({
  preview,
  onBack,
  onForget,
  apply,
}: {
  preview: Preview;
  onBack: () => void;
  onForget: (path: string) => void;
  apply: ReturnType<typeof useAction>;
}) {
  const [first] = preview.findings;
  return (
    <>
      <div class="work">
        <Head
          title={t("应用前确认", "Before it is applied")}
          about={t(
            `${preview.changes.length} 项更改。应用后自检；自检不过或 90 秒内连不上，自动退回`,
            `${preview.changes.length} changes. The lane tests itself; if it fails or the link is not back within 90 s, it returns by itself`,
          )}
        />
        <Card>
          <DiffTable preview={preview} />
        </Card>
        <Findings findings={preview.findings} />
        <Trouble refusal={apply.refusal} />
        <History onReturned={onBack} />
      </div>
      <footer class="foot">
        <Button id="back" onClick={onBack}>
          {t("返回修改", "Back to the form")}
        </Button>
        <span class="missing">
          {preview.findings.length === 0
            ? ""
            : t(
                `${preview.findings.length} 项被拒绝，不能应用`,
                `${preview.findings.length} refused, can't be applied`,
              )}
        </span>
        {first === undefined ? null : (
          <Button id="forget" onClick={() => onForget(first.path)}>
            {t(`改回 ${first.path}`, `Undo ${first.path}`)}
          </Button>
        )}
        <Button
          kind="main"
          id="apply"
          disabled={preview.findings.length > 0 || preview.changes.length === 0 || apply.busy}
          onClick={apply.start}
        >
          {apply.busy ? t("正在应用，自检中…", "Applying and testing …") : t("应用更改", "Apply")}
        </Button>
      </footer>
    </>
  );
}

const stateWords: Readonly<Record<Version["state"], readonly [string, string]>> = {
  current: ["当前", "current"],
  earlier: ["可退回", "can return"],
  returned: ["已自动退回", "taken back"],
};

function History({ onReturned }: { onReturned: () => void }) {
  const [history, setHistory] = useState<readonly Version[]>([]);
  const [wanted, setWanted] = useState<number | null>(null);
  usePoll(() => {
    void get<{ history: readonly Version[] }>("config/history")
      .then((answer) => setHistory(answer.history))
      .catch(() => {});
  }, 4000);
  const back = useAction(async () => {
    await post("config/return", { version: wanted });
    setWanted(null);
    onReturned();
  });
  return (
    <Card title={t("历史", "History")}>
      {history.length === 0 ? <p class="unknown">{t("尚无更改", "No change yet")}</p> : null}
      <ul class="history" id="history">
        {history.map((entry) => (
          <li key={entry.version} data-version={entry.version}>
            <strong>{t(`第 ${entry.version} 版`, `Version ${entry.version}`)}</strong>
            <span>
              {new Date(entry.at).toLocaleString(t("zh-CN", "en-GB"), {
                timeZone: "Asia/Shanghai",
                dateStyle: "short",
                timeStyle: "short",
              })}
            </span>
            <code>{entry.by}</code>
            <span>{entry.summary}</span>
            {entry.state === "earlier" ? (
              <Button onClick={() => setWanted(entry.version)}>
                {t(`退回第 ${entry.version} 版`, `Return to ${entry.version}`)}
              </Button>
            ) : (
              <span class="said">{t(...stateWords[entry.state])}</span>
            )}
          </li>
        ))}
      </ul>
      {wanted === null ? null : (
        <p>
          {t(`退回第 ${wanted} 版？`, `Return to version ${wanted}?`)}{" "}
          <Button kind="main" id="confirm-return" onClick={back.start} disabled={back.busy}>
            {t("退回", "Return")}
          </Button>{" "}
          <Button onClick={() => setWanted(null)}>{t("取消", "Cancel")}</Button>
        </p>
      )}
      <Trouble refusal={back.refusal} />
    </Card>
  );
}
