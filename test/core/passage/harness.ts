/** A lane machine on simulated time with its effects written down, and a turnstile that answers pulses. */
import { type ActorRefFrom, createActor, SimulatedClock } from "xstate";
import type {
  BodyTemperature,
  Credential,
  CredentialOutcome,
  Direction,
  LaneMode,
  Verdict,
} from "../../../src/core/flow.ts";
import { laneMachine } from "../../../src/core/passage/lane.machine.ts";
import { initialContext } from "../../../src/core/passage/lane-context.ts";
import type {
  Decision,
  LaneEffects,
  LaneInput,
  LaneTimings,
  Person,
  Ticket,
} from "../../../src/core/passage/lane-events.ts";
import { celsius, millis, monotonic, seconds } from "../../../src/core/units.ts";

export const timings: LaneTimings = {
  codeToTemperature: seconds(5),
  noCredential: seconds(8),
  result: seconds(2),
  nextStep: seconds(30),
  window: seconds(5),
  wideWindow: seconds(15),
  slack: seconds(1),
  interlock: millis(300),
  exitWait: seconds(3),
};

export const credentialOf = (outcome: CredentialOutcome, passId = "p1"): Credential => ({
  outcome,
  notAPass: null,
  medium: "electronic",
  passId,
  subject: null,
  forWhom: "self",
  paperDaysLeft: null,
  offline: true,
  colour: null,
  paperAgain: false,
});

/** A stand-in for the rules that keeps their shape: only a green with a normal forehead is granted. */
export function ruleOfThumb(person: Person, direction: Direction): Verdict {
  const normal = person.temperature?.class === "normal";
  const grant = person.credential.outcome === "green" && normal;
  if (grant) return { kind: "grant", reasons: [], advice: [], report: null };
  const code = person.credential.outcome === "green" ? "low" : person.credential.outcome === "red" ? "red" : "expired";
  const kind = direction === "exit" || code === "low" ? "attend" : "deny";
  return { kind, reasons: [{ code, clause: "P3", level: code === "red" ? "red" : "none" }], advice: [], report: null };
}

export type Did =
  | { readonly did: "begin"; readonly turn: number; readonly direction: Direction }
  | { readonly did: "decided"; readonly decision: Decision }
  | { readonly did: "release"; readonly ticket: Ticket }
  | { readonly did: "passed"; readonly ticket: Ticket }
  | { readonly did: "unused"; readonly ticket: Ticket; readonly unused: number }
  | { readonly did: "forced" | "relayFault"; readonly direction: Direction }
  | { readonly did: "mode"; readonly mode: LaneMode }
  | { readonly did: "torn" | "pulseAgain" | "oneAtATime" | "measureNext" | "free" };

export class Bench {
  readonly clock = new SimulatedClock();
  readonly did: Did[] = [];
  readonly actor: ActorRefFrom<ReturnType<typeof laneMachine>>;
  /** What the relay answers to the next pulses. */
  relay: "ok" | "broken" | "silent" = "ok";
  /** Whether a pass that was used is known again (P-replay). */
  remembers = false;
  readonly #used = new Set<string | null>();

  constructor(latched = false) {
    const note = (did: Did) => void this.did.push(did);
    const fx: LaneEffects = {
      begin: (turn, direction) => note({ did: "begin", turn, direction }),
      measureNext: () => note({ did: "measureNext" }),
      decided: (decision) => note({ did: "decided", decision }),
      release: (ticket, index) => {
        note(index === 0 ? { did: "release", ticket } : { did: "pulseAgain" });
        if (this.relay === "silent") return;
        const answer = this.relay === "ok" ? "pulse.done" : "pulse.failed";
        this.clock.setTimeout(() => this.actor.send({ type: answer }), 250);
      },
      passed: (ticket) => {
        for (const { passId } of ticket.credentials) this.#used.add(passId);
        note({ did: "passed", ticket });
      },
      unused: (ticket, unused) => note({ did: "unused", ticket, unused }),
      forced: (direction) => note({ did: "forced", direction }),
      torn: () => note({ did: "torn" }),
      oneAtATime: () => note({ did: "oneAtATime" }),
      free: () => note({ did: "free" }),
      latch: () => {},
      mode: (mode) => note({ did: "mode", mode }),
      relayFault: (direction) => note({ did: "relayFault", direction }),
    };
    const again = (credential: Credential): Credential =>
      this.remembers && this.#used.has(credential.passId) ? { ...credential, outcome: "replayed" } : credential;
    const machine = laneMachine(fx, () => monotonic(this.clock.now()));
    this.actor = createActor(machine, { clock: this.clock, input: { timings, decide: ruleOfThumb, again, latched } });
    this.actor.start();
  }

  get turn(): number {
    return this.actor.getSnapshot().context.turn;
  }
  get state() {
    return this.actor.getSnapshot();
  }
  send(event: LaneInput): this {
    this.actor.send(event);
    return this;
  }
  clockMillis(ms: number) {
    return millis(ms);
  }
  wait(ms: number): this {
    // In small steps: the simulated clock starts timers that arise within one step at the step's end.
    for (let left = ms; left > 0; left -= 50) this.clock.increment(Math.min(50, left));
    return this;
  }
  ready(): this {
    return this.send({ type: "ready" });
  }
  comes(side: Direction = "entry"): this {
    return this.send({ type: "presence", side, present: true });
  }
  leaves(side: Direction = "entry"): this {
    return this.send({ type: "presence", side, present: false });
  }
  shows(outcome: CredentialOutcome, count = 1): this {
    this.send({ type: "codes", turn: this.turn, count });
    const readAt = monotonic(this.clock.now());
    for (let index = 0; index < count; index += 1) {
      this.send({ type: "credential", turn: this.turn, credential: credentialOf(outcome, `p${index}`), readAt });
    }
    return this;
  }
  body(kind: BodyTemperature["class"] = "normal"): BodyTemperature {
    const estimate = kind === "normal" ? celsius(36.5) : kind === "fever" ? celsius(38) : null;
    return { class: kind, estimate, nearLimit: false, measurements: 1, at: monotonic(this.clock.now()) };
  }
  forehead(kind: BodyTemperature["class"] = "normal"): this {
    return this.send({ type: "temperature", turn: this.turn, body: this.body(kind) });
  }
  turns(direction: Direction = "entry"): this {
    return this.send({ type: "passage", direction });
  }
  /** What was done, by name. */
  names(): string[] {
    return this.did.map((done) => done.did);
  }
  of<K extends Did["did"]>(kind: K): Extract<Did, { did: K }>[] {
    return this.did.filter((done): done is Extract<Did, { did: K }> => done.did === kind);
  }
}

export const freshContext = () =>
  initialContext({ timings, decide: ruleOfThumb, again: (same) => same, latched: false });
