/**
 * The lane machine: parallel regions over plain functions, with all effects named.
 *
 * - `access` serves one person (or family page) at a time: idle → presented → screening → a verdict → its screen.
 * - `turnstile` owns the one release in flight. It is a region of its own, so that the next person is read while the
 *   one before walks through, and still no second grant can start.
 * - `supervision` is the lane's mode, derived from flags, so that a fire, a lockdown and a fault can overlap.
 * - `egress` lets people out whatever the other regions do (P0).
 *
 * Never restored from a snapshot: pending timers would be lost. A new process begins out of service.
 */
import { and, assign, cancel, enqueueActions, raise, setup } from "xstate";
import type { LaneMode } from "../flow.ts";
import type { Monotonic } from "../units.ts";
import { complete, nextForehead } from "./judge.ts";
import {
  beginTurn,
  grantTicket,
  initialContext,
  judged,
  type LaneContext,
  type LaneMachineInput,
  letIn,
  modeOf,
  nextTicket,
  nobody,
  nothingWaits,
  owesReport,
  servableSide,
  serves,
  stillWanted,
  usedMeanwhile,
  withCredential,
  withoutCode,
  withTemperature,
} from "./lane-context.ts";
import type { Inner, LaneEffects, LaneInput } from "./lane-events.ts";

