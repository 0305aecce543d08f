/** What the lane talks to and what it keeps: broker, trust material, other lanes of the site, its own pages, disk, log. */
import { duration, group, list, maybe, oneOf, path, record, say, size, text, url, whole, yesNo } from "./fields.ts";

/** The lane's unit has no capability for the ports below (systemd/greenlane.service). */
const FIRST_FREE_PORT = 1024;

export const brokerGroup = group(say("消息服务器", "Broker", "上报与指令", "Where reports go and orders come from"), {
  url: url(
    say("地址", "Address", "mqtts://主机:8883；mqtt:// 仅限本机", "mqtts://host:8883; mqtt:// only on the loopback"),
    ["mqtts", "mqtt"],
    { default: "mqtt://127.0.0.1:1883", restart: true },
  ),
  protocol: oneOf(say("协议", "Protocol", "服务器支持的版本", "What the broker speaks"), ["5", "3.1.1"], "5", {
    restart: true,
  }),
  ca: maybe(
    path(
      say(
        "根证书",
        "CA certificate",
        "PEM 文件；认定消息服务器",
        "PEM file; the one authority believed about the broker",
      ),
      { restart: true },
    ),
  ),
  certificate: maybe(
    path(say("本机证书", "The lane's certificate", "CN 即客户端名", "PEM file; its CN is the client id"), {
      restart: true,
    }),
  ),
  key: maybe(
    path(say("私钥", "Private key", "权限 0600", "PEM file, readable by the lane alone (0600)"), {
      restart: true,
      secret: true,
    }),
  ),
  clientId: maybe(
    text(say("客户端名", "Client id", "空则用证书 CN", "Left out: the certificate's CN, else district.site.lane"), {
      pattern: "^[A-Za-z0-9._-]{1,64}$",
      maxLength: 64,
      restart: true,
    }),
  ),
  keepalive: duration(
    say("保活", "Keepalive", "半断开 15 秒内发现", "A half-open link shows within one and a half of it"),
    { default: "10 s", min: "5 s", max: "60 s", restart: true },
  ),
  reconnectMax: duration(
    say("重连上限", "Longest pause between attempts", "1 秒起，带随机", "From 1 s, with full jitter"),
    { default: "30 s", min: "1 s", max: "5 min", restart: true },
  ),
  districtKey: maybe(
    path(
      say(
        "街道公钥",
        "District's public key",
        "加密红黄码人员标识",
        "Encrypts the subject of a red or yellow report (JWK file)",
      ),
      { restart: true },
    ),
  ),
  orderKeys: maybe(
    path(
      say("指令公钥", "Keys of orders", "谁可以下达指令", "Whose signed orders are obeyed (list of keys, JSON file)"),
      {
        restart: true,
      },
    ),
  ),
  pseudonymKeys: maybe(
    path(say("日密钥", "Keys of the day", "安全事件的化名", "For the pseudonyms of security events (JSON, 0600)"), {
      restart: true,
      secret: true,
    }),
  ),
});

const platform = record(say("健康码平台", "Health-code platform", "在线查询", "On-line look-up"), {
  url: url(say("地址", "Address", "双向 TLS", "Mutual TLS"), ["https", "http"], { restart: true }),
  ca: maybe(
    path(
      say(
        "根证书",
        "CA certificate",
        "PEM 文件；空则用消息服务器的根证书",
        "PEM file; the one authority believed about the platform. Left out: broker.ca",
      ),
      { restart: true },
    ),
  ),
  mapping: text(say("对照表", "Mapping table", "config/platforms 下的文件名", "File below config/platforms"), {
    pattern: "^[a-z0-9-]{1,40}$",
    maxLength: 40,
    default: "standard",
    restart: true,
  }),
  timeout: duration(say("超时", "Timeout", "之后为「平台不可用」", "After it the outcome is `platform-down`"), {
    default: "3 s",
    min: "500 ms",
    max: "10 s",
    restart: true,
  }),
  slowAfter: duration(say("变慢", "Slow after", "之后为「平台繁忙」", "After it the outcome is `platform-slow`"), {
    default: "800 ms",
    min: "200 ms",
    max: "5 s",
    restart: true,
  }),
});

export const trustGroup = group(
  say("信任", "Trust", "签名码的密钥与吊销", "Keys of signed passes, and what was revoked"),
  {
    roots: maybe(
      path(say("根公钥", "Root keys", "验证信任列表", "Verify the trust list itself (PEM, JWK or JWKS file)"), {
        restart: true,
      }),
    ),
    listUrl: maybe(
      url(
        say(
          "信任列表",
          "Trust list",
          "签名文件；服务器证书属 broker.ca 或公共机构",
          "Signed; over HTTPS with ETag, from a server of broker.ca's authority or of a public one",
        ),
        ["https", "http"],
        { restart: true },
      ),
    ),
    revocationUrl: maybe(
      url(
        say(
          "吊销过滤器",
          "Revocation filter",
          "签名文件；服务器证书同信任列表",
          "Signed, from the same kinds of server as the list; a hit is asked again at the platform",
        ),
        ["https", "http"],
        { restart: true },
      ),
    ),
    refresh: duration(say("更新间隔", "Refresh", "有变化才下载", "Asked this often; downloaded only when changed"), {
      default: "15 min",
      min: "1 min",
      max: "24 h",
      restart: true,
    }),
    staleAfter: duration(say("过旧", "Stale after", "之后人工查验", "After it the outcome is `trust-stale`"), {
      default: "72 h",
      min: "1 h",
      max: "14 d",
      restart: true,
    }),
    platform: maybe(platform),
  },
);

