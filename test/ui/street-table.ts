/**
 * The design's table of street screens (SCREENS, state → screen; layout; colour tokens), written down by hand: what a
 * screen must say, show and sound like, whatever the program's own tables say. Nothing here may be taken from src/.
 */
import type { StreetScreen } from "../../src/core/views.ts";

/** Grounds and their colours: field, letters of the headline, symbol's panel (null where there is none), symbol. */
export const grounds = {
  guide: { field: "#F5F6F2", ink: "#14211C", panel: "#FFFFFF", symbol: "#14211C" },
  next: { field: "#F5F6F2", ink: "#14211C", panel: "#DDE5EC", symbol: "#14211C" },
  channels: { field: "#F5F6F2", ink: "#14211C", panel: null, symbol: "#14211C" },
  go: { field: "#0B5A3C", ink: "#FFFFFF", panel: null, symbol: "#FFFFFF" },
  staff: { field: "#1D4079", ink: "#FFFFFF", panel: null, symbol: "#FFFFFF" },
  closed: { field: "#D3D8DB", ink: "#14211C", panel: "#2A3238", symbol: "#FFFFFF" },
  free: { field: "#FFFFFF", ink: "#0B5A3C", panel: "#0B5A3C", symbol: "#FFFFFF" },
} as const;

/**
 * Screen, ground, symbol, tone (– is silence), headline in Chinese and English, second line in Chinese and English.
 * `tilt` and `check-paper` are not in the design's table; values stand as the test's lane fills them in.
 */
const written = `
idle-entry | guide | show-code | – | 请出示健康码 | Show your health code | 手机屏幕或纸质码都可以 | Phone screen or printed code
idle-exit | guide | forehead | – | 请测温后离开 | Temperature check, please | 无需亮码，出口始终可通行 | No code needed. The exit always opens
before-start | go | go-arrow | go | 请通行 | Please go through | 4月26日8时起请出示健康码 | From 26 April, 08:00 please show your code
after-end | go | go-arrow | – | 请直接通行 | Please walk through | 无需亮码，无需测温 | No code, no temperature
closer | guide | closer | – | 请靠近一点 | Move a little closer | 让二维码占满取景框 | Fill the frame with your code
further | guide | further | – | 请离远一点 | Move back a little | 让二维码完整进入取景框 | Keep the whole code in view
hold-still | guide | hold-still | – | 请拿稳手机 | Hold still, please | 保持一秒 | For one second
tilt | guide | show-code | – | 请正对镜头 | Face it to the camera | 让屏幕或纸面正对镜头 | Hold screen or paper straight to the camera
brighter | guide | show-code | – | 请调亮屏幕 | Turn up the brightness | 避开反光 | Avoid reflections
one-at-a-time | guide | family | step | 请逐个亮码测温 | One person at a time | 每人各测一次体温（2/3） | One temperature each (2/3)
forehead | guide | forehead | step | 额头对准测温窗 | Forehead to the sensor | 露出额头，保持 5–10 厘米 | Uncover your forehead, 5–10 cm away
again | guide | forehead | – | 请再测一次 | Once more, please | 保持不动，马上就好 | Stay still, almost done
wait | guide | wait | wait | 请稍候 | One moment please | 正在核验，请站在原地 | Checking. Please stay where you are
go | go | go-arrow | go | 请通行 | Please go through | 谢谢配合，请勿尾随 | Thank you. One person at a time
go-advice | go | go-arrow | go | 请通行 | Please go through | 请戴好口罩，如有不适请到就近诊所就诊 | Please wear a mask and see a clinic if unwell
go-paper | go | go-arrow | go | 请通行 | Please go through | 纸质码还剩 1 天，请尽快重新打印 | Printed code: 1 day left, please reprint
go-release | go | go-arrow | go | 请通行 | Please go through | 请慢行 | Take your time
go-family | go | family | go | 请依次通行 | Please go one by one | 共 3 人 | 3 people
go-exit | go | go-arrow | go | 请通行 | Please go through | 出口始终可通行 | The exit always opens
assistance | go | assistance | go | 请慢行，不着急 | Take your time | 闸机会多开一会儿 | The gate stays open longer
show-again | next | show-code | next | 请重新亮码 | Please show it again | 刚才未通过，请再来一次 | The gate has closed. Please try again
see-staff | staff | see-staff | staff | 请咨询工作人员 | Please see staff | 请稍候，工作人员会来协助您 | Please wait. Staff will come to help you
see-staff-call | staff | see-staff | staff | 请咨询工作人员 | Please see staff | 请拨打 0536-555-0110，或继续稍候 | Call 0536-555-0110, or keep waiting
no-credential | channels | show-code | next | 请先申领健康码 | Please get a health code | 家人可代办 | Family can apply for you
not-a-pass-payment | next | show-code | next | 请换成健康码 | Please show your health code | 这是付款码，请先收好 | This is a payment code. Put it away
not-a-pass-place | next | show-code | next | 请换成健康码 | Please show your health code | 这是场所码，请打开您自己的健康码 | This is a place code. Open your own
not-a-pass-other | next | show-code | next | 请换成健康码 | Please show your health code | 这不是健康码 | This is not a health code
malformed | next | show-code | next | 请重新亮码 | Please show it again | 二维码不完整，请擦净屏幕或展平纸张 | Code incomplete. Clean the screen or flatten the paper
unknown | next | refresh | next | 未查到此码 | Code not found | 请刷新后再试，或咨询工作人员 | Refresh and try again, or see staff
expired | next | refresh | next | 请刷新健康码 | Refresh your code | 此码已过期，截图无效，请打开小程序刷新后再亮码 | Screenshots expire. Open the app and refresh
expired-paper | next | reprint-paper | next | 纸质码请重新打印 | Please print a new code | 纸质码有效期 14 天，可请家人或社区代为打印 | Printed codes last 14 days; family can reprint
not-yet-valid | next | wait | next | 此码尚未生效 | Not valid yet | 请核对日期，或咨询工作人员 | Check the date, or see staff
needs-conversion | next | qr | next | 请转换成山东健康码 | Convert your code | 填写来鲁申报 | fill in the form
pending | next | wait | wait | 健康码正在生成 | Your code is being prepared | 请耐心等待，工作人员可人工查验 | Please be patient. Staff can check by hand
platform-slow | next | wait | wait | 平台繁忙，请稍候 | Service is slow, please wait | 与您的健康码无关，工作人员可人工查验 | Not about your code. Staff can check by hand
platform-down | next | manual-check | wait | 平台暂时无法查询 | Service not available | 与您的健康码无关，工作人员可人工查验 | Not about your code. Staff can check by hand
check-by-hand | next | manual-check | wait | 请人工查验 | Staff will check by hand | 设备暂不能核验，与您的健康码无关 | The machine cannot check now. Not about your code
check-paper | next | manual-check | wait | 请人工查验 | Staff will check by hand | 请稍候，工作人员马上来 | Please wait. Staff are coming
mask | next | mask | next | 请佩戴口罩 | Please wear a mask | 戴好后请重新亮码 | Then show your code again
torn | next | show-code | next | 请重新亮码 | Please show it again | 请亮码后直接测温 | Show the code, then the forehead
tailgating | next | family | next | 请一人一码 | One person, one code | 请依次通行 | Please go one by one
reverse | next | go-arrow | next | 请走出口 | Please use the exit | 这里是入口 | This is the entrance
lockdown | closed | closed | rest | 请走其他入口 | Use another entrance | 南门入口步行约 3 分钟，出口可正常通行 | South gate, about 3 minutes on foot. The exit is open
free-exit | free | free-exit | free | 请直接通行 | Walk straight out | 闸机已全部放开，无需亮码，无需测温 | All gates are open. No code, no temperature
out-of-service | closed | closed | rest | 暂停使用 | Out of service | 请走其他通道或咨询工作人员，出口可正常通行 | See staff or use another lane. The exit is open
device-out | next | manual-check | wait | 请人工查验 | Staff will check by hand | 亮码给工作人员即可，效力相同 | Show your code to staff. It counts the same
power-going | closed | closed | – | 暂停使用 | Out of service | 请走其他通道或咨询工作人员，出口可正常通行 | See staff or use another lane. The exit is open
`;

