/** The last step: a test alert goes out and the control room confirms it. */
import { useState } from "preact/hooks";
import { get, post } from "../api.ts";
import { Icon } from "../icons.tsx";
import { t } from "../language.ts";
import { Button, Card, Row, Trouble, useAction, usePoll } from "../parts.tsx";
import { useSignal } from "../signal.ts";
import { readings } from "../store.ts";
import { StepFrame } from "./frame.tsx";

export function AlertStep() {
  const [state, setState] = useState<"none" | "sent" | "received">("none");
  const link = useSignal(readings)?.value.link ?? null;
  usePoll(() => {
    void get<{ sent: boolean; received: boolean }>("alert")
      .then((answer) => setState(answer.received ? "received" : answer.sent ? "sent" : "none"))
      .catch(() => {});
  }, 1000);
  const send = useAction(async () => {
    setState("sent");
    await post("alert");
  });
  return (
    <StepFrame
      step="alert"
      about={t("从本机到控制室，走一遍完整的路", "The whole way from this lane to the control room")}
      missing={state === "received" ? 0 : 1}
    >
      <Card title={t("测试告警", "Test alert")}>
        <dl>
          <Row name={t("消息服务器", "Broker")} value={link?.broker ?? null} />
          <Row name={t("控制室", "Control room")} value={link?.centre ?? null} />
          <Row name={t("待上报", "Waiting")} value={link === null ? null : String(link.backlog)} />
        </dl>
        <p id="alert-state" data-state={state} class={state === "received" ? "said" : "unknown"} aria-live="polite">
          <Icon name={state === "received" ? "check" : "clock"} />{" "}
          {state === "received"
            ? t("已收到：控制室已存盘并确认", "Received: the control room has it on disk and said so")
            : state === "sent"
              ? t("已存盘，正在上报", "Stored, being reported")
              : t("尚未发送", "Not sent yet")}
        </p>
        {state === "sent" && link !== null && link.broker !== "connected" ? (
          <p class="fix">
            {t(
              "消息服务器未连接：回到第 2 步检查证书和地址。告警已存盘，连上后自动上报。",
              "The broker is not connected: go back to step 2. The alert is on disk and goes out by itself.",
            )}
          </p>
        ) : null}
        {state === "sent" && link !== null && link.broker === "connected" && link.centre !== "online" ? (
          <p class="fix">
            {t(
              "控制室未在线：请联系街道确认收集程序在运行。",
              "The control room is not online: ask the district whether its collector runs.",
            )}
          </p>
        ) : null}
        <Trouble refusal={send.refusal} />
        <Button kind="main" id="send-alert" onClick={send.start} disabled={send.busy}>
          {state === "none" ? t("发送", "Send") : t("再发一次", "Send again")}
        </Button>
      </Card>
    </StepFrame>
  );
}
