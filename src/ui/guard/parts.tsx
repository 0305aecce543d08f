import type { ComponentChildren } from "preact";
import { linesOf, type SymbolName } from "../shared/symbols.ts";

export function Sign({ name, size, turn = 0 }: { name: SymbolName; size: number; turn?: number }) {
  return (
    <svg class="symbol" viewBox="0 0 96 96" width={size} height={size} aria-hidden="true" data-symbol={name}>
      {linesOf(name).map((line) => (
        <path
          key={line.d}
          d={line.d}
          class={line.kind?.includes("dot") ? "dot" : "line"}
          transform={turn === 0 ? undefined : `rotate(${turn} 48 48)`}
        />
      ))}
    </svg>
  );
}

export interface PushProps {
  readonly id: string;
  readonly symbol: SymbolName;
  readonly title: string;
  readonly text?: string;
  readonly filled?: boolean;
  /** Why it may not be pressed; it stays in its place, dashed. */
  readonly blocked?: string | null;
  readonly onPush: () => void;
}

/** A button of the guard's view. A blocked one can be reached and read, not pressed. */
export function Push({ id, symbol, title, text, filled, blocked, onPush }: PushProps) {
  const off = blocked != null;
  return (
    <button
      type="button"
      class={`push${filled && !off ? " filled" : ""}`}
      data-push={id}
      aria-disabled={off ? "true" : undefined}
      onClick={() => {
        if (!off) onPush();
      }}
    >
      <Sign name={off ? "lock" : symbol} size={34} />
      <span class="push-words">
        <span class="push-title">{title}</span>
        {(off ? blocked : text) && <span class="push-text">{off ? blocked : text}</span>}
      </span>
    </button>
  );
}

export function Card({ name, children }: { name: string; children: ComponentChildren }) {
  return <section class={`card ${name}`}>{children}</section>;
}

/** Waiting time as 00:18, or 1:02:05 from an hour on. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${two(minutes)}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
