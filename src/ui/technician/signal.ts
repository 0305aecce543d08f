/** A value that components redraw for: the smallest store that the panel needs. */
import { useEffect, useState } from "preact/hooks";

export interface Signal<T> {
  value(): T;
  set(next: T): void;
  subscribe(listener: () => void): () => void;
}

export function signal<T>(first: T): Signal<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    value: () => value,
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The signal's value, and a redraw at each change. */
export function useSignal<T>(source: Signal<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => source.subscribe(() => redraw((count) => count + 1)), [source]);
  return source.value();
}
