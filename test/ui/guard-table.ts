/**
 * The design's table of the guard's view (SCREENS, guard's view per reason; RULES, what a guard can clear), written down
 * by hand: what each plate looks like and says, what may be pressed. Nothing here may be taken from src/.
 */
import type { ReasonCode } from "../../src/core/flow.ts";

/** Fields and letters of the plates. */
export const plates = {
  red: { field: "#A61B1B", ink: "#FFFFFF" },
  yellow: { field: "#F2C230", ink: "#241C00" },
  staff: { field: "#1D4079", ink: "#FFFFFF" },
} as const;

/**
 * Reason, plate, symbol, what may clear it (manual, escort or –), which button is filled, then the words: plate in both
 * languages, what to say in both, and a piece of what to do in both.
 */
const written = `
lockdown | grey | closed | – | done | 入口临时关闭 | Entrance closed | 我告诉您怎么走其他入口 | I will tell you the other one | 指引到其他入口 | Guide to the other entrance
out-of-service | grey | closed | – | done | 通道暂停使用 | Lane out of service | 我来看一下您的码 | I will look at your code | 看对方屏幕或纸质码 | Look at screen or paper
red | red | closed | escort | call | 红码 | Red code | 您好，请跟我到这边，有工作人员协助您。 | Please come this way, my colleague will help you. | 联系社区、卫生服务中心或疾控中心，等待集中隔离安排 | wait for central isolation
yellow | yellow | attention | escort | call | 黄码 | Yellow code | 您好，请到这边稍坐，我帮您核对一下，不会耽误太久。 | Please come this way. I will help you check this. | 中风险地区来的隔离 14 天 | from medium-risk areas 14 days
revoked | staff | attention | – | call | 码未通过核验 | Code not accepted | 这个码设备没认出来，咱们重新打开一次。 | Let us open it again. | 不要扣留手机 | Never keep a phone
bad-signature | staff | attention | – | call | 码未通过核验 | Code not accepted | 这个码设备没认出来，咱们重新打开一次。 | Let us open it again. | 仍不通过请劝返并呼叫支援 | send back and call for help
replayed | staff | family | – | done | 同一码刚用过 | Code just used | 请问几位一起？每人亮一次码。 | How many of you? One code each. | 核对是否家人同行 | See whether it is a family
expired-paper | staff | reprint-paper | manual | manual | 已过期 | Expired | 我帮您看看怎么重新打印 | let me help you with a new one | 社区重新打印 | community for a reprint
expired | staff | refresh | manual | manual | 已过期 | Expired | 麻烦您刷新一下，我等您。 | Please refresh it, I will wait. | 小程序刷新 | refresh in the app
not-yet-valid | staff | wait | – | done | 未生效 | Not valid yet | 这个码还没到日期，我帮您核对一下。 | It starts later, let me check with you. | 核对日期 | Check the date
needs-conversion | staff | convert | – | done | 外地码待转换 | Needs conversion | 欢迎来山东，扫这个码填一下就行。 | Welcome. Scan this and fill in the form. | 来鲁申报 | arrival form
unknown | staff | refresh | – | done | 平台未查到 | Not on record | 麻烦您刷新一下再亮一次。 | Please refresh and show it again. | 仍查不到可拨 12345 | 12345 or feedback
malformed | staff | show-code | manual | manual | 未读出健康码 | No code read | 麻烦您打开健康码给我看一下。 | Please open your health code for me. | 绿码放行，与机器读码效力相同 | it counts the same
not-a-pass | staff | show-code | manual | manual | 未读出健康码 | No code read | 麻烦您打开健康码给我看一下。 | Please open your health code for me. | 绿码放行，与机器读码效力相同 | it counts the same
no-credential | staff | show-code | manual | manual | 无码 | No code | 没关系，我帮您看看怎么申领，家人也可以代办。 | I can show you how, family can apply too. | 也可人工登记查验后放行 | register and check by hand
no-trusted-time | grey | wait | manual | manual | 暂不能核验 | Cannot check now | 平台忙，我来看一下您的码。 | The service is busy, I will look at your code. | 人工查验，绿码放行 | Manual check, green goes through
trust-stale | grey | wait | manual | manual | 暂不能核验 | Cannot check now | 平台忙，我来看一下您的码。 | The service is busy, I will look at your code. | 人工查验，绿码放行 | Manual check, green goes through
platform-down | grey | wait | manual | manual | 暂不能核验 | Cannot check now | 平台忙，我来看一下您的码。 | The service is busy, I will look at your code. | 设备会自行恢复 | recovers by itself
platform-slow | grey | wait | manual | manual | 暂不能核验 | Cannot check now | 平台忙，我来看一下您的码。 | The service is busy, I will look at your code. | 设备会自行恢复 | recovers by itself
unverifiable | grey | wait | manual | manual | 暂不能核验 | Cannot check now | 平台忙，我来看一下您的码。 | The service is busy, I will look at your code. | 人工查验，绿码放行 | Manual check, green goes through
pending | grey | wait | manual | manual | 暂不能核验 | Cannot check now | 平台忙，我来看一下您的码。 | The service is busy, I will look at your code. | 人工查验，绿码放行 | Manual check, green goes through
paper-again | staff | reprint-paper | manual | manual | 纸质码再次出示 | Paper shown again | 我看一下您的纸质码 | Let me see your printed code | 核对纸质码上的姓名 | the name on the paper
fever | staff | thermometer | – | done | 体温 37.6 °C | 37.6 °C | 您好，咱们到里面歇一会儿再测一次，好吗？ | Let us rest a moment and measure again. | 仍高于 37.3 °C 请劝返，建议戴口罩就诊；不上报 | above 37.3 °C: send back, advise mask and clinic; not reported
low | staff | thermometer | manual | manual | 体温未测准 | Not measured well | 麻烦您摘一下帽子，再测一次。 | Please take off your hat and let me measure once more. | 室内等 1 分钟，露出额头 | 1 minute inside, forehead uncovered
unavailable | staff | thermometer | manual | manual | 测温暂停 | No measuring | 设备在调试，我来给您测。 | The sensor is resting. I will measure. | 不高于 37.3 °C 放行 | 37.3 °C or less goes through
mask-refused | grey | mask | – | done | 未戴口罩 | No mask | 麻烦您戴一下口罩，谢谢理解。 | Please put on a mask, thank you. | 仍拒绝请劝返 | Still refused: send back
`;

