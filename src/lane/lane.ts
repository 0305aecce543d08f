/**
 * One lane at work: the machine in the middle, the ports around it. Built by wire.ts; `start()` opens the devices and
 * leaves boot once they answer, `stop()` closes them with nothing energised.
 */
import { type ActorRefFrom, createActor } from "xstate";
import type { Direction } from "../core/flow.ts";
import { laneMachine } from "../core/passage/lane.machine.ts";
import { type LaneContext, modeOf, nothingWaits } from "../core/passage/lane-context.ts";
import type { Decision, LaneEffects, LaneInput, Person } from "../core/passage/lane-events.ts";
import { thermometerTroubles } from "../core/temperature/fitness.ts";
import { millis } from "../core/units.ts";
import { complaintNumber } from "../core/verdict/complaint.ts";
import { decide } from "../core/verdict/decide.ts";
import { periodOf, trusted } from "../core/verdict/period.ts";
import { remembering, type SiteRules } from "../core/verdict/site-rules.ts";
import type { GuardAction, GuardAnswer, StreetScreen } from "../core/views.ts";
import type { FrameResult } from "../ports/code-reader.ts";
import type { Order, OrderOutcome } from "../ports/orders.ts";
import { actorClock } from "./actor-clock.ts";
import { attentionOf, CodeIntake } from "./code-intake.ts";
import { Desk } from "./desk.ts";
import { keepEmergency } from "./emergency.ts";
import { ForeheadIntake } from "./forehead-intake.ts";
import { guardAction } from "./guard-action.ts";
import { Health } from "./health.ts";
import { onInput } from "./inputs.ts";
import { Journal, type Progress } from "./journal.ts";
import type { LanePorts, LaneSettings, LaneStep } from "./lane-parts.ts";
import { Latency } from "./latency.ts";
import { carryOut } from "./orders.ts";
import { People } from "./people.ts";
import { pulse } from "./relay.ts";
import { Reports } from "./reports.ts";
import { Screens } from "./screens.ts";
import { type Access, answerOf } from "./street-screen.ts";
import { Tally } from "./tally.ts";

/** Views, timers of troubles and the watchdog's progress. */
const BEAT = millis(250);

export class Lane {
  readonly #ports: LanePorts;
  #settings: LaneSettings;
  readonly #actor: ActorRefFrom<ReturnType<typeof laneMachine>>;
  readonly #codes: CodeIntake;
  readonly #forehead: ForeheadIntake;
  readonly health: Health;
  /** Who waits for staff. */
  readonly desk: Desk;
  readonly #journal: Journal;
  readonly #reports: Reports;
  readonly #screens: Screens;
  readonly #people: People;
  readonly #observers = new Set<(step: LaneStep) => void>();
  readonly #ends: (() => void)[] = [];
  readonly tally = new Tally();
  readonly latency = new Latency();
  #rules: SiteRules;
  #attendedId: number | null = null;
  #guard: { readonly id: string; readonly supervisor: boolean } | null = null;
  #ended: (why: "reset" | "failed" | "restart") => void = () => {};
  #drawing = false;
  #told: StreetScreen | null = null;

  /** Resolves when the process has to begin anew: after a local reset, an order, or a machine that failed. */
  readonly ended: Promise<"reset" | "failed" | "restart">;

