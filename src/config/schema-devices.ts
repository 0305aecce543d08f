/** The parts a site mounts: readers, thermometer, lines, sound, watchdog. */
import Type from "typebox";
import {
  angle,
  duration,
  factor,
  frequency,
  group,
  hour,
  instantField,
  length,
  list,
  maybe,
  oneOf,
  path,
  record,
  say,
  share,
  temperature,
  text,
  whole,
  yesNo,
} from "./fields.ts";

export const readingGroup = group(say("读码", "Reading", "摄像头画面解码", "From camera frames to codes"), {
  source: oneOf(
    say("读码器", "Reader", "摄像头、串口扫描引擎或两者", "Camera, serial scan engine or both"),
    ["camera", "scanner", "both"],
    "camera",
    { restart: true },
  ),
  workers: whole(
    say("解码线程", "Decode workers", "最多；另留两核给通道和屏幕", "At most; two cores are left to lane and screens"),
    {
      default: 2,
      min: 1,
      max: 3,
      restart: true,
    },
  ),
  frameAgeLimit: duration(
    say("画面时效", "Frame age limit", "更旧的画面丢弃", "An older frame is dropped, newest wins"),
    { default: "300 ms", min: "100 ms", max: "10 s", restart: true },
  ),
  decodeDeadline: duration(
    say("解码时限", "Decode deadline", "超过则更换线程", "A worker that takes longer is replaced"),
    { default: "1 s", min: "200 ms", max: "30 s", restart: true },
  ),
  ladderBudget: duration(
    say("阶梯预算", "Ladder budget", "每帧用于更难读法的时间", "Time per frame for the harder ways of reading"),
    { default: "250 ms", min: "20 ms", max: "10 s", restart: true },
  ),
});

const correctionTable = record(
  say(
    "校正表",
    "Correction table",
    "皮肤到体温，按环境温度",
    "From skin to body, by ambient temperature; monotone, clamped to ±2 °C",
  ),
  {
    version: text(say("版本", "Version", "随测量结果一起记录", "Kept beside each estimate"), {
      pattern: "^[a-z0-9.-]{1,40}$",
      maxLength: 40,
    }),
    points: list(
      say("各点", "Points", "环境温度升序", "In rising order of ambient temperature"),
      record(say("点", "Point", "两点之间线性", "Linear in between"), {
        ambient: temperature(say("环境", "Ambient", "传感器环境温度", "Of the sensor"), {
          min: "-10 °C",
          max: "50 °C",
        }),
        add: temperature(say("加", "Add", "加到皮肤温度", "Added to the skin temperature"), {
          min: "-2 °C",
          max: "5 °C",
        }),
      }),
      { max: 40 },
    ),
  },
);

export const calibrationRecord = record(
  say("校准记录", "Calibration record", "由校准步骤写入", "Written by the calibration, not by hand"),
  {
    at: instantField(say("日期", "Date", "校准时间", "When it was done")),
    expires: instantField(say("有效期至", "Valid until", "到期后提示重新校准", "A trouble is raised after it")),
    serial: text(say("黑体编号", "Serial of the black body", "溯源用", "To trace it"), {
      pattern: "^[A-Za-z0-9._-]{1,40}$",
      maxLength: 40,
    }),
    sensor: text(
      say("传感器编号", "Serial of the sensor", "更换传感器须重新校准", "Another sensor needs another calibration"),
      { pattern: "^[A-Za-z0-9._-]{1,40}$", maxLength: 40 },
    ),
    gain: factor(say("增益", "Gain", "实测 × 增益 + 偏移", "measured × gain + offset"), { min: 0.9, max: 1.1 }),
    offset: temperature(say("偏移", "Offset", "实测 × 增益 + 偏移", "measured × gain + offset"), {
      min: "-5 °C",
      max: "5 °C",
    }),
    by: text(say("校准人", "Done by", "工号", "Staff id"), { pattern: "^[a-z0-9-]{1,32}$", maxLength: 32 }),
  },
);

