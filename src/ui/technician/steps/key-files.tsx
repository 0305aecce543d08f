/** Files of keys: each is looked at by the lane and shown before it is taken, and all are used together. */
import { useRef, useState } from "preact/hooks";
import type { KeyFileItem, KeyFileKind } from "../../../core/panel.ts";
import { post, Refused } from "../api.ts";
import { t } from "../language.ts";
import { Button, Card, Trouble, useAction } from "../parts.tsx";

/** What the lane takes at most; larger files are not even sent. */
const LONGEST = 16_384;

type Row = readonly [kind: KeyFileKind, zh: string, en: string];

/** What the district gives every lane. */
export const districtFiles: readonly Row[] = [
  ["ca", "根证书（PEM）", "CA certificate (PEM)"],
  ["certificate", "本机证书（PEM）", "The lane's certificate (PEM)"],
  ["key", "本机私钥（PEM）", "The lane's private key (PEM)"],
  ["district-key", "街道公钥（JSON）", "District's public key (JSON)"],
  ["order-keys", "指令公钥（JSON）", "Keys of orders (JSON)"],
  ["roots", "信任根（PEM 或 JSON）", "Trust roots (PEM or JSON)"],
  ["day-keys", "日密钥（JSON）", "Keys of the day (JSON)"],
];

/** What only some sites have: pages for a guard's tablet, and lanes that know of each other. */
export const siteFiles: readonly Row[] = [
  ["web-certificate", "页面证书（PEM）", "The pages' certificate (PEM)"],
  ["web-key", "页面私钥（PEM）", "The pages' private key (PEM)"],
  ["site-key", "场所密钥（一行 base64）", "Site key (one line of base64)"],
];

interface Look {
  readonly field: string;
  readonly items: readonly KeyFileItem[];
}

interface KeyFilesProps {
  readonly title: string;
  readonly about?: string;
  readonly kinds: readonly Row[];
  readonly onUsed: () => void;
}

export function KeyFiles({ title, about, kinds, onUsed }: KeyFilesProps) {
  const [paths, setPaths] = useState<Readonly<Record<string, string>>>({});
  const [round, setRound] = useState(0);
  const use = useAction(async () => {
    await post("config/apply", { changes: paths });
    setPaths({});
    setRound((before) => before + 1);
    onUsed();
  });
  const taken = Object.keys(paths).length;
  return (
    <Card title={title}>
      {about === undefined ? null : <p>{about}</p>}
      {kinds.map(([kind, zh, en]) => (
        <KeyFile
          key={`${kind}-${round}`}
          kind={kind}
          label={t(zh, en)}
          onTaken={(field, path) => setPaths((before) => ({ ...before, [field]: path }))}
        />
      ))}
      <Trouble refusal={use.refusal} />
      {taken === 0 ? null : (
        <Button kind="main" id="use-files" onClick={use.start} disabled={use.busy}>
          {use.busy
            ? t("正在应用，自检中…", "Applying and testing …")
            : t(`启用这 ${taken} 个文件`, `Use ${taken === 1 ? "this file" : `these ${taken} files`}`)}
        </Button>
      )}
    </Card>
  );
}

function KeyFile({
  kind,
  label,
  onTaken,
}: {
  kind: KeyFileKind;
  label: string;
  onTaken: (field: string, path: string) => void;
}) {
  const chosen = useRef<File | null>(null);
  const [seen, setSeen] = useState<(Look & { readonly text: string; readonly taken: boolean }) | null>(null);
  const look = useAction(async () => {
    setSeen(null);
    const file = chosen.current;
    if (file === null) return;
    if (file.size > LONGEST)
      throw new Refused(0, { code: "GL-4118", why: `the file has ${file.size} bytes, a key file ${LONGEST} at most` });
    const text = await file.text();
    const answer = await post<Look>("files", { kind, text, take: false });
    setSeen({ ...answer, text, taken: false });
  });
  const take = useAction(async () => {
    if (seen === null) return;
    const { field, path } = await post<{ field: string; path: string }>("files", { kind, text: seen.text, take: true });
    onTaken(field, path);
    setSeen({ ...seen, text: "", taken: true });
  });
  return (
    <div class="key-file" data-kind={kind}>
      <label class="upload">
        {label}
        <input
          type="file"
          id={`file-${kind}`}
          accept=".pem,.crt,.cer,.key,.json,.jwk,.jwks,.txt"
          onChange={(event) => {
            chosen.current = event.currentTarget.files?.[0] ?? null;
            look.start();
          }}
        />
      </label>
      {seen === null ? null : (
        <>
          <ul class="key-items">
            {seen.items.map((item) => (
              <KeyItem key={item.fingerprint} item={item} />
            ))}
          </ul>
          {seen.taken ? (
            <p class="said">{t("已收下，启用后生效", "Taken; counts once it is used")}</p>
          ) : (
            <Button id={`take-${kind}`} onClick={take.start} disabled={take.busy}>
              {t("指纹相符，收下", "The fingerprint fits, take it")}
            </Button>
          )}
        </>
      )}
      <Trouble refusal={look.refusal} />
      <Trouble refusal={take.refusal} />
    </div>
  );
}

function KeyItem({ item }: { item: KeyFileItem }) {
  const { name, type, role, until, fingerprint } = item;
  const roles: Readonly<Record<string, string>> = {
    operator: t("下达指令", "signs orders"),
    configuration: t("下发配置", "signs configurations"),
  };
  const facts = [
    type,
    role === null ? "" : (roles[role] ?? role),
    until === null ? "" : t(`至 ${until}`, `to ${until}`),
  ];
  return (
    <li>
      <strong>{name === "" ? t("（无名称）", "(no name)") : name}</strong>{" "}
      {facts.filter((fact) => fact !== "").join(" · ")}
      <br />
      {t("指纹", "Fingerprint")} <code>{fingerprint.match(/.{4}/g)?.join(" ")}</code>
    </li>
  );
}
