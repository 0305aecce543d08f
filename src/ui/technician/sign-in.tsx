/** First door: the one-time code of a new lane, the technician's own code afterwards. */
import { useState } from "preact/hooks";
import type { PanelState } from "../../core/panel.ts";
import { post } from "./api.ts";
import { t } from "./language.ts";
import { Button, LanguageButton, Trouble, useAction } from "./parts.tsx";
import { listen, refresh } from "./store.ts";

export function SignIn({ state }: { state: PanelState }) {
  const [code, setCode] = useState("");
  const [by, setBy] = useState("");
  const enter = useAction(async () => {
    await post("sign-in", { code, by });
    await refresh();
    listen();
  });
  return (
    <Door title={state.isNew ? t("首次启动", "First start") : t("维护登录", "Maintenance sign-in")}>
      <p>
        {state.isNew
          ? t(
              "请输入本机屏幕或打印单上的一次性代码。没有默认密码。",
              "Enter the one-time code from this lane's own screen or its printed sheet. There is no default password.",
            )
          : t("请输入维护代码。", "Enter the technician's code.")}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter.start();
        }}
      >
        <label>
          {t("工号", "Staff id")}
          <input
            id="by"
            value={by}
            autocomplete="username"
            pattern="[a-z0-9\-]{1,32}"
            required
            onInput={(event) => setBy(event.currentTarget.value)}
          />
        </label>
        <label for="code">
          {state.isNew ? t("一次性代码", "One-time code") : t("维护代码", "Technician's code")}
          {state.isNew ? (
            <input
              id="code"
              value={code}
              autocomplete="off"
              required
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          ) : (
            <input
              id="code"
              type="password"
              value={code}
              autocomplete="current-password"
              required
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          )}
        </label>
        <Trouble refusal={enter.refusal} />
        <button type="submit" class="main" disabled={enter.busy}>
          {t("进入", "Enter")}
        </button>
      </form>
    </Door>
  );
}

export function SetCode() {
  const [code, setCode] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && code !== again;
  const keep = useAction(async () => {
    await post("code", { code });
    await refresh();
  });
  return (
    <Door title={t("设置维护代码", "Set the technician's code")}>
      <p>{t("至少 8 个字符。一次性代码随即失效。", "At least 8 characters. The one-time code ends with it.")}</p>
      <label>
        {t("新代码", "New code")}
        <input
          id="new-code"
          type="password"
          autocomplete="new-password"
          value={code}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("再输一次", "Once more")}
        <input
          id="new-code-again"
          type="password"
          autocomplete="new-password"
          value={again}
          onInput={(event) => setAgain(event.currentTarget.value)}
        />
      </label>
      {differs ? <p class="fix">{t("两次输入不同", "The two differ")}</p> : null}
      <Trouble refusal={keep.refusal} />
      <Button kind="main" id="keep-code" disabled={keep.busy || code.length < 8 || code !== again} onClick={keep.start}>
        {t("保存，开始安装", "Keep it and begin")}
      </Button>
    </Door>
  );
}

function Door({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <main class="door">
      <section class="card">
        <h1>{title}</h1>
        {children}
        <LanguageButton />
      </section>
    </main>
  );
}