export const replayGroup = group(
  say("同场所通道", "Lanes of the site", "防止同一码连续使用", "So that one code isn't used twice within a minute"),
  {
    gateGroup: text(say("闸机组", "Gate group", "同组通道共享", "Lanes of one group share what was used"), {
      pattern: "^[a-z0-9-]{1,32}$",
      maxLength: 32,
      default: "main",
      restart: true,
    }),
    inner: yesNo(say("内部闸机", "Inner gate", "内部闸机不判重复", "Inner gates never call a code replayed"), false, {
      restart: true,
    }),
    listen: maybe(
      record(say("本机端口", "Own port", "DTLS/UDP", "For the peers' datagrams"), {
        host: text(say("地址", "Address", "场所内网", "On the site's own network"), {
          pattern: "^[0-9a-fA-F.:]{2,45}$",
          maxLength: 45,
          restart: true,
        }),
        port: whole(say("端口", "Port", "UDP", "UDP"), { min: FIRST_FREE_PORT, max: 65_535, restart: true }),
      }),
    ),
    peers: list(
      say("其他通道", "Peers", "同场所", "The other lanes"),
      record(say("通道", "Lane", "内网地址", "On the site's own network"), {
        lane: text(say("通道代号", "Lane id", "同场所", "Of the same site"), {
          pattern: "^[a-z0-9-]{1,32}$",
          maxLength: 32,
        }),
        host: text(say("地址", "Address", "IP 地址", "IP address"), {
          pattern: "^[0-9a-fA-F.:]{2,45}$",
          maxLength: 45,
        }),
        port: whole(say("端口", "Port", "UDP", "UDP"), { min: 1, max: 65_535 }),
      }),
      { max: 32, restart: true },
    ),
    siteKey: maybe(
      path(
        say("场所密钥", "Site key", "在第 3 步上传", "Shared secret of the site's lanes, one line of base64 (0600)"),
        {
          restart: true,
          secret: true,
        },
      ),
    ),
  },
);

export const webGroup = group(say("页面", "Pages", "屏幕、值班与维护页面", "Display, guard's view and this panel"), {
  host: text(
    say(
      "监听地址",
      "Listens on",
      "默认仅本机",
      "The loopback alone by default; beside it an address where the guard has a tablet",
    ),
    { pattern: "^[0-9a-fA-F.:]{2,45}$", maxLength: 45, default: "127.0.0.1", restart: true },
  ),
  port: whole(
    say("本机端口", "Port on the board", "屏幕与 SSH", "For its own screen and over SSH; the loopback alone"),
    {
      default: 8080,
      min: FIRST_FREE_PORT,
      max: 65_535,
      restart: true,
    },
  ),
  tlsPort: whole(say("加密端口", "TLS port", "平板：https://…/guard", "At the address above: https://…/guard"), {
    default: 8443,
    min: FIRST_FREE_PORT,
    max: 65_535,
    restart: true,
  }),
  certificate: maybe(
    path(say("证书", "Certificate", "不只本机时必需", "Needed as soon as it listens beyond the loopback"), {
      restart: true,
    }),
  ),
  key: maybe(
    path(say("私钥", "Private key", "权限 0600", "Readable by the lane alone (0600)"), { restart: true, secret: true }),
  ),
  idleSignOut: duration(say("自动退出", "Idle sign-out", "维护面板", "Of the technician's panel"), {
    default: "15 min",
    min: "1 min",
    max: "1 h",
    restart: true,
  }),
});

export const displayGroup = group(say("显示", "Display", "行人屏幕", "The pedestrian's screen"), {
  languages: list(
    say("语言", "Languages", "中文在前", "Chinese leads"),
    oneOf(say("语言", "Language", "zh 或 en", "zh or en"), ["zh", "en"]),
    { max: 2, default: ["zh", "en"], restart: true },
  ),
  bigType: yesNo(say("大字", "Big type", "标题更大", "Larger headline"), false),
  slow: yesNo(
    say("慢速", "Slow mode", "停留加倍，语音加英文", "Doubles every dwell; the voice speaks English too"),
    false,
    { restart: true },
  ),
  orientation: oneOf(
    say(
      "方向",
      "Orientation",
      "横排或竖排；auto 按屏幕比例",
      "Layout of the page; auto goes by the screen's own proportions",
    ),
    ["auto", "landscape", "portrait"],
    "auto",
  ),
});

export const storageGroup = group(say("存储", "Storage", "上报队列、历史和设置", "Outbox, history, staff"), {
  directory: path(
    say(
      "目录",
      "Directory",
      "数据分区挂载在此；运行中不能更改",
      "Where the data partition is mounted; set in the file of a stopped lane only",
    ),
    { default: "/var/lib/greenlane", restart: true },
  ),
  reserve: size(
    say("预留空间", "Reserve", "提前占用，保证上报可写", "Allocated ahead so that an alert can always be stored"),
    { default: "192 MiB", min: "16 MiB", max: "4 GiB", restart: true },
  ),
});

export const logGroup = group(say("日志", "Log", "不含个人信息", "Never holds anything read from a code"), {
  level: oneOf(say("级别", "Level", "平时 info", "info in service"), ["debug", "info", "warn", "error"], "info", {
    restart: true,
  }),
});
