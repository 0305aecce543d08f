import { createPrivateKey, X509Certificate } from "node:crypto";
import { days, millis } from "../../core/units.ts";
import { KeyFileFault, readDistrictKey, readOrderKeys } from "../../protocol/key-files.ts";
import { certificatesOf, endOf, RENEWED_BEFORE } from "../certificates.ts";
import type { Check, Outcome, Patient } from "./check.ts";

const PATIENCE = millis(5000);

/** Host and port of the configured broker. */
export function brokerAddress(url: string): { readonly host: string; readonly port: number; readonly secure: boolean } {
  const parsed = new URL(url);
  const secure = parsed.protocol === "mqtts:";
  return { host: parsed.hostname.replace(/^\[|\]$/g, ""), port: Number(parsed.port) || (secure ? 8883 : 1883), secure };
}

/** What an error of a connection means, and what to do about it. */
export function explainLink(
  code: string,
  host: string,
  port: number,
): { readonly measured: string; readonly fix: string } {
  const where = `${host}:${port}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return {
      measured: `no address for ${host}`,
      fix: "check the name and the network's DNS; the cable or Wi-Fi may be down",
    };
  if (code === "ECONNREFUSED")
    return {
      measured: `${where} refuses connections`,
      fix: "the machine is there and no broker listens: check the port, and ask the district whether it runs",
    };
  if (code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH")
    return {
      measured: `${where} does not answer`,
      fix: "check gateway and firewall; the site's network must let this port out",
    };
  if (code === "CERT_HAS_EXPIRED")
    return {
      measured: "a certificate has expired",
      fix: "check this lane's clock first, then have the certificate renewed",
    };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return {
      measured: `the broker's certificate is for another name than ${host}`,
      fix: "use the name that the certificate was made for in broker.url",
    };
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|LEAF_SIGNATURE/.test(code))
    return {
      measured: "the broker's certificate is not from the configured authority",
      fix: "install the CA certificate that the district gave you as broker.ca",
    };
  if (/KEY_VALUES_MISMATCH/.test(code))
    return {
      measured: "the private key does not belong to the certificate",
      fix: "install certificate and key from the same set",
    };
  if (/ALERT|ECONNRESET|EPIPE/.test(code))
    return {
      measured: `the broker ended the handshake (${code})`,
      fix: "it does not accept this lane's certificate: check that it is signed by the right authority and not revoked",
    };
  if (/PEM|ASN1|DECODER|NO_START_LINE/.test(code))
    return { measured: "a certificate file can't be read", fix: "it must be PEM text that begins with -----BEGIN" };
  return { measured: `failed with ${code}`, fix: "send the support bundle" };
}

/** The link: certificate, broker, trust material, pages. */
export const linkChecks: readonly Check[] = [
  {
    id: "network.address",
    zh: "网络地址",
    en: "Network address",
    look({ host }) {
      const own = host.addresses().filter((entry) => !entry.internal);
      if (own.length > 0)
        return {
          status: "ok",
          measured: own
            .slice(0, 3)
            .map((entry) => `${entry.name} ${entry.address}`)
            .join(", "),
        };
      return {
        status: "fail",
        code: "GL-4110",
        measured: "no address",
        expected: "one beside the loopback",
        fix: "connect the cable, or set the network up on the serial console",
      };
    },
  },
  {
    id: "broker.certificate",
    zh: "本机证书",
    en: "The lane's certificate",
    look: ({ config, host, now }) => certificate(config.broker, host, now, byDistrict),
  },
  {
    id: "broker.ca",
    zh: "根证书",
    en: "The district's CA certificate",
    look: ({ config, host, now }) => authority(config.broker.ca, host, now),
  },
  {
    id: "web.certificate",
    zh: "页面证书",
    en: "The pages' certificate",
    look: ({ config, host, now }) => certificate(config.web, host, now, bySite),
  },
  {
    id: "broker.reach",
    zh: "消息服务器",
    en: "Broker",
    async look({ config, host }) {
      const { host: name, port, secure } = brokerAddress(config.broker.url);
      const { ca, certificate: own, key } = config.broker;
      const failed = secure
        ? await host.handshake(name, port, { ca, certificate: own, key }, PATIENCE)
        : await host.reach(name, port, PATIENCE);
      const expected = `${secure ? "a TLS handshake" : "a connection"} with ${name}:${port}`;
      if (failed === null) return { status: "ok", measured: "reachable", expected };
      return { status: "fail", code: "GL-4111", expected, ...explainLink(failed, name, port) };
    },
  },
  {
    id: "keys.district",
    zh: "街道公钥",
    en: "District's public key",
    look({ config, host }) {
      const { districtKey: path } = config.broker;
      const found = path === null ? "none" : keysIn(path, host, (text) => [readDistrictKey(text).kid ?? "read"]);
      if (typeof found === "object") return { status: "ok", measured: found.join(", ") };
      return {
        status: "fail",
        code: "GL-3111",
        measured: found,
        expected: "the district's public key (JWK file)",
        fix: "without it no red or yellow can be reported and the lane stays out of service; install it in the panel's step 2",
      };
    },
  },
  {
    id: "keys.orders",
    zh: "指令公钥",
    en: "Keys of orders",
    look({ config, host }) {
      const { orderKeys: path } = config.broker;
      const found = path === null ? "none" : keysIn(path, host, (text) => readOrderKeys(text).map(({ kid }) => kid));
      if (typeof found === "object") return { status: "ok", measured: found.join(", ") };
      return {
        status: path === null ? "warn" : "fail",
        code: "GL-3112",
        measured: found,
        expected: "a list of the keys whose orders are obeyed",
        fix: "without it this lane obeys no order of the control room; install the district's list in the panel's step 2",
      };
    },
  },
  {
    id: "trust.roots",
    zh: "信任根",
    en: "Trust roots",
    look({ config, host }) {
      const { roots } = config.trust;
      if (roots === null)
        return {
          status: "warn",
          code: "GL-3110",
          measured: "none",
          expected: "a file of root keys",
          fix: "without it every signed pass goes to the guard; install what the district gave you as trust.roots",
        };
      if (host.facts(roots)?.readable === true) return { status: "ok", measured: roots };
      return {
        status: "fail",
        code: "GL-3110",
        measured: `${roots} can't be read`,
        expected: "a readable file",
        fix: "install it again and check its owner",
      };
    },
  },
  {
    id: "secrets.mode",
    zh: "私钥权限",
    en: "Private files",
    look({ config, host }) {
      const files = [config.broker.key, config.web.key, config.replay.siteKey, config.broker.pseudonymKeys].filter(
        (path) => path !== null,
      );
      const open = files.filter((path) => ((host.facts(path)?.mode ?? 0) & 0o077) !== 0);
      if (files.length === 0) return { status: "skipped", measured: "none configured" };
      if (open.length === 0) return { status: "ok", measured: `${files.length} readable by the lane alone` };
      return {
        status: "fail",
        code: "GL-4113",
        measured: `others may read ${open.join(", ")}`,
        expected: "mode 0600",
        fix: `chmod 600 ${open.join(" ")}`,
      };
    },
  },
];

