import type { RoomCase } from "../../core/room.ts";
import type { Speech, Word } from "./words.ts";

/** Priorities: shape, digit and colour; the word stands beside it wherever there is room. */
export function PrioritySign({ priority, size = 22 }: { priority: 1 | 2 | 3 | 4; size?: number }) {
  const shape = {
    1: <path class="fill" d="M16 1 31 16 16 31 1 16Z" />,
    2: <path class="fill" d="M16 3 31 29H1Z" />,
    3: <rect class="line" x="3" y="3" width="26" height="26" rx="2" />,
    4: <circle class="line" cx="16" cy="16" r="13" />,
  }[priority];
  return (
    <svg class={`sign p${priority}`} width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      {shape}
      <text x="16" y={priority === 2 ? 26 : 21.5} text-anchor="middle">
        {priority}
      </text>
    </svg>
  );
}

/** A lane's sign: its worst open case, a small hollow ring when it is well, dashed when it is not heard. */
export function LaneSign({ worst, online }: { worst: 1 | 2 | 3 | 4 | null; online: boolean }) {
  if (!online)
    return (
      <svg class="sign stale" width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
        <circle class="dashed" cx="16" cy="16" r="12" />
        <path class="line" d="M8 24 24 8" />
      </svg>
    );
  if (worst !== null) return <PrioritySign priority={worst} size={20} />;
  return (
    <svg class="sign normal" width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
      <circle class="line" cx="16" cy="16" r="6" />
    </svg>
  );
}

const strokes = {
  bell: "M16 4v2M8 22V14a8 8 0 0 1 16 0v8l3 3H5ZM13 28h6",
  tick: "M5 17l8 8L28 7",
  clock: "M16 3a13 13 0 1 0 0 26 13 13 0 0 0 0-26M16 9v8l5 4",
  closed: "M9 14V9a7 7 0 0 1 14 0v5M5 14h22M7 18h18M6 28h20l-2-10H8Z",
  lock: "M9 14V9a7 7 0 0 1 14 0v5M5 14h22v15H5ZM16 20v4",
  warn: "M16 3 30 28H2ZM16 12v8M16 24v1",
} as const;
export function Sign({ name, size = 18 }: { name: keyof typeof strokes; size?: number }) {
  return (
    <svg class="glyph" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d={strokes[name]} />
    </svg>
  );
}

export const stateSign = { new: "bell", acknowledged: "tick", shelved: "clock", resolved: "closed" } as const;
export const priorityWord: Readonly<Record<1 | 2 | 3 | 4, Word>> = { 1: "p1", 2: "p2", 3: "p3", 4: "p4" };

/** What the case is, in a few words. */
export function titleOf(one: RoomCase, speech: Speech): string {
  const code = one.detail.code;
  const parts = [speech.kind(one.kind)];
  if (one.kind === "trouble" && typeof code === "string") parts.push(code);
  const warm = one.temperature !== null && one.temperature >= 37.3;
  const text = warm ? `${parts.join(" ")} · ${speech.t("temperature")} ${one.temperature} °C` : parts.join(" ");
  const person = one.kind === "red-code" || one.kind === "yellow-code" || one.kind === "pass-refused";
  return person && one.tries > 1 ? speech.t("samePerson", { what: text, n: one.tries }) : text;
}

/** Why an urgent case has no shelf. */
export const notShelved = (one: RoomCase, speech: Speech): string =>
  speech.t(one.kind === "red-code" ? "redNotShelved" : "urgentNotShelved");