export const temperatureGroup = group(say("测温", "Temperature", "测量与校正", "Measurement and correction"), {
  site: oneOf(
    say("测温部位", "Where people are measured", "额头或手腕", "Forehead or wrist"),
    ["forehead", "wrist"],
    "forehead",
    { restart: true },
  ),
  samples: whole(say("样本数", "Samples", "连续稳定的样本", "Consecutive steady samples of one measurement"), {
    default: 5,
    min: 3,
    max: 30,
    restart: true,
  }),
  spread: temperature(say("稳定范围", "Spread", "样本最大差", "Largest difference among them"), {
    default: "0.3 °C",
    min: "0.1 °C",
    max: "1 °C",
    restart: true,
  }),
  sampleEvery: duration(say("采样间隔", "Sampling period", "默认每秒 10 次", "Ten a second by default"), {
    default: "100 ms",
    min: "50 ms",
    max: "1 s",
    restart: true,
  }),
  staleAfter: duration(say("读数时效", "Reading goes stale", "更旧的读数无效", "An older reading is a failed one"), {
    default: "500 ms",
    min: "200 ms",
    max: "5 s",
    restart: true,
  }),
  again: duration(
    say(
      "复测时限",
      "Measuring again",
      "接近界限时最多再测两次",
      "Near the limit, at most two more measurements, together",
    ),
    { default: "4 s", min: "1 s", max: "4 s" },
  ),
  ambientFrom: temperature(say("环境下限", "Ambient from", "超出则测温暂停", "Outside it the class is `unavailable`"), {
    default: "10 °C",
    min: "-10 °C",
    max: "25 °C",
  }),
  ambientTo: temperature(say("环境上限", "Ambient to", "超出则测温暂停", "Outside it the class is `unavailable`"), {
    default: "35 °C",
    min: "25 °C",
    max: "50 °C",
  }),
  ambientSlew: temperature(
    say(
      "每分钟变化",
      "Ambient change a minute",
      "变化更快视为未稳定",
      "Faster than this the sensor counts as unsettled",
    ),
    { default: "0.5 °C", min: "0.1 °C", max: "5 °C" },
  ),
  warmUp: duration(say("预热", "Warm-up", "开机后", "After power-on"), {
    default: "30 min",
    min: "0 s",
    max: "2 h",
    restart: true,
  }),
  uncertainty: temperature(
    say("不确定度", "Stated uncertainty", "界限附近再测", "Within it of the limit people are measured again"),
    { default: "0.3 °C", min: "0.1 °C", max: "1 °C" },
  ),
  lowBelow: temperature(say("偏低界限", "Low below", "低于此值为未测准", "An estimate below it is `low`"), {
    default: "35 °C",
    min: "33 °C",
    max: "36 °C",
  }),
  presenceJump: temperature(
    say("有人判定", "Presence jump", "目标与环境之差", "Difference of object and ambient that means somebody is there"),
    { default: "5 °C", min: "2 °C", max: "15 °C", restart: true },
  ),
  correction: maybe(correctionTable),
  calibration: maybe(calibrationRecord),
  distance: length(say("测温距离", "Distance", "额头到传感器", "From forehead to sensor"), {
    default: "8 cm",
    min: "1 cm",
    max: "100 cm",
  }),
  fieldOfView: angle(say("视场角", "Field of view", "传感器型号决定", "By the sensor's order code"), {
    default: "35 °",
    min: "5 °",
    max: "90 °",
  }),
});