/** The names of the keys in a file, or what is wrong with it. */
function keysIn(path: string, host: Patient["host"], read: (text: string) => string[]): readonly string[] | string {
  const text = host.read(path);
  if (text === null) return `${path} can't be read`;
  try {
    return read(text);
  } catch (error) {
    return `${path}: ${error instanceof KeyFileFault ? error.message : "can't be read"}`;
  }
}

/** What is wrong with a certificate, and who gives another one. */
interface Giver {
  readonly wrong: string;
  readonly ending: string;
  readonly step: string;
  readonly renewed: string;
}
const byDistrict: Giver = {
  wrong: "GL-4112",
  ending: "GL-4115",
  step: "the panel's step 2",
  renewed: "have it renewed by the district",
};
const bySite: Giver = {
  wrong: "GL-4119",
  ending: "GL-4119",
  step: "the panel's step 3",
  renewed: "make a new one",
};

function isReadable(text: string): boolean {
  try {
    return certificatesOf(text).length > 0;
  } catch {
    return false;
  }
}

function authority(path: string | null, host: Patient["host"], now: Patient["now"]): Outcome {
  if (path === null) return { status: "skipped", measured: "not used on the loopback" };
  const expected = "a CA certificate, good for 30 days or more";
  const fix = `install it in ${byDistrict.step}`;
  const text = host.read(path);
  if (text === null || !isReadable(text))
    return { status: "fail", code: byDistrict.wrong, measured: `${path} can't be read`, expected, fix };
  return validity(text, "CA", expected, now, byDistrict);
}

function certificate(
  files: { readonly certificate: string | null; readonly key: string | null },
  host: Patient["host"],
  now: Patient["now"],
  giver: Giver,
): Outcome {
  if (files.certificate === null) return { status: "skipped", measured: "not used on the loopback" };
  const expected = "a certificate with its key, good for 30 days or more";
  const wrong = (measured: string, fix: string): Outcome => ({
    status: "fail",
    code: giver.wrong,
    measured,
    expected,
    fix,
  });
  const sameSet = "install certificate and key from the same set";
  const text = host.read(files.certificate);
  if (text === null) return wrong(`${files.certificate} can't be read`, `install it in ${giver.step}`);
  const parsed = new X509Certificate(text);
  const name = /CN=([^\n]*)/.exec(parsed.subject)?.[1] ?? "no name";
  const key = files.key === null ? null : host.read(files.key);
  if (key === null) return wrong("its private key can't be read", sameSet);
  if (!parsed.checkPrivateKey(createPrivateKey(key))) return wrong("the private key does not belong to it", sameSet);
  return validity(text, name, expected, now, giver);
}

/** How long the certificates of a file are still good. */
function validity(text: string, name: string, expected: string, now: Patient["now"], giver: Giver): Outcome {
  const end = endOf(text);
  if (now.trust === "unsynced") {
    const day = new Date(end).toISOString().slice(0, 10);
    return { status: "skipped", measured: `${name}, valid to ${day}; the time is not trusted` };
  }
  const left = Math.floor((end - now.at) / days(1));
  const measured = `${name}, ${left} days left`;
  const fix = `${giver.renewed} and install it in ${giver.step}`;
  if (left < 1) return { status: "fail", code: giver.ending, measured, expected, fix };
  if (end - now.at < RENEWED_BEFORE) return { status: "warn", code: giver.ending, measured, expected, fix };
  return { status: "ok", measured, expected };
}
