/**
 * The way through the turnstile as its two light beams see it: debounced quadrature of their levels → passages,
 * turn-backs and alarms. Pure: levels and times go in, events come out, so the fake and the real inputs share it.
 *
 * A body that goes in interrupts the entry beam, both, the exit beam alone, and none. The position counts these
 * quarter steps: +4 is through inwards, −4 through outwards, 0 is back where it came from. Where an edge was missed
 * (levels coalesce while the process is busy) the body is taken to have gone on: a grant is rather used up than kept.
 */
import type { Direction, PassageAlarm } from "../../src/core/flow.ts";
import { after, type Millis, type Monotonic, millis, monotonic, since } from "../../src/core/units.ts";
import type { InputEvent } from "../../src/ports/inputs.ts";
import { Debounced } from "./debounce.ts";

export interface WaySettings {
  /** A level counts once it has been stable for this long. */
  readonly debounce: Millis;
  /** The near beam clear for this long while the far one is interrupted marks the end of a body (0.25 s at swing gates). */
  readonly bodyGap: Millis;
  /** Somebody or something in the way for this long is `held-open` (10 s, PERCo TTR-10A). */
  readonly heldOpen: Millis;
  /** A beam interrupted for this long without a change is taken for broken. */
  readonly blocked: Millis;
  /** How long a pulse may be followed by a passage, wheelchairs included, before a body is no longer its own. */
  readonly longestWindow: Millis;
  /** A body that enters this soon after one that went through is its follower. */
  readonly tail: Millis;
}
export const defaultWay: WaySettings = {
  debounce: millis(20),
  bodyGap: millis(250),
  heldOpen: millis(10_000),
  blocked: millis(60_000),
  longestWindow: millis(16_000),
  tail: millis(2_000),
};

/** Quarter step of (entry beam, exit beam), in the order in which a body going in makes them. */
const quarter = (entry: boolean, exit: boolean): number => (entry ? (exit ? 2 : 1) : exit ? 3 : 0);
const other = (beam: Direction): Direction => (beam === "entry" ? "exit" : "entry");

/** What is in the way between one "both beams clear" and the next. */
interface Body {
  /** Signed quarter steps, −3 … 3. */
  position: number;
  /** Largest distance from where it came in. */
  furthest: number;
  readonly began: Monotonic;
  /** Since when only the far beam sees it. */
  tailSince: Monotonic | null;
  /** People that entered behind it before the way was clear. */
  followers: number;
  /** Both beams were interrupted at once: where it came from is not known. */
  unsure: boolean;
  heldOpenTold: boolean;
}

export class Way {
  readonly #set: WaySettings;
  readonly #beams: Readonly<Record<Direction, Debounced>>;
  #state = 0;
  #body: Body | null = null;
  #free = false;
  #pulses: { readonly direction: Direction; readonly at: Monotonic }[] = [];
  #lastThrough: { readonly direction: Direction; readonly at: Monotonic } | null = null;
  readonly #fault = new Set<string>();
  /** Full interruptions of the other beam while this one stayed interrupted beyond `heldOpen`. */
  readonly #contradicted = new Map<Direction, boolean>();

  constructor(settings: WaySettings = defaultWay) {
    this.#set = settings;
    this.#beams = { entry: new Debounced(settings.debounce), exit: new Debounced(settings.debounce) };
  }

  /** A raw level, at an edge or re-read; `interrupted` is true while something is in the beam. */
  level(beam: Direction, interrupted: boolean, at: Monotonic): InputEvent[] {
    this.#beams[beam].feed(interrupted, at);
    return this.tick(at);
  }

  /** A release pulse was given: one body may go that way. */
  pulsed(direction: Direction, at: Monotonic): void {
    this.#pulses.push({ direction, at });
  }

  /** From now on everybody may go through both ways. */
  freed(): void {
    this.#free = true;
  }

  /** A body went all the way through, as the turnstile's own PASS contact tells; judged like one seen by the beams. */
  walked(direction: Direction, at: Monotonic): InputEvent[] {
    const events: InputEvent[] = [];
    this.#through(direction, at, at, 1, events);
    return events;
  }