export interface GuardRow {
  readonly tone: string;
  readonly symbol: string;
  readonly clears: "manual" | "escort" | "–";
  readonly filled: string;
  readonly plate: { readonly zh: string; readonly en: string };
  readonly say: { readonly zh: string; readonly en: string };
  readonly step: { readonly zh: string; readonly en: string };
}

/** @throws for a reason that nobody has written down. */
export function guardRowOf(code: ReasonCode): GuardRow {
  const cells = rows.find(([name]) => name === code);
  if (cells?.length !== 11) throw new Error(`the table has no full row for ${code}`);
  const pair = (at: number) => ({ zh: cells[at] ?? "", en: cells[at + 1] ?? "" });
  return {
    tone: cells[1] ?? "",
    symbol: cells[2] ?? "",
    clears: cells[3] as GuardRow["clears"],
    filled: { manual: "manual-check", call: "call-help", done: "dismiss" }[cells[4] ?? ""] ?? "",
    plate: pair(5),
    say: pair(7),
    step: pair(9),
  };
}

const rows = written
  .trim()
  .split("\n")
  .map((row) => row.split(" | "));

/** The six places, always in this order: title in both languages, and the symbol of one that may be pressed. */
export const places = {
  "manual-check": ["人工查验放行", "Manual check", "check"],
  "escorted-release": ["陪同放行…", "Escorted release…", "family"],
  "help-through": ["轮椅、家庭…", "Help through…", "assistance"],
  dismiss: ["处理完毕", "Done", "check"],
  "mask-refused": ["拒戴口罩", "Mask refused", "mask"],
  "call-help": ["呼叫支援", "Call for help", "call"],
} as const;

/** The lane's own states while nobody waits: symbol, then title and a piece of the text in both languages. */
export const states = {
  normal: ["check", "通道正常", "Lane is fine", "无人等候", "Nobody is waiting"],
  lockdown: ["closed", "入口临时关闭", "Entrance closed", "预计 08:40 恢复", "Expected to open at 08:40"],
  emergency: ["free-exit", "自由通行中", "Free passage", "请引导人员离开", "Guide people out"],
  "out-of-service": ["closed", "通道暂停使用", "Lane out of service", "绿码放行", "green goes through"],
  maintenance: ["closed", "通道维护中", "Lane in maintenance", "请引导到其他通道", "Guide people to another lane"],
} as const;

/** The button that only a supervisor's PIN presses, by state. */
export const supervised = {
  lockdown: ["end-lockdown", "结束临时关闭…", "End closure…"],
  emergency: ["reset-emergency", "复位…", "Reset…"],
} as const;

/** The questions: who asks (a button's id), title in both languages, and what can be chosen. */
export const sheets = {
  "escorted-release": [
    ...(["陪同放行：请选择事由", "Escorted release: choose the reason"] as const),
    ["to-isolation", "resident-home", "medical-emergency", "on-instruction", "wrong-status"],
  ],
  "help-through": ["轮椅、家庭…", "Help through…", ["assistance", "family"]],
  family: [
    ...(["家庭通行：共几人？", "Family: how many?"] as const),
    ["family-2", "family-3", "family-4", "family-5", "family-6"],
  ],
} as const;

/** How far a report got: 已收到 stands only where the centre's receipt is there. */
export const reports = {
  none: ["不上报", "not reported"],
  storing: ["正在存盘", "being stored"],
  stored: ["已存盘，正在上报", "stored, being reported"],
  received: ["街道、疾控中心 08:13 已收到", "received by subdistrict and CDC 08:13"],
  failed: ["未能存盘，请电话报告 0536-555-0110", "not stored, report by phone 0536-555-0110"],
} as const;
