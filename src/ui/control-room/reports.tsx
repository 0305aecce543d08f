import { useEffect, useState } from "preact/hooks";
import type { RoomAuditEntry, RoomQuarter } from "../../core/room.ts";
import { placeOf, useRoom } from "./context.ts";
import { clockTime, shortTime, startOfDay } from "./format.ts";
import { Page } from "./page.tsx";

/** Persons by outcome per quarter-hour and lane, as published: no cell of 1 to 4. */
export function Counts() {
  const room = useRoom();
  const { api, speech, state } = room;
  const [quarters, setQuarters] = useState<readonly RoomQuarter[] | null>(null);
  useEffect(() => {
    const read = (): void => {
      const from = startOfDay(state.now());
      void api.counts(from, from + 86_400_000).then(setQuarters, () => {});
    };
    read();
    const timer = setInterval(read, 60_000);
    return () => clearInterval(timer);
  }, [api, state]);
  if (quarters === null) return <main class="page loading">{speech.t("loading")}</main>;
  const outcomes = [...new Set(quarters.flatMap((one) => Object.keys(one.persons)))].sort();
  return (
    <Page>
      <h1>{speech.t("countsTitle")}</h1>
      <p class="hint">{speech.t("countsHint")}</p>
      {quarters.length === 0 ? (
        <p class="quiet">{speech.t("noCounts")}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{speech.t("time")}</th>
              <th scope="col">{speech.t("lanes")}</th>
              {outcomes.map((name) => (
                <th key={name} scope="col" class="number">
                  {speech.outcome(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...quarters].reverse().map((one) => (
              <tr key={`${one.src} ${one.quarter}`}>
                <td>
                  {shortTime(one.quarter)}–{shortTime(one.quarter + 900_000)}
                </td>
                <td>{placeOf(one.src, room)}</td>
                {outcomes.map((name) => (
                  <td key={name} class="number">
                    {one.persons[name] ?? 0}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}

/** The audit log, for supervisors: read only, and whether its chain is whole. */
export function Audit() {
  const { api, speech, me } = useRoom();
  const [entries, setEntries] = useState<readonly RoomAuditEntry[]>([]);
  const [check, setCheck] = useState<{ head: { n: number }; broken: number | null } | null>(null);
  const allowed = me.role === "supervisor";
  useEffect(() => {
    if (!allowed) return;
    void api.audit().then(setEntries, () => {});
    void api.auditCheck().then(setCheck, () => {});
  }, [api, allowed]);
  const older = (): void =>
    void api.audit(entries.at(-1)?.n).then(
      (more) => setEntries([...entries, ...more]),
      () => {},
    );
  if (!allowed) return <main class="page quiet">{speech.t("notAllowed")}</main>;
  const { t } = speech;
  return (
    <Page>
      <h1>{t("auditTitle")}</h1>
      <p class="hint">
        {t("auditHint")} ·{" "}
        {check === null
          ? t("loading")
          : check.broken === null
            ? t("auditWhole", { n: check.head.n })
            : t("auditBroken", { n: check.broken })}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              #
            </th>
            <th scope="col">{t("time")}</th>
            <th scope="col">{t("who")}</th>
            <th scope="col">{t("what")}</th>
            <th scope="col">{t("about")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((one) => (
            <tr key={one.n}>
              <td class="number">{one.n}</td>
              <td>
                {new Date(one.at + 8 * 3_600_000).toISOString().slice(0, 10)} {clockTime(one.at)}
              </td>
              <td>{one.who}</td>
              <td>{speech.action(one.action)}</td>
              <td class="mono">{one.caseId ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" onClick={older}>
        {t("older")}
      </button>
    </Page>
  );
}