  /** When `tick` has to be called next, or null while nothing can happen by itself. */
  due(): Monotonic | null {
    const settle = this.#settleDue();
    const times = settle === null ? [] : [settle];
    if (this.#body !== null && !this.#body.heldOpenTold) times.push(after(this.#body.began, this.#set.heldOpen));
    for (const beam of ["entry", "exit"] as const) {
      if (this.#beams[beam].value && !this.#fault.has(`beam-${beam}`))
        times.push(after(this.#beams[beam].changed, this.#set.blocked));
    }
    return times.length === 0 ? null : monotonic(Math.min(...times));
  }

  /** Edges of both beams within one debounce have no order: both are waited for, and are one diagonal step then. */
  #settleDue(): Monotonic | null {
    const entry = this.#beams.entry.due();
    const exit = this.#beams.exit.due();
    if (entry === null || exit === null) return entry ?? exit;
    const both = Math.max(entry, exit);
    return monotonic(Math.min(both, after(entry, this.#set.debounce), after(exit, this.#set.debounce)));
  }

  /** Settles levels and runs out what is overdue at `now`. */
  tick(now: Monotonic): InputEvent[] {
    const events: InputEvent[] = [];
    const { entry, exit } = this.#beams;
    const settleAt = this.#settleDue();
    if (settleAt !== null && now >= settleAt) {
      const changed = (["entry", "exit"] as const).filter((beam) => this.#beams[beam].settle(now));
      for (const beam of changed) this.#watchBeam(beam, this.#beams[beam].changed, events);
      if (changed.length > 0) {
        const at = monotonic(Math.max(...changed.map((beam) => this.#beams[beam].changed)));
        this.#move(quarter(entry.value, exit.value), at, events);
      }
    }
    this.#overdue(now, events);
    return events;
  }

  #move(to: number, at: Monotonic, events: InputEvent[]): void {
    const from = this.#state;
    this.#state = to;
    this.#body ??= newBody(at);
    const body = this.#body;
    const forward = body.position < 0 ? -1 : 1;
    const turn = (to - from + 4) % 4;
    if (from === 0 && turn === 2) body.unsure = true;
    if (from === 0 && turn === 3) body.position = -1;
    else body.position += turn === 3 ? -1 : turn === 2 ? 2 * forward : 1;
    body.furthest = Math.max(body.furthest, Math.abs(body.position));

    this.#watchFollowers(body, at, events);
    if (to === 0) {
      this.#left(body, from, at, events);
      this.#body = null;
      for (const beam of ["entry", "exit"] as const) this.#mend(`beam-${beam}`, at, events);
    } else if (Math.abs(body.position) > 4) {
      // 01 → 10: through, and the next body stands at the near beam already.
      this.#through(forward > 0 ? "entry" : "exit", body.began, at, body.followers + 1, events);
      this.#body = { ...newBody(at), position: forward, furthest: 1 };
    }
  }

  #watchFollowers(body: Body, at: Monotonic, events: InputEvent[]): void {
    const distance = Math.abs(body.position);
    if (distance === 3) {
      body.tailSince = at;
      return;
    }
    if (distance === 2 && body.tailSince !== null) {
      if (since(body.tailSince, at) >= this.#set.bodyGap) body.followers += 1;
      body.tailSince = null;
    }
    if (distance === 1 && body.followers > 0) {
      // The far beam cleared behind the ones in front: only the last follower is still at the near beam.
      this.#through(body.position > 0 ? "entry" : "exit", body.began, at, body.followers, events);
      body.followers = 0;
      body.furthest = 1;
    }
  }

  /** The way is clear again: who went where? */
  #left(body: Body, from: number, at: Monotonic, events: InputEvent[]): void {
    if (body.unsure) {
      const pulse = this.#pulses.find((open) => since(open.at, at) <= this.#set.longestWindow);
      const direction = from === 3 ? "entry" : from === 1 ? "exit" : (pulse?.direction ?? "entry");
      this.#through(direction, body.began, at, body.followers + 1, events);
    } else if (Math.abs(body.position) >= 4) {
      this.#through(body.position > 0 ? "entry" : "exit", body.began, at, body.followers + 1, events);
    } else if (body.furthest >= 2) {
      // At 0 the sign is gone; the beam that cleared last is the one it came in by.
      events.push({ kind: "turn-back", direction: from === 1 ? "entry" : "exit", at });
    }
  }

  #through(direction: Direction, began: Monotonic, at: Monotonic, bodies: number, events: InputEvent[]): void {
    for (let body = 0; body < bodies; body++) {
      const alarm = this.#judge(direction, began, at);
      events.push(alarm === null ? { kind: "passage", direction, at } : { kind: "alarm", alarm, at });
      this.#lastThrough = { direction, at };
    }
  }

  #judge(direction: Direction, began: Monotonic, at: Monotonic): PassageAlarm | null {
    this.#pulses = this.#pulses.filter((pulse) => since(pulse.at, at) <= this.#set.longestWindow);
    if (this.#free) return null;
    const own = this.#pulses.findIndex((pulse) => pulse.direction === direction);
    if (own >= 0) {
      this.#pulses.splice(own, 1);
      return null;
    }
    const last = this.#lastThrough;
    if (last?.direction === direction && began <= after(last.at, this.#set.tail)) return "tailgating";
    return this.#pulses.length > 0 ? "reverse-entry" : "forced-passage";
  }

  /** A beam that stays interrupted while the other one sees somebody come and go is stuck (contradicting evidence). */
  #watchBeam(changed: Direction, at: Monotonic, events: InputEvent[]): void {
    const still = other(changed);
    const stuckSince = this.#beams[still].changed;
    if (!this.#beams[still].value || since(stuckSince, at) < this.#set.heldOpen) {
      this.#contradicted.delete(still);
      return;
    }
    if (this.#beams[changed].value) this.#contradicted.set(still, true);
    else if (this.#contradicted.get(still)) this.#break(`beam-${still}`, at, events);
  }

  #overdue(now: Monotonic, events: InputEvent[]): void {
    const body = this.#body;
    if (body !== null && !body.heldOpenTold && since(body.began, now) >= this.#set.heldOpen) {
      body.heldOpenTold = true;
      events.push({ kind: "alarm", alarm: "held-open", at: now });
    }
    for (const beam of ["entry", "exit"] as const) {
      const line = this.#beams[beam];
      if (line.value && since(line.changed, now) >= this.#set.blocked) this.#break(`beam-${beam}`, now, events);
      if (line.chattering(now)) this.#break(`chatter-${beam}`, now, events);
      else this.#mend(`chatter-${beam}`, now, events);
    }
  }

  #break(what: string, at: Monotonic, events: InputEvent[]): void {
    if (this.#fault.has(what)) return;
    this.#fault.add(what);
    events.push({ kind: "health", health: "fault", what, at });
  }

  #mend(what: string, at: Monotonic, events: InputEvent[]): void {
    if (!this.#fault.delete(what)) return;
    events.push({ kind: "health", health: "ok", what, at });
  }
}

const newBody = (began: Monotonic): Body => ({
  position: 0,
  furthest: 0,
  began,
  tailSince: null,
  followers: 0,
  unsure: false,
  heldOpenTold: false,
});
