import { useEffect, useState } from "preact/hooks";
import type { RoomStream } from "../../core/room.ts";
import { placeOf, useRoom } from "./context.ts";
import { grouped, roughly } from "./format.ts";
import { Page } from "./page.tsx";
import { LaneSign } from "./signs.tsx";

type Ranges = readonly (readonly [number, number])[];
const sizeOf = (ranges: Ranges): number => ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** Proof per lane that nothing is missing: a bar of its numbers, gaps as full-height plates, no statement while silent. */
export function Completeness() {
  const { api, speech, state } = useRoom();
  const [streams, setStreams] = useState<readonly RoomStream[] | null>(null);
  useEffect(() => {
    const read = (): void => void api.completeness().then(setStreams, () => {});
    read();
    const timer = setInterval(read, 2_000);
    return () => clearInterval(timer);
  }, [api]);
  const { t } = speech;
  if (streams === null) return <main class="page loading">{t("loading")}</main>;
  const shown = streams.filter((one) => !one.closed || one.gone.length > 0);
  const heard = shown.filter((one) => state.isOnline(one.src) || one.closed);
  const expected = heard.reduce((sum, one) => sum + one.head, 0);
  const gone = heard.reduce((sum, one) => sum + sizeOf(one.gone), 0);
  const asking = new Set(heard.filter((one) => one.askedAt !== null && one.waiting.length > 0).map((one) => one.src))
    .size;
  const received = heard.reduce((sum, one) => sum + one.received, 0);
  const shed = heard.reduce((sum, one) => sum + one.shedCount, 0);
  const heads = ["lanes", "headNo", "received", "gone", "shedShort", "backlog", "lastHeard", "bar", "remark"] as const;
  return (
    <Page class="completeness">
      <header>
        <div>
          <h1>{t("completeness")}</h1>
          <p class="hint">{t("gapTitle")}</p>
        </div>
        <dl class="sums">
          <Sum name={t("expected")} value={grouped(expected)} />
          <Sum name={t("received")} value={grouped(received)} />
          <Sum name={t("gone")} value={grouped(gone)} warn={gone > 0} />
          <Sum name={t("asking")} value={t("nLanes", { n: asking })} />
          <Sum name={t("shed")} value={grouped(shed)} />
        </dl>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("lanes")}</th>
            <th scope="col" class="number">
              epoch
            </th>
            {heads.slice(1).map((name) => (
              <th key={name} scope="col" class={name === "bar" || name === "remark" ? "" : "number"}>
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <StreamRow key={`${one.src} ${one.epoch}`} one={one} />
          ))}
        </tbody>
      </table>
      <ul class="legend">
        <li>
          <span class="swatch have" />
          {t("legendHave")}
        </li>
        <li>
          <span class="swatch gap" />
          {t("legendGap")}
        </li>
        <li>
          <span class="swatch shed" />
          {t("legendShed")}
        </li>
        <li>
          <LaneSign worst={null} online={false} />
          {t("legendStale")}
        </li>
      </ul>
    </Page>
  );
}

function Sum({ name, value, warn = false }: { name: string; value: string; warn?: boolean }) {
  return (
    <div class={warn ? "warn" : ""}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function StreamRow({ one }: { one: RoomStream }) {
  const room = useRoom();
  const { state, speech } = room;
  const { t } = speech;
  const lane = state.lanes.get(one.src);
  const known = state.isOnline(one.src) || one.closed;
  const gone = sizeOf(one.gone);
  const waiting = sizeOf(one.waiting);
  const number = (n: number): string => (known ? grouped(n) : "?");
  const heardAt = Math.max(one.lastAt, lane?.heard ?? 0);
  return (
    <tr class={`${known ? "" : "silent"}${gone > 0 ? " gap" : ""}`}>
      <th scope="row">
        <LaneSign worst={gone > 0 ? 2 : null} online={known} />
        {placeOf(one.src, room)}
      </th>
      <td class="number">{one.ordinal}</td>
      <td class="number">{known ? grouped(one.head) : `≥ ${grouped(one.head)}`}</td>
      <td class="number">{grouped(one.received)}</td>
      <td class="number">{number(gone)}</td>
      <td class="number">{known ? grouped(one.shedCount) : "–"}</td>
      <td class="number">{number(waiting)}</td>
      <td class="number">{t("ago", { age: roughly(state.now() - heardAt, speech) })}</td>
      <td>
        <Bar one={one} known={known} />
      </td>
      <td>{remark(one, known, gone, waiting, room)}</td>
    </tr>
  );
}

function remark(
  one: RoomStream,
  known: boolean,
  gone: number,
  waiting: number,
  { speech }: ReturnType<typeof useRoom>,
): string {
  const { t } = speech;
  if (!known) return t("unknownLane");
  if (one.closed) return t("closedEpoch", { n: gone });
  const [hole] = one.gone;
  if (hole !== undefined) return t("gapOf", { from: grouped(hole[0]), to: grouped(hole[1]) });
  if (waiting > 0) return t("draining", { n: waiting });
  return one.shedCount > 0 ? t("shedOf", { n: one.shedCount }) : t("complete");
}

const width = 480;
/** Ranges narrower than this are drawn this wide: a single missing number must be seen. */
const narrowest = 6;

function Bar({ one, known }: { one: RoomStream; known: boolean }) {
  const { speech } = useRoom();
  const scale = width / Math.max(1, one.head);
  const place = ([from, to]: readonly [number, number]): { x: number; width: number } => {
    const wide = Math.max(narrowest, (to - from + 1) * scale);
    return { x: Math.min(width - wide, (from - 1) * scale), width: wide };
  };
  const tail = one.waiting.at(-1);
  const end = tail !== undefined && tail[1] === one.head ? (tail[0] - 1) * scale : width;
  const label = `${speech.t("received")} ${one.received}, ${speech.t("gone")} ${sizeOf(one.gone)}`;
  return (
    <svg
      class={known ? "bar" : "bar stale"}
      viewBox={`0 0 ${width} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <rect class="track" x="0" y="9" width={width} height="2" />
      <rect class="have" x="0" y="6" width={known ? end : end * 0.8} height="8" />
      {one.waiting.slice(0, 200).map((range) => (
        <rect key={range[0]} class="hole" y="6" height="8" {...place(range)} />
      ))}
      {one.shed.slice(0, 200).map((range) => (
        <rect key={range[0]} class="shed" y="4" height="12" {...place(range)} />
      ))}
      {one.gone.slice(0, 200).map((range) => (
        <rect key={range[0]} class="gap" y="1" height="18" {...place(range)} />
      ))}
    </svg>
  );
}