const camera = group(say("摄像头", "Camera", "USB 摄像头", "USB camera"), {
  device: path(say("设备", "Device", "用 by-id 路径，重插不变", "By-id path: it stays the same when replugged"), {
    default: "/dev/v4l/by-id/camera-video-index0",
    restart: true,
  }),
  width: whole(say("宽", "Width", "像素", "Pixels"), { default: 1280, min: 320, max: 1920, restart: true }),
  height: whole(say("高", "Height", "像素", "Pixels"), { default: 720, min: 240, max: 1080, restart: true }),
  rate: frequency(say("帧率", "Frame rate", "每秒画面", "Frames a second"), {
    default: "15 Hz",
    min: "1 Hz",
    max: "60 Hz",
    restart: true,
  }),
  tool: oneOf(
    say("取图程序", "Capture program", "系统自带的命令", "The command that reads the device"),
    ["v4l2-ctl", "ffmpeg"],
    "v4l2-ctl",
    { restart: true },
  ),
  exposure: duration(
    say("曝光", "Exposure", "10 ms 的整数倍，避免屏幕条纹", "A multiple of 10 ms, or phone screens show bands"),
    { default: "10 ms", min: "1 ms", max: "100 ms", restart: true },
  ),
  whiteBalance: whole(say("白平衡", "White balance", "色温（开尔文）", "In kelvin, locked"), {
    default: 4600,
    min: 2800,
    max: 6500,
    restart: true,
  }),
  mains: oneOf(say("电源频率", "Mains frequency", "中国 50 Hz", "50 Hz in China"), ["50 Hz", "60 Hz"], "50 Hz", {
    restart: true,
  }),
  noFrameAfter: duration(say("无画面", "No frames", "超过则重开摄像头", "The camera is opened again after it"), {
    default: "1500 ms",
    min: "500 ms",
    max: "60 s",
    restart: true,
  }),
  frozenAfter: duration(say("画面不变", "Frozen picture", "完全相同的画面", "Identical pictures for this long"), {
    default: "1500 ms",
    min: "1 s",
    max: "60 s",
    restart: true,
  }),
});

const thermometer = group(say("测温传感器", "Thermometer", "红外传感器", "Infrared sensor"), {
  backend: oneOf(
    say("方式", "Backend", "直接读 I2C 或内核 IIO", "Raw I2C or the kernel's IIO"),
    ["mlx90614-i2c", "iio-mlx90614", "iio-mlx90632"],
    "mlx90614-i2c",
    { restart: true },
  ),
  bus: whole(say("I2C 总线", "I2C bus", "软件总线一般为 3", "The software bus is usually 3"), {
    default: 1,
    min: 0,
    max: 30,
    restart: true,
  }),
  address: whole(say("地址", "Address", "默认 90（0x5A）", "7-bit; 90 is 0x5A"), {
    default: 0x5a,
    min: 0x03,
    max: 0x77,
    restart: true,
  }),
  iioDevice: maybe(path(say("IIO 目录", "IIO folder", "仅 IIO 方式", "For the IIO backends only"), { restart: true })),
  checkPec: yesNo(say("校验 PEC", "Check the PEC", "关闭须有理由", "Off only for a part that sends none"), true, {
    restart: true,
  }),
});

const line = (zh: string, en: string, about: string, fallback: { line: number; activeLow: boolean } | null) =>
  Type.Union(
    [
      Type.Object(
        {
          line: whole(say("线号", "Line", "芯片上的线号（BCM）", "Offset on the chip (BCM number)"), {
            min: 0,
            max: 255,
            restart: true,
          }),
          activeLow: yesNo(say("低电平有效", "Active low", "接线决定", "By the wiring"), false, { restart: true }),
        },
        { additionalProperties: false },
      ),
      Type.Null(),
    ],
    {
      title: en,
      description: about,
      "x-zh": { title: zh, description: "未接填 null" },
      "x-restart": true,
      default: fallback,
    },
  );
const high = (number: number) => ({ line: number, activeLow: false });
const low = (number: number) => ({ line: number, activeLow: true });