/** Builds the machine. `now` stamps people without a code; `fx` carries out the effects and never throws. */
export function laneMachine(fx: LaneEffects, now: () => Monotonic) {
  const ofThisTurn = ({ context, event }: { context: LaneContext; event: LaneInput | Inner }): boolean =>
    "turn" in event && event.turn === context.turn;

  return setup({
    types: { context: {} as LaneContext, events: {} as LaneInput | Inner, input: {} as LaneMachineInput },
    actions: {
      /** Takes a ticket for the turnstile, pulses, and tells the other regions. */
      startRelease: enqueueActions(({ context, enqueue }) => {
        const next = nextTicket(context);
        if (next === null) return;
        enqueue.assign({ ...next.rest, ticket: next.ticket, passages: 0, pulsing: true });
        enqueue.raise({ type: "released", ticket: next.ticket });
        enqueue(() => fx.release(next.ticket, 0));
      }),
      /** A turnstile opens for one person a pulse: the next of a family gets a pulse of their own. */
      pulseAgain: enqueueActions(({ context, enqueue }) => {
        const { ticket, passages } = context;
        if (ticket === null) return;
        enqueue.assign({ pulsing: true });
        enqueue(() => fx.release(ticket, passages));
      }),
      countPassage: enqueueActions(({ context, enqueue }) => {
        const { ticket, passages } = context;
        if (ticket === null) return;
        enqueue.assign({ passages: passages + 1 });
        enqueue(() => fx.passed(ticket, passages));
        enqueue.raise({ type: "counted", ticket });
      }),
      closeUnused: enqueueActions(({ context, enqueue }) => {
        const { ticket, passages } = context;
        if (ticket === null) return;
        enqueue.assign({ ticket: null });
        const unused = ticket.release.people - passages;
        if (unused === 0) return;
        enqueue(() => fx.unused(ticket, unused));
        enqueue.raise({ type: "no-entry", ticket });
      }),
      /** A grant that waits for the turnstile and loses its person is used up as a no-entry. */
      annulGrant: enqueueActions(({ context, enqueue }) => {
        const { wantedGrant } = context;
        if (wantedGrant === null) return;
        enqueue.assign({ wantedGrant: null });
        enqueue(() => fx.unused(wantedGrant, wantedGrant.release.people));
      }),
      judge: enqueueActions(({ context, enqueue }) => {
        const verdict = judged(context, now());
        const { decision } = verdict;
        // The guard's word on the mask was about this person; the next one begins without it (P7).
        enqueue.assign({ ...verdict, mask: "unknown" });
        if (decision) enqueue(() => fx.decided(decision));
      }),
      /** The lane stops serving while a red or yellow waits for its forehead: it is judged, hence reported, all the same. */
      judgeOwed: enqueueActions(({ context, enqueue }) => {
        if (context.decision !== null || !owesReport(context)) return;
        const { decision } = judged(context, now());
        if (decision) enqueue(() => fx.decided(decision));
      }),
      begin: enqueueActions(({ context, event, enqueue }) => {
        const side = event.type === "again" ? context.direction : (servableSide(context) ?? context.direction);
        enqueue.assign(beginTurn(context, side));
        enqueue(({ context: begun }) => fx.begin(begun.turn, side));
      }),
      askNextForehead: ({ context }) => {
        if (nextForehead(context.people, context.direction) > 0) fx.measureNext(context.turn);
      },
      /** On the way out the verdict is shown, and the barrier yields whatever it says (P0). */
      wantExit: assign(({ context }) => {
        if (context.wantedExit !== null) return {};
        const granted = context.decision?.direction === "exit" && context.decision.verdict.kind === "grant";
        return { wantedExit: { cause: granted ? "grant" : "exit", credentials: [] } };
      }),
      /** A relay that fails on the way out frees the turnstile: nobody is held inside (P0). */
      failRelease: enqueueActions(({ context, enqueue }) => {
        const direction = context.ticket?.release.direction ?? "exit";
        enqueue.assign({ pulsing: false, service: false });
        if (direction === "exit") enqueue(() => fx.free());
        enqueue(() => fx.relayFault(direction));
      }),
      forget: assign(nobody),
      /** Whoever leaves unanswered takes along what the guard said of them: mask, wheelchair. */
      forgetWords: assign(({ context }) => (context.direction === "entry" ? { mask: "unknown", wide: false } : {})),
      changeMode: enqueueActions(({ context, enqueue }) => {
        if (!stillWanted(context)) enqueue.assign({ wantedGuard: null });
        enqueue(() => fx.mode(modeOf(context)));
        enqueue.raise({ type: "mode.changed" });
      }),
    },
    guards: {
      ofThisTurn,
      servedIsPresent: ({ context }) => context.present[context.direction],
      servedIsGone: ({ context }) => !context.present[context.direction],
      someoneStands: ({ context }) => servableSide(context) !== null,
      exitLeft: ({ event }) => event.type === "presence" && !event.present && event.side === "exit",
      servedLeft: ({ event, context }) =>
        event.type === "presence" && !event.present && event.side === context.direction,
      /** Whoever stands at the exit is let out by `egress` alone; the entrance never waits for them. */
      entryWaits: ({ context }) => context.direction === "exit" && context.present.entry && serves(context, "entry"),
      /** Somebody new to serve. Who comes to the exit while the one answered still stands at the entrance is not. */
      servedCame: ({ event, context }) =>
        event.type === "presence" &&
        event.present &&
        serves(context, event.side) &&
        (event.side === "entry" || !context.present.entry),
      complete: ({ context }) =>
        complete(context.people, context.expected, context.direction, context.forehead !== null),
      owesReport: ({ context }) => owesReport(context),
      usedMeanwhile: ({ context }) => usedMeanwhile(context),
      /** Whoever was being served may be the one who went in: the next one has a code and a forehead of their own. */
      letIn: ({ context, event }) => event.type === "counted" && letIn(context, event.ticket),
      /** Nothing to wait for: no reader works, or the day asks for nothing. */
      askedNothing: ({ context }) => (context.blind || context.open) && context.direction === "entry",
      /** A second pass before the first got its forehead: two people, or one who turns the family's pages too fast. */
      secondPass: ({ context, event }) => ofThisTurn({ context, event }) && context.people.length > 0,
      /** Whoever walks through still shows the code to the camera: that is nobody's next try. */
      triesAgain: ({ context, event }) => ofThisTurn({ context, event }) && context.present[context.direction],
      noLongerServed: ({ context }) => !serves(context, context.direction),
      granted: ({ context }) => context.decision?.verdict.kind === "grant",
      denied: ({ context }) => context.decision?.verdict.kind === "deny",
      leaving: ({ context }) => context.direction === "exit",
      myTicket: ({ context, event }) =>
        (event.type === "released" || event.type === "no-entry") &&
        event.ticket.turn === context.turn &&
        // Somebody else may leave, or a guard may let somebody in, during the same turn.
        event.ticket.release.cause === "grant" &&
        event.ticket.release.direction === context.direction,
      ticketWaits: ({ context }) => modeOf(context) !== "emergency" && nextTicket(context) !== null,
      rightWay: ({ context, event }) =>
        event.type === "passage" && event.direction === context.ticket?.release.direction,
      used: ({ context }) => context.ticket !== null && context.passages >= context.ticket.release.people,
      rested: ({ context }) => !context.pulsing,
      moreToCome: ({ context }) => !context.pulsing && context.ticket !== null,
      exitReleased: ({ event }) => event.type === "released" && event.ticket.release.direction === "exit",
      mayRelease: ({ context }) => ["normal", "out-of-service"].includes(modeOf(context)) && context.ready,
      idleTurnstile: ({ context }) => modeOf(context) === "normal" && nothingWaits(context),
      notBurning: ({ context }) => !context.fire,
    },
    delays: {
      codeToTemperature: ({ context }) => context.timings.codeToTemperature,
      noCredential: ({ context }) => context.timings.noCredential,
      result: ({ context }) => context.timings.result,
      nextStep: ({ context }) => context.timings.nextStep,
      window: ({ context }) =>
        (context.ticket?.release.wide ? context.timings.wideWindow : context.timings.window) + context.timings.slack,
      interlock: ({ context }) => context.timings.interlock,
      exitWait: ({ context }) => context.timings.exitWait,
    },
  }).createMachine({
    id: "lane",
    type: "parallel",
    context: ({ input }) => initialContext(input),
    states: {
      facts: {
        description: "What every region may ask for. First in order, so that the others see it in the same step.",
        on: {
          presence: {
            actions: assign(({ context, event }) => ({ present: { ...context.present, [event.side]: event.present } })),
          },
          mask: { actions: assign(({ event }) => ({ mask: event.mask })) },
          blind: { actions: assign(({ event }) => ({ blind: event.on })) },
          period: { actions: assign(({ event }) => ({ open: event.open })) },
          timings: { actions: assign(({ event }) => ({ timings: event.timings })) },
          assistance: { actions: assign({ wide: true }) },
          rex: { guard: "notBurning", actions: assign({ wantedExit: { cause: "rex", credentials: [] } }) },
          "guard.release": {
            guard: "mayRelease",
            actions: assign(({ event }) => ({
              wantedGuard: { direction: "entry", cause: event.cause, people: event.people, wide: event.wide },
            })),
          },
        },
      },

      supervision: {
        initial: "outOfService",
        on: {
          ready: { actions: assign({ ready: true }) },
          service: { actions: assign(({ event }) => ({ service: event.ok })) },
          maintenance: { guard: "notBurning", actions: assign(({ event }) => ({ maintenance: event.on })) },
          fire: { actions: assign({ fire: true, wantedExit: null, wantedGuard: null }) },
          // Whatever follows a reset begins like a new process: out of service until the devices answer.
          "fire.reset": { actions: assign({ fire: false, ready: false }) },
          lockdown: {
            guard: "notBurning",
            actions: [
              cancel("lockdown"),
              assign(({ event: e }) => ({ lockdown: true, lockdownFor: e.lasting, lockdownUntil: e.until })),
              raise({ type: "lockdown.lapsed" }, { id: "lockdown", delay: ({ context }) => context.lockdownFor }),
            ],
          },
          unlock: { actions: [cancel("lockdown"), assign({ lockdown: false })] },
          "lockdown.lapsed": { actions: assign({ lockdown: false }) },
        },
        states: {
          normal: { entry: "changeMode", always: leaveUnless("normal") },
          lockdown: { entry: "changeMode", always: leaveUnless("lockdown") },
          outOfService: { entry: "changeMode", always: leaveUnless("out-of-service") },
          maintenance: { entry: "changeMode", always: leaveUnless("maintenance") },
          emergencyRelease: {
            entry: [() => fx.free(), () => fx.latch(), "changeMode"],
            always: leaveUnless("emergency"),
          },
        },
      },

      access: {
        initial: "idle",
        on: { "mode.changed": { guard: "noLongerServed", target: ".idle", actions: ["judgeOwed", "annulGrant"] } },
        states: {
          idle: {
            entry: "forget",
            always: { guard: "someoneStands", target: "presented" },
            on: { "no-entry": { guard: "myTicket", target: "retry" } },
          },
          presented: {
            description: "Somebody stands at the reading place; no code yet.",
            entry: "begin",
            always: [
              { guard: "entryWaits", target: "presented", reenter: true },
              { guard: "complete", target: "deciding" },
              {
                guard: "askedNothing",
                target: "deciding",
                actions: assign(({ context }) => withoutCode(context, now())),
              },
            ],
            initial: "waiting",
            states: {
              waiting: {
                after: {
                  noCredential: {
                    guard: ({ context }) => context.direction === "entry",
                    target: "#lane.access.deciding",
                    actions: assign(({ context }) => withoutCode(context, now())),
                  },
                },
                on: { trying: { guard: "ofThisTurn", target: "waiting", reenter: true } },
              },
            },
            on: {
              codes: {
                guard: "ofThisTurn",
                target: "screening",
                actions: assign(({ event }) => ({ expected: event.count })),
              },
              temperature: {
                guard: "ofThisTurn",
                actions: assign(({ context, event }) => withTemperature(context, event.body)),
              },
              presence: { guard: "servedLeft", target: "idle", actions: "forgetWords" },
              counted: { guard: "letIn", target: "presented", reenter: true, actions: "forgetWords" },
            },
          },
          screening: {
            description: "A code is being checked or has its forehead still to come.",
            always: { guard: "complete", target: "deciding" },
            after: {
              codeToTemperature: [
                { guard: "owesReport", target: "deciding" },
                { target: "presented", actions: ({ context }) => fx.torn(context.turn) },
              ],
            },
            on: {
              credential: {
                guard: "ofThisTurn",
                actions: assign(({ context, event }) => withCredential(context, event.credential, event.readAt)),
              },
              temperature: {
                guard: "ofThisTurn",
                target: "screening",
                reenter: true,
                actions: [assign(({ context, event }) => withTemperature(context, event.body)), "askNextForehead"],
              },
              codes: [
                { guard: and(["secondPass", "owesReport"]), target: "deciding" },
                { guard: "secondPass", target: "presented", actions: ({ context }) => fx.oneAtATime(context.turn) },
                { guard: "ofThisTurn", actions: assign(({ event }) => ({ expected: event.count })) },
              ],
              presence: [
                { guard: and(["servedLeft", "owesReport"]), target: "deciding" },
                { guard: "servedLeft", target: "idle", actions: "forgetWords" },
              ],
              counted: [
                { guard: and(["letIn", "owesReport"]), target: "deciding" },
                { guard: "letIn", target: "presented", actions: "forgetWords" },
              ],
            },
          },
          deciding: {
            entry: "judge",
            always: [
              { guard: "leaving", target: "leaving", actions: "wantExit" },
              {
                guard: "granted",
                target: "waiting",
                actions: assign(({ context }) => ({ wantedGrant: grantTicket(context) })),
              },
              { guard: "denied", target: "denied" },
              { target: "attended" },
            ],
          },
          waiting: {
            description: "Granted; the turnstile is still with the one before.",
            on: {
              released: { guard: "myTicket", target: "granted" },
              counted: [
                { guard: "letIn", target: "presented", actions: ["annulGrant", "forgetWords"] },
                // The one before went in with the very pass that is waiting here: it is judged again, and no longer granted.
                { guard: "usedMeanwhile", target: "deciding", actions: "annulGrant" },
              ],
              presence: { guard: "servedLeft", target: "idle", actions: ["annulGrant", "forgetWords"] },
            },
          },
          granted: {
            after: { result: [{ guard: "servedIsPresent", target: "lingering" }, { target: "idle" }] },
            on: {
              presence: { guard: "servedCame", target: "presented" },
              again: { guard: "triesAgain", target: "presented" },
              "no-entry": { guard: "myTicket", target: "retry" },
            },
          },
          leaving: {
            description: "A verdict on the way out: shown and reported, never held up.",
            after: { result: [{ guard: "servedIsPresent", target: "lingering" }, { target: "idle" }] },
            on: {
              presence: [
                { guard: "servedCame", target: "presented" },
                { guard: "servedLeft", target: "idle", actions: "forgetWords" },
              ],
            },
          },
          denied: nextStep(),
          attended: nextStep(),
          lingering: {
            description: "Answered and still standing here: nothing is asked until a new code or another person.",
            always: { guard: "entryWaits", target: "presented" },
            on: {
              presence: [
                { guard: "servedCame", target: "presented" },
                { guard: "servedLeft", target: "idle", actions: "forgetWords" },
              ],
              again: { guard: "triesAgain", target: "presented" },
              "no-entry": { guard: "myTicket", target: "retry" },
            },
          },
          retry: {
            description: "Granted and nobody turned: the code may be shown again.",
            after: { result: { guard: "servedIsPresent", target: "presented" }, nextStep: "idle" },
            on: {
              presence: [
                { guard: "servedCame", target: "presented" },
                { guard: "servedLeft", target: "idle", actions: "forgetWords" },
              ],
              again: { guard: "triesAgain", target: "presented" },
            },
          },
        },
      },

      turnstile: {
        initial: "locked",
        states: {
          locked: {
            always: { guard: "ticketWaits", target: "released", actions: "startRelease" },
            on: {
              passage: { actions: ({ event }) => fx.forced(event.direction) },
              // Heard here alone: an order that had to wait for a rest or for somebody's exit would be carried out late.
              "order.release": {
                guard: "idleTurnstile",
                actions: assign({ wantedGuard: { direction: "entry", cause: "order", people: 1, wide: false } }),
              },
            },
          },
          released: {
            after: { window: { target: "settling", actions: "closeUnused" } },
            on: {
              passage: [
                { guard: "rightWay", target: "counting", actions: "countPassage" },
                { actions: ({ event }) => fx.forced(event.direction) },
              ],
              "pulse.done": { actions: assign({ pulsing: false }) },
              "pulse.failed": { target: "locked", actions: ["failRelease", "closeUnused"] },
              "mode.changed": { guard: ({ context }) => context.fire, target: "settling", actions: "closeUnused" },
            },
          },
          counting: {
            always: [{ guard: "used", target: "settling", actions: assign({ ticket: null }) }, { target: "settling" }],
          },
          settling: {
            description: "Rest between two pulses, and never before the relay has answered.",
            after: {
              interlock: [
                { guard: "moreToCome", target: "released", actions: "pulseAgain" },
                { guard: "rested", target: "locked", actions: raise({ type: "closed" }) },
              ],
            },
            on: {
              passage: [
                { guard: "rightWay", target: "counting", actions: "countPassage" },
                { actions: ({ event }) => fx.forced(event.direction) },
              ],
              "pulse.done": { target: "settling", reenter: true, actions: assign({ pulsing: false }) },
              "pulse.failed": { target: "locked", actions: ["failRelease", "closeUnused"] },
              "mode.changed": { guard: ({ context }) => context.fire, actions: "closeUnused" },
            },
          },
        },
      },

      egress: {
        initial: "quiet",
        states: {
          quiet: { always: { guard: ({ context }) => context.present.exit, target: "asking" } },
          asking: {
            after: { exitWait: { target: "asked", actions: "wantExit" } },
            on: {
              released: { guard: "exitReleased", target: "asked" },
              presence: { guard: "exitLeft", target: "quiet" },
            },
          },
          asked: {
            on: {
              closed: [{ guard: ({ context }) => context.present.exit, target: "asking" }, { target: "quiet" }],
              presence: { guard: "exitLeft", target: "quiet" },
            },
          },
        },
      },
    },
  });
}

/** Denied and attended differ in everything but how they end. */
function nextStep() {
  return {
    always: { guard: "servedIsGone", target: "idle", actions: "forgetWords" },
    after: { nextStep: "lingering" },
    on: {
      presence: { guard: "servedLeft", target: "idle", actions: "forgetWords" },
      again: { guard: "triesAgain", target: "presented" },
    },
  } as const;
}

/** Supervision is a function of its flags: each state leaves for whichever mode they say. */
function leaveUnless(mine: LaneMode) {
  const targets = {
    normal: "normal",
    lockdown: "lockdown",
    "out-of-service": "outOfService",
    maintenance: "maintenance",
    emergency: "emergencyRelease",
  } as const satisfies Record<LaneMode, string>;
  return (Object.keys(targets) as LaneMode[])
    .filter((mode) => mode !== mine)
    .map((mode) => ({
      guard: ({ context }: { context: LaneContext }) => modeOf(context) === mode,
      target: targets[mode],
    }));
}
