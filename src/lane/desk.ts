/**
 * The guard's desk: who waits for staff and why, the calls at once, after 20 s and after 60 s, and what a guard may do
 * (RULES, "Who may release"). Nothing here says who a person is.
 */
import type { BodyTemperature, ModuleColour } from "../core/flow.ts";
import type { Decision } from "../core/passage/lane-events.ts";
import { after, type Instant, type Millis, minutes, since } from "../core/units.ts";
import { clearanceOf } from "../core/verdict/clearance.ts";
import type { AttendedPerson } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";

export interface DeskTimings {
  /** Second call of the guard (20 s). */
  readonly callAgain: Millis;
  /** The control room is told (60 s). */
  readonly callRoom: Millis;
}

export interface DeskHost {
  /** 1 at once, 2 again, 3 the control room. */
  called(person: AttendedPerson): void;
  changed(): void;
}

/** Somebody whom nobody answered is taken off the desk in the end. */
const FORGET = minutes(10);
const LIMIT = 20;

export class Desk {
  readonly #clock: Clock;
  #timings: DeskTimings;
  readonly #host: DeskHost;
  readonly #people = new Map<number, { person: AttendedPerson; cancel: (() => void)[]; turn: number }>();
  #next = 1;

  constructor(clock: Clock, timings: DeskTimings, host: DeskHost) {
    this.#clock = clock;
    this.#timings = timings;
    this.#host = host;
  }

  /** Other waits, for whoever comes to the desk from now on. */
  configure(timings: DeskTimings): void {
    this.#timings = timings;
  }

  get people(): readonly AttendedPerson[] {
    return [...this.#people.values()].map(({ person }) => person);
  }

  /** Whether a guard was called for somebody who still waits. */
  get calling(): boolean {
    return this.#people.size > 0;
  }

  /** Whether nobody answered this person's last call, which is no longer ago than `within`. */
  unanswered(id: number | null, within: Millis): boolean {
    const person = id === null ? null : this.find(id);
    if (person?.calls !== 3) return false;
    return since(person.since, this.#clock.monotonic()) < this.#timings.callRoom + within;
  }

  find(id: number): AttendedPerson | null {
    return this.#people.get(id)?.person ?? null;
  }

  /** Puts the people of a decision on the desk and calls the guard. Gives the id that the guard's view shows. */
  add(decision: Decision, complaint: string, report: AttendedPerson["report"], tries = 1): number {
    const oldest = this.#people.keys().next().value;
    if (this.#people.size >= LIMIT && oldest !== undefined) this.remove(oldest);
    const id = this.#next++;
    const now = this.#clock.monotonic();
    const reasons = decision.verdict.reasons.map((reason) => reason.code);
    const person: AttendedPerson = {
      id,
      since: now,
      reasons,
      temperature: figure(decision.people.map((each) => each.temperature)),
      colourHint: hint(decision),
      complaint,
      report,
      calls: 1,
      nextCall: after(now, this.#timings.callAgain),
      tries,
      receivedAt: null,
      may: clearanceOf(reasons),
    };
    const cancel = [
      this.#clock.after(this.#timings.callAgain, () => this.#call(id, 2)),
      this.#clock.after(this.#timings.callRoom, () => this.#call(id, 3)),
      this.#clock.after(FORGET, () => this.remove(id)),
    ];
    this.#people.set(id, { person, cancel, turn: decision.turn });
    this.#host.called(person);
    this.#host.changed();
    return id;
  }

  /** The report of this person got further. */
  reported(id: number, report: AttendedPerson["report"], receivedAt: Instant | null = null): void {
    this.#change(id, { report, receivedAt });
  }

  /** Answered, released or gone. */
  remove(id: number): void {
    const entry = this.#people.get(id);
    if (entry === undefined) return;
    for (const cancel of entry.cancel) cancel();
    this.#people.delete(id);
    this.#host.changed();
  }

  clear(): void {
    for (const id of [...this.#people.keys()]) this.remove(id);
  }

  #call(id: number, calls: 2 | 3): void {
    const entry = this.#people.get(id);
    if (entry === undefined) return;
    const nextCall = calls === 2 ? after(entry.person.since, this.#timings.callRoom) : null;
    this.#change(id, { calls, nextCall });
    const changed = this.find(id);
    if (changed !== null) this.#host.called(changed);
  }

  #change(id: number, change: Partial<AttendedPerson>): void {
    const entry = this.#people.get(id);
    if (entry === undefined) return;
    entry.person = { ...entry.person, ...change };
    this.#host.changed();
  }
}

/** The worst of a group's foreheads is the one that staff must see. */
function figure(bodies: readonly (BodyTemperature | null)[]): AttendedPerson["temperature"] {
  const order = ["fever", "unavailable", "low", "normal"];
  const [worst] = bodies
    .filter((body) => body !== null)
    .sort((a, b) => order.indexOf(a.class) - order.indexOf(b.class));
  return worst === undefined ? null : { class: worst.class, estimate: worst.estimate };
}

/** The picture's colour where it says otherwise than the status; black, other and unsure are no mismatch. */
function hint(decision: Decision): ModuleColour | null {
  const statuses: readonly string[] = ["green", "yellow", "red"];
  const odd = decision.people.find(({ credential: { colour, outcome } }) => {
    return colour !== null && statuses.includes(colour) && statuses.includes(outcome) && colour !== outcome;
  });
  return odd?.credential.colour ?? null;
}