const gpio = group(say("输入输出", "GPIO", "继电器和触点", "Relays and contacts"), {
  backend: oneOf(
    say("方式", "Backend", "启动时按内核选择", "Chosen at start by what the kernel offers"),
    ["auto", "sysfs", "chardev"],
    "auto",
    { restart: true },
  ),
  chip: maybe(
    text(
      say(
        "芯片标签",
        "Chip label",
        "空则自动找到唯一的板载芯片",
        "Left out: the one on-board chip is found by its label",
      ),
      { pattern: "^[A-Za-z0-9._-]{1,40}$", maxLength: 40, restart: true },
    ),
  ),
  pulse: duration(say("脉冲", "Pulse", "继电器吸合时间", "How long the release relay closes"), {
    default: "250 ms",
    min: "100 ms",
    max: "1 s",
    restart: true,
  }),
  interlock: duration(
    say("互锁", "Interlock", "两个脉冲的最小间隔", "Least pause between two pulses; the outputs never overlap"),
    { default: "300 ms", min: "100 ms", max: "5 s", restart: true },
  ),
  debounce: duration(say("去抖", "Debounce", "触点", "Of contacts and beams"), {
    default: "20 ms",
    min: "1 ms",
    max: "200 ms",
    restart: true,
  }),
  heldOpenAfter: duration(say("长开报警", "Held open after", "通道被挡住", "Somebody stands in the way"), {
    default: "10 s",
    min: "3 s",
    max: "60 s",
    restart: true,
  }),
  passage: oneOf(
    say(
      "通过判定",
      "How a passage is sensed",
      "两束光电或闸机 PASS 触点",
      "Two beams, or the turnstile's own PASS contacts",
    ),
    ["beams", "pass-contacts"],
    "beams",
    { restart: true },
  ),
  releaseEntry: line("放行（入）", "Release, entry", "Relay of the entry direction", low(5)),
  releaseExit: line("放行（出）", "Release, exit", "Relay of the exit direction", low(6)),
  freePassage: line("自由通行", "Free passage", "De-energised = free in both directions", high(13)),
  beamA: line("光电 A", "Beam A", "Outer beam, or PASS contact of the entry", low(17)),
  beamB: line("光电 B", "Beam B", "Inner beam, or PASS contact of the exit", low(27)),
  fire: line("消防触点", "Fire contact", "Closed at rest; open counts as fire", low(22)),
  fireLoop: line(
    "消防回路监视",
    "Fire loop supervision",
    "Second end of the supervised loop: a cut counts as fire",
    null,
  ),
  tamper: line("防拆", "Tamper", "Cabinet switch", low(23)),
  rex: line("出门按钮", "Request to exit", "Opens the exit", low(24)),
  presenceEntry: line("有人（入）", "Presence, entry", "Somebody stands at the reading place", low(25)),
  presenceExit: line("有人（出）", "Presence, exit", "Somebody stands on the inner side", null),
  buttonManualCheck: line("人工查验按钮", "Manual-check button", "Guard's button", low(16)),
  buttonMaskRefused: line("未戴口罩按钮", "Mask-refused button", "Guard's button", null),
  buttonAssistance: line("协助按钮", "Assistance button", "Wheelchair, pram", low(26)),
  mainsLost: line("市电中断", "Mains lost", "From the power supply", null),
});

const scanner = group(say("扫描引擎", "Scan engine", "串口", "Serial"), {
  port: path(say("串口", "Port", "用 by-id 路径", "By-id path"), {
    default: "/dev/serial/by-id/scan-engine",
    restart: true,
  }),
  baud: whole(say("波特率", "Baud rate", "8N1", "8N1"), { default: 9600, min: 1200, max: 921_600, restart: true }),
  model: oneOf(say("型号", "Model", "命令格式", "Framing of commands"), ["gm65", "line"], "gm65", { restart: true }),
  heartbeat: duration(say("心跳", "Heartbeat", "无应答则重开", "Asked this often whether it is there"), {
    default: "1 s",
    min: "500 ms",
    max: "60 s",
    restart: true,
  }),
});

