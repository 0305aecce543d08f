import { randomBytes } from "node:crypto";
import { after, type Millis, type Monotonic } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Guard } from "./pins.ts";

/** Tablets at one lane; a ninth sign-in ends the oldest session. */
const MOST = 8;

export interface Session {
  readonly token: string;
  readonly guard: Guard;
  readonly ends: Monotonic;
}

/**
 * Who is signed in. Sessions live in memory only and end by sign-out, after the longest shift by the monotonic clock,
 * or with the process. `onChange` hears the guard whose id a hardware button carries: the one who signed in last and still is.
 */
export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #clock: Clock;
  readonly #shift: Millis;
  readonly #onChange: (guard: Guard | null) => void;

  /** `shift` is how long one may last, 8 h at most (RULES, who may release). */
  constructor(clock: Clock, shift: Millis, onChange: (guard: Guard | null) => void) {
    this.#clock = clock;
    this.#shift = shift;
    this.#onChange = onChange;
  }

  begin(guard: Guard): Session {
    const session = {
      token: randomBytes(32).toString("base64url"),
      guard,
      ends: after(this.#clock.monotonic(), this.#shift),
    };
    if (this.#open.size >= MOST) this.#open.delete(this.#open.keys().next().value ?? "");
    this.#open.set(session.token, session);
    this.#clock.after(this.#shift, () => this.end(session.token));
    this.#onChange(guard);
    return session;
  }

  /** The session of a cookie's token; null for none, an unknown or an ended one. */
  of(token: string | undefined): Session | null {
    const session = token === undefined ? undefined : this.#open.get(token);
    if (session === undefined) return null;
    if (this.#clock.monotonic() < session.ends) return session;
    this.end(session.token);
    return null;
  }

  end(token: string): void {
    if (!this.#open.delete(token)) return;
    this.#onChange(this.current());
  }

  /** The guard who signed in last of those who still are. */
  current(): Guard | null {
    return [...this.#open.values()].at(-1)?.guard ?? null;
  }
}
