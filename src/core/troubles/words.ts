/** What a technician reads about each trouble: what it is and what to do, in both languages. */
import type { TroubleId } from "./declared.ts";

export interface TroubleWords {
  readonly zh: string;
  readonly en: string;
  readonly fixZh: string;
  readonly fixEn: string;
}

const say = (zh: string, en: string, fixZh: string, fixEn: string): TroubleWords => ({ zh, en, fixZh, fixEn });

export const troubleWords: Readonly<Record<TroubleId, TroubleWords>> = {
  "machine-fault": say(
    "通道程序出错",
    "Lane program failed",
    "程序会自动重启；反复出现时导出诊断包",
    "It restarts by itself; if this comes back, export the support bundle",
  ),
  "keys-missing": say(
    "缺少密钥或证书文件",
    "Keys or certificates are missing",
    "在面板第 2 步上传街道提供的文件",
    "Upload the district's files in the panel's step 2",
  ),
  "safe-mode": say(
    "安全模式",
    "Safe mode",
    "入口关闭，出口可通行；在面板或串口菜单关闭安全模式后重启",
    "Entry is shut, the exit is free; end safe mode in the serial menu and start the lane anew",
  ),
  "camera-gone": say(
    "摄像头无画面",
    "Camera gives no pictures",
    "检查 USB 插头，换一个接口",
    "Check the USB plug, try another port",
  ),
  "camera-frozen": say(
    "摄像头画面不变",
    "Camera picture is frozen",
    "重新插拔摄像头",
    "Unplug the camera and plug it in again",
  ),
  "reader-stalled": say(
    "解码停滞",
    "Decoding has stalled",
    "检查散热和供电；反复出现时重启",
    "Check cooling and supply; restart if this comes back",
  ),
  "thermometer-silent": say(
    "测温传感器无应答",
    "Thermometer does not answer",
    "检查 I2C 线缆和地址 0x5A",
    "Check the I2C cable and address 0x5A",
  ),
  "thermometer-stuck": say(
    "测温读数不变",
    "Thermometer reading is stuck",
    "断电十秒再上电；仍不变则更换传感器",
    "Cut its power for ten seconds; replace it if the reading still does not move",
  ),
  "thermometer-unsettled": say(
    "环境温度超限或变化过快",
    "Ambient temperature out of range or changing fast",
    "关门避风，等一分钟；远离取暖器",
    "Keep draughts and heaters away and wait a minute",
  ),
  "thermometer-warming": say(
    "测温预热中",
    "Thermometer is warming up",
    "等待预热结束，期间人工测温",
    "Wait; until then staff measure by hand",
  ),
  "thermometer-drift": say(
    "测温读数漂移",
    "Thermometer drifts",
    "用黑体校准（面板第 5 步）",
    "Calibrate with a black body (step 5 of the panel)",
  ),
  "calibration-expired": say(
    "校准已过期",
    "Calibration has expired",
    "用黑体重新校准",
    "Calibrate again with a black body",
  ),
  "scanner-gone": say(
    "扫描引擎无应答",
    "Scan engine does not answer",
    "检查串口线和供电",
    "Check the serial cable and its supply",
  ),
  "relay-fault": say(
    "继电器动作与指令不符",
    "Relay does not do as told",
    "停用本通道；检查接线和继电器模块",
    "Keep the lane closed; check wiring and relay board",
  ),
  "sensor-fault": say(
    "通行传感器异常",
    "Passage sensors fail",
    "擦净光束传感器，检查接线",
    "Clean the beams and check their wiring",
  ),
  "latch-fault": say(
    "紧急状态无法写盘",
    "Emergency latch can't be written",
    "检查数据分区和剩余空间",
    "Check the data partition and its free space",
  ),
  "sounder-silent": say("无提示音", "No sound", "检查音箱和音量", "Check loudspeaker and volume"),
  "no-trusted-time": say(
    "时间不可信",
    "No trusted time",
    "连接网络对时；检查 RTC 电池",
    "Connect the network so that the time can be set; check the RTC's battery",
  ),
  "rtc-missing": say("没有 RTC", "No real-time clock", "加装 RTC 模块", "Mount an RTC"),
  "trust-stale": say(
    "信任列表过旧",
    "Trust list is too old",
    "检查到区平台的网络；电子码暂由人工查验",
    "Check the way to the district's server; codes are checked by hand until then",
  ),
  "platform-down": say(
    "平台无法查询",
    "Platform does not answer",
    "检查网络；恢复后自动继续",
    "Check the network; the lane goes on by itself",
  ),
  "events-not-stored": say(
    "事件无法存盘",
    "Events can't be stored",
    "电话上报红黄码；检查数据分区",
    "Report red and yellow by telephone; check the data partition",
  ),
  "outbox-90": say(
    "待报事件已满九成",
    "Outbox is 90 % full",
    "尽快恢复到区平台的网络",
    "Restore the link to the centre soon",
  ),
  "outbox-80": say("待报事件已满八成", "Outbox is 80 % full", "恢复到区平台的网络", "Restore the link to the centre"),
  "broker-away": say(
    "消息服务器连不上",
    "Broker can't be reached",
    "检查网络和证书；事件已存盘",
    "Check network and certificate; events are kept",
  ),
  "centre-away": say(
    "区平台离线",
    "Control room is offline",
    "无须处理；事件已存盘",
    "Nothing to do here; events are kept",
  ),
  "receipts-missing": say(
    "一分钟无收妥回执",
    "No receipt for a minute",
    "核对服务器上的发布权限",
    "Check this lane's right to publish on the broker",
  ),
  "certificate-expiring": say(
    "证书快到期",
    "A certificate ends within 30 days",
    "运行自检看是哪一个；街道证书请街道换发，页面证书由场所换发，再上传",
    "The doctor says which; have it renewed (the district's by the district, the pages' by the site) and upload it",
  ),
  "last-config-refused": say(
    "新配置被拒绝",
    "New settings were refused",
    "查看原因并更正；仍按原配置运行",
    "Read the reason and correct it; the old settings still hold",
  ),
};