const sounder = group(say("声音", "Sound", "提示音和语音", "Tones and prompts"), {
  player: oneOf(say("播放程序", "Player", "系统自带的命令", "The command that plays"), ["aplay", "none"], "aplay", {
    restart: true,
  }),
  device: maybe(
    text(say("声卡", "Sound card", "空为系统默认", "Left out: the system's default"), {
      pattern: "^[A-Za-z0-9:,._=-]{1,60}$",
      maxLength: 60,
      restart: true,
    }),
  ),
  set: text(say("语音包", "Voice set", "config/sounds 下的目录名", "Folder below config/sounds"), {
    pattern: "^[a-z0-9-]{1,32}$",
    maxLength: 32,
    default: "standard",
    restart: true,
  }),
  volumes: list(
    say(
      "音量时段",
      "Volume by hour",
      "从上到下，第一条符合者有效",
      "First that holds; full day must be covered by the last",
    ),
    record(say("时段", "Period", "当地时间", "Local time"), {
      from: hour(say("从", "From", "如 07:00", "As 07:00")),
      to: hour(say("到", "To", "如 22:00", "As 22:00")),
      volume: share(say("音量", "Volume", "0 为静音", "0 is silence"), { min: "0 %", max: "100 %" }),
    }),
    {
      max: 8,
      restart: true,
      default: [
        { from: "07:00", to: "22:00", volume: "80 %" },
        { from: "22:00", to: "07:00", volume: "40 %" },
      ],
    },
  ),
});

const watchdog = group(
  say("看门狗", "Watchdog", "由通道进展喂狗，不用定时器", "Fed by progress of the lane, never by a timer"),
  {
    device: maybe(
      path(say("设备", "Device", "空则只用系统服务", "Left out: the service manager alone"), { restart: true }),
    ),
    timeout: duration(say("超时", "Timeout", "树莓派最多 15 秒", "A Raspberry Pi's is 15 s at most"), {
      default: "14 s",
      min: "5 s",
      max: "15 s",
      restart: true,
    }),
    laneLimit: duration(say("通道进展", "Lane's progress", "超过则重启", "No progress for this long: restart"), {
      default: "2 s",
      min: "500 ms",
      max: "60 s",
      restart: true,
    }),
    readerLimit: duration(say("读码进展", "Reader's progress", "超过则重启", "No progress for this long: restart"), {
      default: "10 s",
      min: "1 s",
      max: "5 min",
      restart: true,
    }),
    thermometerLimit: duration(
      say("测温进展", "Thermometer's progress", "超过则重启", "No progress for this long: restart"),
      { default: "10 s", min: "1 s", max: "5 min", restart: true },
    ),
  },
);

const clock = group(say("时钟", "Clock", "可信时间", "How far the clock is believed"), {
  rtc: maybe(
    path(say("RTC", "RTC", "如 /dev/rtc0；没有则清单不完整", "As /dev/rtc0; a parts list without one is incomplete"), {
      restart: true,
    }),
  ),
  driftPpm: factor(
    say("漂移", "Drift", "百万分之一，守时误差估计用", "Parts per million, to estimate the error of a holdover"),
    { default: 50, min: 1, max: 500, restart: true },
  ),
  syncedFile: path(
    say("同步标志", "Sign of synchronisation", "系统时间服务的文件", "File that the system's time service sets"),
    { default: "/run/systemd/timesync/synchronized", restart: true },
  ),
});

export const devicesGroup = group(say("设备", "Devices", "现场安装的部件", "The parts that are mounted"), {
  simulated: yesNo(
    say(
      "模拟设备",
      "Simulated",
      "仅用于演示；真机拒绝启动",
      "For the rig only, where every device is its fake; a kiosk refuses to start",
    ),
    false,
    {
      restart: true,
    },
  ),
  camera,
  thermometer,
  gpio,
  scanner,
  sounder,
  watchdog,
  clock,
  serialConsole: group(say("串口控制台", "Serial console", "无网络时的维护入口", "Way in when there is no network"), {
    port: maybe(
      path(say("串口", "Port", "如 /dev/serial0；空为关闭", "As /dev/serial0; left out: off"), { restart: true }),
    ),
    baud: whole(say("波特率", "Baud rate", "8N1", "8N1"), { default: 115_200, min: 1200, max: 921_600, restart: true }),
  }),
});