export interface Row {
  readonly ground: keyof typeof grounds;
  /** `qr` is the code of the configured address. */
  readonly symbol: string;
  readonly tone: string | null;
  readonly headline: { readonly zh: string; readonly en: string };
  readonly line: { readonly zh: string; readonly en: string };
}

/** @throws for a screen that nobody has written down. */
export function rowOf(screen: StreetScreen): Row {
  const cells = rows.find(([name]) => name === screen);
  if (cells?.length !== 8) throw new Error(`the table has no full row for ${screen}`);
  const [, ground, symbol, tone, zh, en, lineZh, lineEn] = cells as [string, Row["ground"], ...string[]];
  return {
    ground,
    symbol: symbol ?? "",
    tone: tone === "–" ? null : (tone ?? ""),
    headline: { zh: zh ?? "", en: en ?? "" },
    line: { zh: lineZh ?? "", en: lineEn ?? "" },
  };
}

const rows = written
  .trim()
  .split("\n")
  .map((row) => row.split(" | "));

/** Screens whose footer says whom to ask about this denial: 12345, technical phone, complaint number (P18). */
export const denials: readonly StreetScreen[] = [
  "show-again",
  "see-staff",
  "see-staff-call",
  "no-credential",
  "not-a-pass-payment",
  "not-a-pass-place",
  "not-a-pass-other",
  "malformed",
  "unknown",
  "expired",
  "expired-paper",
  "not-yet-valid",
  "needs-conversion",
  "pending",
  "platform-slow",
  "platform-down",
  "check-by-hand",
  "check-paper",
  "mask",
  "device-out",
];

/** The same words, whether a comma or a line's end parts them. */
export const sameWords = (text: string): string => text.replace(/[\s，]+/g, "");
