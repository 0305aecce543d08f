/** Where the lane stands and which rules hold there: identity, site, rules. */
import { siteKinds } from "../core/flow.ts";
import {
  duration,
  group,
  hour,
  instantField,
  list,
  maybe,
  oneOf,
  record,
  say,
  temperature,
  text,
  url,
  whole,
  yesNo,
} from "./fields.ts";

const idPattern = "^[a-z0-9-]{1,32}$";
const id = (zh: string, en: string, about: string) =>
  text(say(zh, en, "小写字母、数字和连字符，最多 32 个字符", about), {
    pattern: idPattern,
    maxLength: 32,
    restart: true,
  });

const inBoth = {
  zh: text(say("中文", "Chinese", "显示用", "As shown"), { maxLength: 60 }),
  en: text(say("英文", "English", "显示用", "As shown"), { maxLength: 80 }),
};

/** A text in both languages, as the street sees it. */
export const words = (zh: string, en: string) =>
  record(say(zh, en, "中文在前，英文在后", "Chinese leads, English follows"), inBoth);

/** The same for a place that a guard sends people to. */
export const places = (zh: string, en: string, aboutZh: string, about: string) =>
  record(say(zh, en, aboutZh, about), inBoth);

export const laneGroup = record(
  say("通道", "Lane", "这条通道的身份，也用于消息主题", "Identity of this lane, also its place in the topics"),
  {
    district: id("街道代号", "District id", "First part of the lane's topic; also who receives health reports"),
    site: id("场所代号", "Site id", "Second part of the lane's topic"),
    id: id("通道代号", "Lane id", "Third part of the lane's topic; unique within the site"),
    number: text(
      say(
        "通道号",
        "Lane number",
        "所有屏幕上的通道牌，电话里就说这个号",
        "On the lane tag of every screen; people say it over the telephone",
      ),
      {
        pattern: "^[0-9A-Z]{1,4}$",
        maxLength: 4,
        default: "01",
      },
    ),
    arrow: oneOf(
      say("通行方向", "Way of the arrow", "面向通道时，人往哪边走", "Which way people walk, seen from the display"),
      ["left", "right", "up"],
      "right",
    ),
    way: oneOf(
      say("用途", "Used for", "只进、只出或双向；出口始终放行", "Entry, exit or both. An exit always opens"),
      ["entry", "exit", "both"],
      "both",
      { restart: true },
    ),
    name: maybe(words("通道名称", "Name of the lane")),
  },
);

const phone = (zh: string, en: string, aboutZh: string, about: string, fallback?: string) =>
  text(say(zh, en, aboutZh, about), {
    pattern: "^[0-9+ -]{3,20}$",
    maxLength: 20,
    ...(fallback === undefined ? {} : { default: fallback }),
  });

/** What a profile of `config/sites/` may set, beside the words that the guard's view uses. */
export const policyFields = {
  onUnknown: oneOf(
    say(
      "无法核验时",
      "When a code can't be checked",
      "平台慢、断网、信任列表过旧等情况；无人值守不能选「不放行」",
      "Platform slow or down, trust list too old and the like (P17). An unstaffed site may not deny",
    ),
    ["attend", "deny"],
    "attend",
    { clause: "P17" },
  ),
} as const;

