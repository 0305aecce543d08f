/** The configuration form, generated from the schema: fields with words, limits, restart; drafts; preview; apply. */
import { useEffect, useState } from "preact/hooks";
import type { Change, FormField } from "../../core/panel.ts";
import { type Finding, get, post } from "./api.ts";
import { Icon } from "./icons.tsx";
import { t } from "./language.ts";
import { Button, FindingLine, Trouble, useAction } from "./parts.tsx";

export interface Preview {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

export const shown = (value: unknown): string =>
  value === null || value === undefined
    ? t("（空）", "(empty)")
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** The fields of the configuration and what was typed over them. */
export function useConfig() {
  const [fields, setFields] = useState<readonly FormField[]>([]);
  const [drafts, setDrafts] = useState<Readonly<Record<string, unknown>>>({});
  const load = async (): Promise<void> => {
    const { fields: next } = await get<{ fields: readonly FormField[] }>("config");
    setFields(next);
    setDrafts({});
  };
  useEffect(() => void load().catch(() => {}), []);
  const draft = (path: string, value: unknown): void => setDrafts((before) => ({ ...before, [path]: value }));
  const forget = (path: string): void => setDrafts(({ [path]: _, ...rest }) => rest);
  return { fields, drafts, draft, forget, load };
}

/** One field with its control; what it holds now beside it when it was changed. */
export function Field({
  field,
  draft,
  onDraft,
}: {
  field: FormField;
  draft: unknown;
  onDraft: (value: unknown) => void;
}) {
  const value = draft === undefined ? field.value : draft;
  const differs = draft !== undefined && draft !== field.value;
  const isDefault = JSON.stringify(value) === JSON.stringify(field.fallback);
  const id = `field-${field.path.replaceAll(".", "-")}`;
  return (
    <div class={`field ${differs ? "changed" : ""}`} data-path={field.path}>
      <label for={id}>
        {t(field.zh, field.en)} <code>{field.path}</code>
      </label>
      <p class="hint" id={`${id}-hint`}>
        {t(field.aboutZh, field.about)}
        {field.from === null ? "" : ` · ${field.from} – ${field.to}`}
        {field.clause === null ? "" : ` · ${field.clause}`}
        {field.restart ? ` · ${t("需重启", "needs a restart")}` : ""}
        {isDefault ? ` · ${t("默认值", "default")}` : ` · ${t("默认", "default")} ${shown(field.fallback)}`}
      </p>
      <Control field={field} id={id} value={value} onDraft={onDraft} />
    </div>
  );
}

function Control({
  field,
  id,
  value,
  onDraft,
}: {
  field: FormField;
  id: string;
  value: unknown;
  onDraft: (value: unknown) => void;
}) {
  const described = { id, "aria-describedby": `${id}-hint` };
  const emptied = (text: string): unknown => (text === "" && field.optional ? null : text);
  if (field.control === "choice")
    return (
      <select
        {...described}
        value={String(value ?? "")}
        onChange={(event) => onDraft(emptied(event.currentTarget.value))}
      >
        {field.optional ? <option value="">{t("（空）", "(empty)")}</option> : null}
        {field.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  if (field.control === "yes-no")
    return (
      <input
        {...described}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onDraft(event.currentTarget.checked)}
      />
    );
  if (field.control === "whole")
    return (
      <input
        {...described}
        inputMode="decimal"
        value={String(value ?? "")}
        onInput={(event) => onDraft(numberOr(emptied(event.currentTarget.value)))}
      />
    );
  if (field.control === "words") return <WordsControl described={described} value={value} onDraft={onDraft} />;
  if (field.control === "json") return <JsonControl described={described} value={value} onDraft={onDraft} />;
  return (
    <input
      {...described}
      value={String(value ?? "")}
      onInput={(event) => onDraft(emptied(event.currentTarget.value))}
    />
  );
}

interface ControlProps {
  readonly described: { readonly id: string; readonly "aria-describedby": string };
  readonly value: unknown;
  readonly onDraft: (value: unknown) => void;
}

/** A text in both languages; emptied in both it is left out. */
function WordsControl({ described, value, onDraft }: ControlProps) {
  const { zh = "", en = "" } = (value ?? {}) as { zh?: string; en?: string };
  const put = (next: { zh: string; en: string }): void => onDraft(next.zh === "" && next.en === "" ? null : next);
  return (
    <div class="pair">
      <input {...described} lang="zh-CN" value={zh} onInput={(event) => put({ zh: event.currentTarget.value, en })} />
      <input
        id={`${described.id}-en`}
        aria-label={t("英文", "English")}
        lang="en"
        value={en}
        onInput={(event) => put({ zh, en: event.currentTarget.value })}
      />
    </div>
  );
}

function JsonControl({ described, value, onDraft }: ControlProps) {
  const [text, setText] = useState<string | null>(null);
  return (
    <textarea
      {...described}
      rows={2}
      spellcheck={false}
      value={text ?? JSON.stringify(value)}
      onInput={(event) => {
        setText(event.currentTarget.value);
        try {
          onDraft(JSON.parse(event.currentTarget.value));
        } catch {
          onDraft(event.currentTarget.value);
        }
      }}
    />
  );
}

/** A text that is a number becomes one; anything else goes as it is and is explained by the lane. */
const numberOr = (value: unknown): unknown =>
  typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;

/** A few fields of one step with their own button. */
export function Fields({ paths, onApplied }: { paths: readonly string[]; onApplied?: () => void }) {
  const { fields, drafts, draft, load } = useConfig();
  const apply = useAction(async () => {
    await post("config/apply", { changes: drafts });
    await load();
    onApplied?.();
  });
  const wanted = fields.filter((field) =>
    paths.some((path) => field.path === path || field.path.startsWith(`${path}.`)),
  );
  const changed = Object.keys(drafts).length;
  return (
    <div class="fields">
      {wanted.map((field) => (
        <Field
          key={field.path}
          field={field}
          draft={drafts[field.path]}
          onDraft={(value) => draft(field.path, value)}
        />
      ))}
      <Trouble refusal={apply.refusal} />
      <Button kind="main" id="apply-fields" disabled={changed === 0 || apply.busy} onClick={apply.start}>
        {apply.busy
          ? t("正在应用，自检中…", "Applying and testing …")
          : changed === 0
            ? t("没有更改", "Nothing changed")
            : t(`保存 ${changed} 项更改`, `Keep ${changed} changes`)}
      </Button>
    </div>
  );
}

/** What would change, with refusals marked at their row. */
export function DiffTable({ preview }: { preview: Preview }) {
  const refused = (path: string): Finding | undefined =>
    preview.findings.find((finding) => finding.path === path || finding.path.startsWith(`${path}.`));
  return (
    <div class="scroll">
      <table class="diff">
        <thead>
          <tr>
            <th>{t("项目", "Field")}</th>
            <th>{t("现在", "Now")}</th>
            <th>{t("将改为", "Becomes")}</th>
            <th>{t("说明", "Meaning")}</th>
            <th>{t("生效", "Counts")}</th>
          </tr>
        </thead>
        <tbody>
          {preview.changes.map((change) => (
            <tr key={change.path} data-path={change.path}>
              <td>
                <code>{change.path}</code>
                <br />
                {t(change.zh, change.en)}
              </td>
              <td>
                <del>− {shown(change.from)}</del>
              </td>
              <td>
                <ins>+ {shown(change.to)}</ins>
              </td>
              <td>{t(change.aboutZh, change.about)}</td>
              <td>
                {refused(change.path) !== undefined ? (
                  <span class="fault">
                    <Icon name="cross" size={18} /> {t("被拒绝", "refused")}
                  </span>
                ) : change.restart ? (
                  <span class="warning">
                    <Icon name="again" size={18} /> {t("需重启", "after a restart")}
                  </span>
                ) : (
                  t("立即", "at once")
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <div class="refusal" role="alert">
      <Icon name="warn" size={28} />
      <div>
        {findings.map((finding) => (
          <FindingLine key={finding.path} finding={finding} />
        ))}
      </div>
    </div>
  );
}