  constructor(ports: LanePorts, settings: LaneSettings) {
    const { clock, logger } = ports;
    this.#ports = ports;
    this.#settings = settings;
    this.#rules = settings.rules;
    this.ended = new Promise((resolve) => {
      this.#ended = resolve;
    });
    const send = (event: LaneInput): void => this.#send(event);
    this.#journal = new Journal(
      ports.log,
      logger,
      () => this.health.observe("events-not-stored", true),
      ({ type, level }, position) => {
        this.health.observe("events-not-stored", false);
        this.#tell({ kind: "stored", type, level, position });
      },
    );
    this.#reports = new Reports(clock, this.#journal);
    this.health = new Health(
      clock,
      {
        send,
        raised: (id, code) => this.#reports.plain("trouble", { detail: { id, code } }),
        cleared: (id, code) => this.#reports.plain("trouble-cleared", { detail: { id, code } }),
      },
      { camera: ports.frames !== null, scanner: ports.scanner !== null },
      logger,
    );
    this.#codes = new CodeIntake(ports.verifier, clock, {
      turn: () => this.#context.turn,
      direction: () => this.#context.direction,
      attention: () => attentionOf(this.#access),
      send,
      late: (person, direction) => this.#reports.late(person, this.#decide(person, direction, "unknown")),
    });
    this.#forehead = new ForeheadIntake(settings.temperature, clock, { send });
    this.desk = new Desk(clock, settings.timings, {
      called: (person) => {
        if (person.calls === 3) this.#reports.plain("unanswered-call", { detail: { calls: person.calls } });
        // The first call is the staff screen's own sound; the second is nobody's turn.
        else if (person.calls === 2) ports.voice.play({ tone: "guard-again", prompt: null, turn: null });
      },
      changed: () => this.#draw(),
    });
    this.#people = new People(clock.wall().at);
    this.#screens = new Screens(clock, ports.display, ports.voice, settings.timings);
    this.#actor = createActor(
      laneMachine(this.#effects(), () => clock.monotonic()),
      {
        clock: actorClock(clock),
        input: {
          timings: settings.timings,
          decide: (person, direction, mask) => this.#decide(person, direction, mask),
          again: (credential, direction) => ports.verifier.again(credential, direction),
          latched: ports.latch.latched() || ports.inputs.active("fire"),
        },
      },
    );
  }

  /** Opens everything that can be opened; the lane is out of service until then. What does not answer becomes a trouble. */
  async start(): Promise<void> {
    const { inputs, thermometer, frames, codeReader, scanner, clock, watchdog } = this.#ports;
    this.#actor.subscribe({ next: () => this.#draw(), error: (error) => this.#fail(error) });
    this.#actor.start();
    this.#journal.start();
    this.#ends.push(
      inputs.onEvent((event) => onInput(event, this.#inputHost())),
      thermometer.onSample((sample) => {
        this.#forehead.sample(sample);
        watchdog.progress("thermometer");
      }),
      clock.every(BEAT, () => this.#beat()),
    );
    if (frames !== null && codeReader !== null) {
      this.#ends.push(
        frames.onFrame((frame) => codeReader.offer(frame)),
        frames.onHealth((health) => {
          this.health.observe("camera-gone", health === "gone");
          this.health.observe("camera-frozen", health === "frozen");
        }),
        codeReader.onResult((result) => this.#seen(result)),
      );
    }
    if (scanner !== null) {
      this.#ends.push(
        scanner.onCode((code) => this.#seen({ at: code.at, codes: [code], guidance: null, aim: null, busy: true })),
        scanner.onHealth((health) => this.health.observe("scanner-gone", health === "gone")),
      );
    }
    await this.health.opening("sensor-fault", () => inputs.start());
    await Promise.all([
      this.health.opening("thermometer-silent", () => thermometer.start().then(() => this.#forehead.opened())),
      this.health.opening("reader-stalled", async () => codeReader?.start()),
      this.health.opening("camera-gone", async () => frames?.start()),
      this.health.opening("scanner-gone", async () => scanner?.start()),
    ]);
    await watchdog.start();
    for (const side of ["entry", "exit"] as const) if (inputs.active(`presence-${side}`)) this.#present(side, true);
    if (inputs.active("fire")) this.#fire();
    this.#send({ type: "ready" });
  }

  async stop(): Promise<void> {
    const { inputs, thermometer, frames, codeReader, scanner, voice, watchdog } = this.#ports;
    for (const end of this.#ends.splice(0)) end();
    this.desk.clear();
    this.#actor.stop();
    this.#journal.stop();
    voice.silence();
    await Promise.allSettled([
      frames?.stop(),
      codeReader?.stop(),
      scanner?.stop(),
      thermometer.stop(),
      inputs.stop(),
      watchdog.stop(),
    ]);
  }

  /** The lane's mode, for the doctor, the web and the watchdog's word to the supervisor. */
  get mode() {
    return modeOf(this.#context);
  }

  /** No release is on its way or waits, and the turnstile has had its rest. */
  get idle(): boolean {
    const { value, context } = this.#actor.getSnapshot();
    return value.turnstile === "locked" && nothingWaits(context);
  }

  get stored() {
    return this.#journal.counts;
  }

  onStep(observer: (step: LaneStep) => void): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** Persons by outcome that may leave the lane now: closed quarters, cells of five and more (P15). */
  takePublished() {
    return this.#people.close(this.#ports.clock.wall().at);
  }

  /** Who is signed in at the guard's view; hardware buttons carry this id. */
  shift(guard: { readonly id: string; readonly supervisor: boolean } | null): void {
    this.#guard = guard;
    this.#draw();
  }

  /** Local maintenance: the screen says closed, entry is shut, the exit stays free. False where a fire forbids it. */
  maintenance(on: boolean): boolean {
    this.#send({ type: "maintenance", on });
    this.#draw();
    return this.#context.maintenance === on;
  }

  /**
   * What a guard asks for (RULES, "Who may release"). `supervisor` says that a supervisor's PIN was entered for it;
   * unless given, the running shift decides.
   */
  async guard(
    action: GuardAction,
    guard: string | null,
    supervisor = this.#guard?.supervisor ?? false,
  ): Promise<GuardAnswer> {
    const answer = guardAction(action, guard, {
      desk: this.desk,
      reports: this.#reports,
      people: this.#people,
      supervisor,
      mode: this.mode,
      burning: this.#ports.inputs.active("fire"),
      standing: this.#context.present.entry && this.#context.people.length === 0,
      denied: ["denied", "attended", "lingering"].includes(this.#access) ? this.#context.decision : null,
      turnstileFree: this.#context.ticket === null && this.#context.wantedGuard === null,
      send: (event) => this.#send(event),
      reset: () => this.#reset(guard),
    });
    this.#draw();
    return answer;
  }

  /** Takes up changed rules, waits and measuring, for the next person on; `side` and `laneCode` wait for a restart. */
  configure({ rules, timings, temperature }: LaneSettings): void {
    this.#settings = { ...this.#settings, rules, timings, temperature };
    this.#rules = rules;
    this.#forehead.configure(temperature);
    this.desk.configure(timings);
    this.#screens.configure(timings);
    this.#send({ type: "timings", timings });
  }

  /** Ends this lane so that its process begins anew: a changed configuration may want that. */
  restart(): void {
    this.#ended("restart");
  }

  /** Drift of the median of the last people in degrees, null below twenty of them. */
  get drift(): number | null {
    return this.#forehead.drift;
  }

  /** A signed order that passed every check of report/. */
  async order(order: Order): Promise<OrderOutcome> {
    return carryOut(order, {
      mode: this.mode,
      turnstileFree: this.idle,
      lockdownMax: this.#settings.timings.lockdownMax,
      wall: this.#ports.clock.wall(),
      reports: this.#reports,
      send: (event) => this.#send(event),
      restart: () => this.#ended("restart"),
    });
  }

  get #context(): LaneContext {
    return this.#actor.getSnapshot().context;
  }

  get #access(): Access {
    const { access } = this.#actor.getSnapshot().value;
    return typeof access === "string" ? access : "presented";
  }

  #send(event: LaneInput): void {
    this.#actor.send(event);
  }

  #decide(person: Person, direction: Direction, mask: LaneContext["mask"]) {
    const { credential, temperature } = person;
    const at = this.#ports.clock.wall();
    return decide({ credential, temperature, mask, direction, mode: "normal", at }, this.#rules);
  }

  #effects(): LaneEffects {
    const { clock, logger, release, freePassage, latch, verifier } = this.#ports;
    return {
      begin: (turn) => {
        this.#codes.begin();
        this.#forehead.begin(turn);
      },
      measureNext: (turn) => this.#forehead.next(turn),
      decided: (decision) => this.#decided(decision),
      release: (ticket, index) => {
        if (index === 0) {
          this.tally.released(ticket);
          this.latency.released(ticket, clock.monotonic());
          this.#tell({ kind: "released", ticket });
        }
        pulse(release, ticket.release.direction, clock, logger, (ok) =>
          this.#send({ type: ok ? "pulse.done" : "pulse.failed" }),
        );
      },
      passed: (ticket, index) => {
        this.tally.passed();
        this.#tell({ kind: "passed", ticket });
        const credential = ticket.credentials[index];
        if (credential !== undefined) verifier.used(credential, ticket.release.direction);
      },
      unused: (ticket, unused) => {
        this.tally.unused(unused);
        this.#codes.unused(ticket.credentials);
        this.#tell({ kind: "unused", ticket, people: unused });
      },
      forced: (direction) => {
        // The sensors raise the alarm themselves; this is the machine's own view of a body that no release belongs to.
        if (this.mode === "normal" && direction === "entry") this.#reports.alarm("forced-passage");
      },
      torn: (turn) => this.#screens.notice("torn", turn),
      oneAtATime: (turn) => this.#screens.notice("one-at-a-time", turn),
      free: () => freePassage.free(),
      latch: () => void keepEmergency(true, latch, this.health, logger),
      mode: (mode) => logger.info("mode", { mode }),
      relayFault: (direction) => {
        logger.error("relay fault", { direction, code: "GL-2302" });
        this.health.observe("relay-fault", true);
      },
    };
  }

  #decided(decision: Decision): void {
    this.tally.decided(decision);
    this.latency.decided(decision);
    this.#people.decided(decision);
    this.#codes.settle();
    this.#tell({ kind: "decided", decision });
    this.#attendedId = null;
    if (decision.verdict.kind === "grant") return;
    const owed = decision.each.some((verdict) => verdict.report !== null);
    const follow = (progress: Progress): void => {
      if (id !== null) this.desk.reported(id, progress, progress === "received" ? this.#ports.clock.wall().at : null);
    };
    const tries = this.#reports.decided(decision, follow);
    const answer = answerOf({ ...this.#context, decision }, this.#period());
    const id = answer?.call
      ? this.desk.add(decision, this.#complaint(decision), owed && tries > 0 ? "storing" : "none", Math.max(1, tries))
      : null;
    this.#attendedId = id;
  }

  #seen(result: FrameResult): void {
    this.#ports.watchdog.progress("reader");
    this.#screens.sees(result.guidance, result.aim, this.#context.turn);
    const before = this.#access;
    this.#codes.offer(result);
    if (before !== "screening" && this.#access === "screening") this.#forehead.ask();
  }

  #inputHost() {
    return {
      present: (side: Direction, present: boolean) => this.#present(side, present),
      send: (event: LaneInput) => this.#send(event),
      fire: () => this.#fire(),
      notice: (screen: "tailgating" | "reverse") => this.#screens.notice(screen, this.#context.turn),
      reports: this.#reports,
      health: this.health,
      mode: () => this.mode,
      button: (action: GuardAction) =>
        void this.guard(this.#guard === null ? { kind: "call-help" } : action, this.#guard?.id ?? null),
      callGuard: () => this.#ports.voice.play({ tone: "guard-call", prompt: null, turn: null }),
    };
  }

  #present(side: Direction, present: boolean): void {
    if (!present && side === this.#context.direction) this.#codes.forget();
    this.#send({ type: "presence", side, present });
    // The thermometer sees whoever is served: people who come and go on the other side don't disturb a measurement.
    const { direction, present: there } = this.#context;
    this.#forehead.present(there[direction]);
  }

  #fire(): void {
    if (this.mode !== "emergency") this.#reports.plain("emergency-release");
    this.#send({ type: "fire" });
  }

  /** A local reset: refused while the contact is active; what follows is a new process. */
  #reset(guard: string | null): GuardAnswer {
    if (this.#ports.inputs.active("fire")) return { ok: false, why: "contact-active" };
    if (!keepEmergency(false, this.#ports.latch, this.health, this.#ports.logger))
      return { ok: false, why: "latch-stays" };
    this.#reports.plain("emergency-reset", { who: guard });
    this.#send({ type: "fire.reset" });
    this.#ended("reset");
    return { ok: true };
  }

  #beat(): void {
    const { clock, watchdog, codeReader: reader } = this.#ports;
    this.#forehead.tick();
    this.#reports.tick();
    for (const id of thermometerTroubles) this.health.observe(id, id === this.#forehead.trouble);
    this.health.observe("thermometer-drift", this.#forehead.drifts);
    this.health.observe("calibration-expired", this.#forehead.calibrationExpired(clock.wall()));
    if (trusted(clock.wall())) this.#rules = remembering(this.#rules, this.#period());
    this.health.observe("no-trusted-time", clock.wall().trust === "unsynced");
    if (reader !== null) this.health.observe("reader-stalled", reader.idleFor() > STALLED);
    this.health.tick();
    const open = this.#period() !== "during";
    if (open !== this.#context.open) this.#send({ type: "period", open });
    watchdog.progress("lane");
    // A reader without pictures has nothing to do, and no restart brings a camera back: it would only end the guard's shift.
    if (this.health.state["camera-gone"] !== undefined) watchdog.progress("reader");
    this.#draw();
  }

  #draw(): void {
    // Effects inside a transition change what is drawn; one drawing at the end of it is enough.
    if (this.#drawing) return;
    this.#drawing = true;
    const { share, again } = this.#forehead.progress;
    const context = this.#context;
    this.#screens.draw({
      context,
      access: this.#access,
      around: {
        side: this.#settings.side,
        again,
        period: this.#period(),
        from: this.#rules.effectiveFrom,
        deviceOut: this.health.byHand,
        // Nothing but the beat draws the end of it.
        unanswered: this.desk.unanswered(this.#attendedId, millis(this.#settings.timings.nextStep - BEAT)),
        powerGoing: this.#ports.inputs.active("mains-lost"),
      },
      progress: share,
      staffCalled: this.desk.people.some(({ id }) => id !== this.#attendedId),
      complaint: () => this.#complaint(context.decision),
      guard: {
        signedIn: this.#guard?.id ?? null,
        attended: this.desk.people,
        ...this.#people.shown(),
        troubles: this.health.codes(),
      },
    });
    this.#drawing = false;
    const screen = this.#screens.screen;
    if (screen !== this.#told) {
      this.#told = screen;
      this.#tell({ kind: "screen", screen });
    }
  }

  #complaint(decision: Decision | null): string {
    const headline = decision?.verdict.reasons[0]?.code ?? "unavailable";
    return complaintNumber(this.#settings.laneCode, this.#ports.clock.wall().at, headline);
  }

  #period() {
    return periodOf(this.#ports.clock.wall(), this.#rules);
  }

  /** A failed machine decides nothing more: the way out is freed and the supervisor starts anew. */
  #fail(error: unknown): void {
    this.#ports.logger.error("the lane machine failed", {
      code: "GL-1031",
      name: error instanceof Error ? error.name : "",
    });
    this.#ports.freePassage.free();
    this.#ended("failed");
  }

  #tell(step: LaneStep): void {
    for (const observer of this.#observers) observer(step);
  }
}

/** A reader that has said nothing for this long has stalled. */
const STALLED = millis(2000);