export const siteGroup = record(say("场所", "Site", "场所类型和联系方式", "Kind of place and whom to call"), {
  kind: oneOf(
    say(
      "场所类型",
      "Kind of place",
      "通告列出的八类场所及其他场所",
      "The eight kinds of place of the notices, and those named beside them (P1)",
    ),
    siteKinds,
  ),
  name: words("场所名称", "Name of the site"),
  staffed: yesNo(
    say("有人值守", "Staffed", "开放时间内始终有值班员", "A guard is there whenever the lane is open"),
    true,
  ),
  phones: group(say("电话", "Telephone numbers", "显示在屏幕和打印单上", "Shown on screens and printed sheets"), {
    complaint: phone("投诉电话", "Complaints", "默认 12345", "The citizens' line of the notices (P18)", "12345"),
    technical: maybe(
      phone("技术电话", "Technical help", "设备或数据问题，可能占线", "Wrong data or registration; may be busy (P18)"),
    ),
    health: maybe(
      phone(
        "卫生电话",
        "Epidemic group or health centre",
        "疫情防控组、社区卫生服务中心或疾控中心，值班员页面显示",
        "Whom the guard calls about a red or yellow code (P9, P10)",
      ),
    ),
    site: maybe(
      phone(
        "现场电话",
        "The site's own telephone",
        "60 秒无人应答时显示",
        "On the screen when a call is not answered for 60 s",
      ),
    ),
  }),
  otherEntrance: maybe(
    record(say("其他入口", "Another entrance", "封闭时指引到这里", "Where the closed screen sends people"), {
      name: words("入口名称", "Name of the entrance"),
      minutes: whole(say("步行分钟", "Minutes on foot", "从本通道出发", "From this lane"), { min: 1, max: 60 }),
    }),
  ),
  check: group(say("场所检查", "Site check", "安装时现场确认", "Confirmed on the spot at installation"), {
    turnBack: maybe(
      text(
        say(
          "折返通道",
          "Way to turn back",
          "不能进入的人从哪里离开",
          "How somebody who may not enter leaves the queue",
        ),
      ),
    ),
    freeExit: maybe(
      text(
        say(
          "另一自由出口",
          "Another free exit",
          "断电时入口关闭的前提",
          "Only where one is recorded may the entry stay shut without power",
        ),
      ),
    ),
    calledFirst: maybe(text(say("先呼叫谁", "Who is called first", "岗位，不写姓名", "A post, never a name"))),
  }),
  entryShutWithoutPower: yesNo(
    say(
      "断电时入口关闭",
      "Entry shut without power",
      "须先登记另一自由出口；出口始终自由",
      "Needs another free exit on record. The exit is always free",
    ),
    false,
    { restart: true },
  ),
  waitingPlace: maybe(
    places(
      "等候点",
      "Waiting place",
      "值班员页面：红黄码、车站和学校发热者在哪里等",
      "In the guard's view: where to wait aside",
    ),
  ),
  feverClinic: maybe(
    places(
      "发热门诊指引",
      "Way to the fever clinic",
      "值班员页面：医院发热者往哪里走",
      "In the guard's view: how to get there",
    ),
  ),
  conversionUrl: maybe(
    url(
      say("来鲁申报地址", "Address for arrivals", "外地码转换页上的二维码", "The QR of the conversion screen (P12)"),
      ["https"],
    ),
  ),
  placeCode: maybe(
    url(
      say(
        "场所码地址",
        "Place code",
        "仅小区：居民扫码调出绿码",
        "Compounds only: people scan it to bring up their own code (P14)",
      ),
      ["https"],
    ),
  ),
  arrivalPeaks: list(
    say(
      "高峰时段",
      "Arrival peaks",
      "学校等：此时段内放行只有提示音，没有语音",
      "Schools and the like: in these hours a grant is the tone alone",
    ),
    record(say("时段", "Period", "当地时间", "Local time"), {
      from: hour(say("从", "From", "如 07:10", "As 07:10")),
      to: hour(say("到", "To", "如 08:00", "As 08:00")),
    }),
    { max: 6 },
  ),
  luggageLane: yesNo(
    say("行李通道", "Luggage lane", "车站：默认使用较长的通行时间", "Stations: the wide window is the usual one"),
    false,
  ),
});

