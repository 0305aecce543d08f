/** Guards: posts with a PIN. */
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../api.ts";
import { t } from "../language.ts";
import { Button, Card, Trouble, useAction } from "../parts.tsx";

interface Entry {
  readonly id: string;
  readonly supervisor: boolean;
}

export function StaffList({ onChange }: { onChange?: () => void }) {
  const [staff, setStaff] = useState<readonly Entry[]>([]);
  const [id, setId] = useState("");
  const [pin, setPin] = useState("");
  const [supervisor, setSupervisor] = useState(false);
  const load = async (): Promise<void> => {
    const { staff: next } = await get<{ staff: readonly Entry[] }>("staff");
    setStaff(next);
  };
  useEffect(() => void load().catch(() => {}), []);
  const add = useAction(async () => {
    await post("staff", { id, pin, supervisor });
    setId("");
    setPin("");
    await load();
    onChange?.();
  });
  const remove = async (who: string): Promise<void> => {
    await post("staff/remove", { id: who });
    await load();
    onChange?.();
  };
  return (
    <Card title={t("值班岗", "Guards' posts")} about={t("写岗位，不写姓名", "a post, never a name")}>
      <ul class="staff" id="staff">
        {staff.length === 0 ? <li class="unknown">{t("还没有", "None yet")}</li> : null}
        {staff.map((entry) => (
          <li key={entry.id}>
            <code>{entry.id}</code> {entry.supervisor ? t("班长", "supervisor") : ""}
            <Button onClick={() => void remove(entry.id)}>{t(`删除 ${entry.id}`, `Remove ${entry.id}`)}</Button>
          </li>
        ))}
      </ul>
      <label>
        {t("岗位代号", "Post")}
        <input id="staff-id" value={id} onInput={(event) => setId(event.currentTarget.value)} />
      </label>
      <label>
        {t("六位 PIN", "PIN of six digits")}
        <input
          id="staff-pin"
          type="password"
          inputMode="numeric"
          autocomplete="off"
          value={pin}
          onInput={(event) => setPin(event.currentTarget.value)}
        />
      </label>
      <label class="inline">
        <input
          id="staff-supervisor"
          type="checkbox"
          checked={supervisor}
          onChange={(event) => setSupervisor(event.currentTarget.checked)}
        />{" "}
        {t("班长：可结束封闭、复位应急", "Supervisor: may end a lockdown and reset an emergency")}
      </label>
      <Trouble refusal={add.refusal} />
      <Button id="add-staff" onClick={add.start} disabled={add.busy || id === "" || pin === ""}>
        {t("添加", "Add")}
      </Button>
    </Card>
  );
}
