/** The words of the serial menu in both languages, one pair each. */

export type Pair = readonly [zh: string, en: string];

/** The text with its values in their order. */
export const filled = (text: string, ...values: readonly (string | number)[]): string => {
  const left = [...values];
  return text.replaceAll("{}", () => String(left.shift() ?? ""));
};

/** The menu, in the order of the numbers; 0 stands last. */
export const entries: readonly Pair[] = [
  ["全面检查", "doctor: look at everything"],
  ["网络状态", "network: what is there"],
  ["设固定地址", "network: fixed address"],
  ["自动获取地址", "network: automatic address"],
  ["维护模式 开/关", "maintenance mode on or off"],
  ["部件自检", "self-test of a part"],
  ["安全模式 开/关", "safe mode on or off"],
  ["当前故障", "troubles"],
  ["English", "中文"],
];

export const words = {
  code: ["维护代码", "technician's code"],
  wrong: ["代码不对", "wrong code"],
  oneTime: ["一次性代码", "one-time code"],
  newCode: ["新的维护代码（至少 8 个字符）", "new technician's code (8 characters or more)"],
  again: ["再输一次", "once more"],
  differ: ["两次输入不同", "the two differ"],
  close: ["退出", "close"],
  stillShut: ["仍在维护模式：入口关闭，回来时选 5", "maintenance mode is still on: the entry stays shut until 5"],
  closed: ["已退出", "closed"],
  idle: ["五分钟无操作，已退出", "closed after five idle minutes"],
  cancelled: ["已取消", "cancelled"],
  choose: ["请输入数字；回车显示菜单", "choose one of the numbers; Enter shows them"],
  failed: ["出错了：请导出支持包", "failed; send the support bundle"],
  wait: ["试错次数过多，请等 {} 秒", "too many tries: wait {} s"],
  state: ["{}，消息服务器 {}，故障与提醒 {} 项{}", "{}, broker {}, troubles: {}{}"],
  sum: ["正常 {}，提醒 {}，未通过 {}，未查 {}", "{} ok, {} warnings, {} failed, {} not looked at"],
  safeAtStart: ["，下次启动进入安全模式", ", safe mode at the next start"],
  safeOn: ["下次启动起：停用，出口可通行", "from the next start: out of service, exit free"],
  safeOff: ["下次启动起恢复正常", "safe mode ends with the next start"],
  noTroubles: ["没有故障", "no troubles"],
  interface: ["网卡", "interface"],
  address: ["地址，如 10.1.2.3/24", "address, as 10.1.2.3/24"],
  gateway: ["网关", "gateway"],
  dns: ["域名服务器（回车：同网关）", "name server (Enter: the gateway)"],
  setting: ["正在设置，最多 20 秒…", "setting it, up to 20 s …"],
  part: ["哪一个", "which one"],
  trying: ["正在测…", "trying …"],
} as const satisfies Readonly<Record<string, Pair>>;

export const parts: Readonly<Record<string, Pair>> = {
  camera: ["摄像头", "camera"],
  thermometer: ["测温", "thermometer"],
  relay: ["闸机继电器", "relay"],
  scanner: ["扫码头", "scanner"],
  sound: ["声音", "sound"],
};

export const modes: Readonly<Record<string, Pair>> = {
  normal: ["正常", "normal"],
  emergency: ["自由通行", "emergency"],
  lockdown: ["入口临时关闭", "lockdown"],
  "out-of-service": ["停用", "out of service"],
  maintenance: ["维护中", "maintenance"],
};

export const marks: Readonly<Record<"ok" | "warn" | "fail" | "skipped", Pair>> = {
  ok: ["正常", "ok"],
  warn: ["提醒", "warn"],
  fail: ["未通过", "fail"],
  skipped: ["未查", "skipped"],
};