export const rulesGroup = group(
  say(
    "规则",
    "Rules",
    "依据通告；不能对绿码人员附加条件",
    "From the notices. Nothing here can add a condition for green holders (P4)",
  ),
  {
    effectiveFrom: maybe(
      instantField(
        say(
          "生效时间",
          "In force from",
          "此前只提示，不上报；须写时区 +08:00",
          "Before it: advice only, no reports (P2). Written with +08:00",
        ),
        { clause: "P2", zone: "+08:00" },
      ),
    ),
    effectiveUntil: maybe(
      instantField(
        say(
          "失效时间",
          "In force until",
          "此后直接通行，不读码、不测温、不上报",
          "After it nothing is read, measured or reported (P2)",
        ),
        { clause: "P2", zone: "+08:00" },
      ),
    ),
    feverLimit: temperature(
      say(
        "体温界限",
        "Fever limit",
        "默认 37.3 °C，依据通告；更低的值被拒绝",
        "P5: above 37.3 °C is dissuaded. A lower limit would be an added condition (P4)",
      ),
      { default: "37.3 °C", min: "37.3 °C", max: "38 °C", clause: "P4" },
    ),
    feverComparison: oneOf(
      say(
        "比较方式",
        "Comparison",
        "默认「高于」：37.3 通过，37.4 不通过",
        "`above`: 37.3 passes and 37.4 does not (P5). `at-or-above` needs a limit of 37.4 °C or more (P4)",
      ),
      ["above", "at-or-above"],
      "above",
      { clause: "P4" },
    ),
    clinicAdviceFrom: temperature(
      say(
        "就诊提示从",
        "Clinic advice from",
        "达到此值的绿码人员放行并提示就诊",
        "Green holders from here on pass with the advice to see a clinic (P6)",
      ),
      { default: "37.3 °C", min: "37.3 °C", max: "38 °C", clause: "P6" },
    ),
    onUnknown: policyFields.onUnknown,
  },
);

export const timingsGroup = group(say("时间", "Timings", "通道各步的时间", "How long each step of the lane may take"), {
  codeToTemperature: duration(
    say(
      "亮码到测温",
      "Code to temperature",
      "超过则两者都作废",
      "A code and a temperature farther apart are both dropped",
    ),
    { default: "5 s", min: "1 s", max: "5 s" },
  ),
  turnstileWindow: duration(
    say(
      "闸机通行时间",
      "Turnstile's window",
      "闸机自身设置；通道再等 1 秒",
      "The turnstile's own setting; the lane waits one second longer",
    ),
    { default: "5 s", min: "1 s", max: "30 s", restart: true },
  ),
  afterWindow: duration(
    say("通行余量", "Margin after it", "此内的通过仍属上一次放行", "A passage within it belongs to the old grant"),
    { default: "1 s", min: "500 ms", max: "5 s", restart: true },
  ),
  wideWindow: duration(say("加长通行时间", "Wide window", "轮椅、童车、行李", "Wheelchair, pram, luggage, family"), {
    default: "15 s",
    min: "5 s",
    max: "60 s",
  }),
  resultDwell: duration(
    say("结果停留", "Result stays", "最多 2 秒或到下一人亮码", "At most this long, or until the next person's code"),
    { default: "2 s", min: "1 s", max: "2 s" },
  ),
  nextStepDwell: duration(
    say("指引停留", "Next step stays", "直到本人离开，最多此时", "Until the person leaves, at most this long"),
    { default: "30 s", min: "5 s", max: "30 s" },
  ),
  noCredentialAfter: duration(
    say("无码提示", "No code after", "有人站立而读不到码", "Somebody stands there and nothing is read"),
    { default: "8 s", min: "3 s", max: "60 s" },
  ),
  oneMomentAfter: duration(
    say("「请稍候」", "“One moment” after", "判定超过此时显示", "Shown when the decision takes longer"),
    { default: "300 ms", min: "100 ms", max: "300 ms" },
  ),
  callAgainAfter: duration(say("再次呼叫", "Guard called again", "首次呼叫后", "After the first call"), {
    default: "20 s",
    min: "5 s",
    max: "20 s",
  }),
  callRoomAfter: duration(say("呼叫控制室", "Control room called", "仍无人应答", "When nobody has answered"), {
    default: "60 s",
    min: "20 s",
    max: "60 s",
  }),
  lockdownMax: duration(say("封闭最长", "Longest lockdown", "可续；只封入口", "Renewable; entry only"), {
    default: "30 min",
    min: "1 min",
    max: "30 min",
  }),
  verifyDeadline: duration(
    say("核验时限", "Verification deadline", "超过则按「平台繁忙」处理", "After it the outcome is `platform-slow`"),
    { default: "4 s", min: "500 ms", max: "10 s", restart: true },
  ),
  guardShift: duration(say("值班最长", "Longest shift", "超过须重新登录", "A guard signs in again after it"), {
    default: "8 h",
    min: "15 min",
    max: "8 h",
    restart: true,
  }),
});
