import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { credentialOutcomes, type Direction, temperatureClasses } from "../../../src/core/flow.ts";
import { Bench, type Did } from "./harness.ts";

/** One thing that can happen at a lane. */
type Step = { readonly name: string; readonly run: (lane: Bench) => void };
const step = (name: string, run: (lane: Bench) => void): Step => ({ name, run });
const always = (name: string, run: (lane: Bench) => void) => fc.constant(step(name, run));

const side = fc.constantFrom<Direction>("entry", "exit");
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: side.map((way) => step(`comes ${way}`, (lane) => lane.comes(way))) },
  { weight: 4, arbitrary: side.map((way) => step(`leaves ${way}`, (lane) => lane.leaves(way))) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.oneof(fc.constant("green" as const), fc.constantFrom(...credentialOutcomes)),
        fc.constantFrom(1, 1, 1, 2, 3),
      )
      .map(([outcome, count]) => step(`shows ${outcome} ×${count}`, (lane) => lane.shows(outcome, count))),
  },
  {
    weight: 8,
    arbitrary: fc
      .oneof(fc.constant("normal" as const), fc.constantFrom(...temperatureClasses))
      .map((kind) => step(`forehead ${kind}`, (lane) => lane.forehead(kind))),
  },
  { weight: 5, arbitrary: side.map((way) => step(`turns ${way}`, (lane) => lane.turns(way))) },
  {
    weight: 9,
    arbitrary: fc.integer({ min: 10, max: 7000 }).map((ms) => step(`waits ${ms}`, (lane) => lane.wait(ms))),
  },
  { weight: 3, arbitrary: always("again", (lane) => lane.send({ type: "again", turn: lane.turn })) },
  { weight: 2, arbitrary: always("rex", (lane) => lane.send({ type: "rex" })) },
  {
    weight: 2,
    arbitrary: always("guard", (lane) => lane.send({ type: "guard.release", cause: "guard", people: 1, wide: false })),
  },
  { weight: 1, arbitrary: always("order", (lane) => lane.send({ type: "order.release" })) },
  { weight: 1, arbitrary: always("assistance", (lane) => lane.send({ type: "assistance" })) },
  {
    weight: 1,
    arbitrary: always("lockdown", (lane) =>
      lane.send({ type: "lockdown", lasting: lane.clockMillis(20_000), until: null }),
    ),
  },
  { weight: 1, arbitrary: always("unlock", (lane) => lane.send({ type: "unlock" })) },
  {
    weight: 1,
    arbitrary: fc.boolean().map((ok) => step(`service ${ok}`, (lane) => lane.send({ type: "service", ok }))),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((on) => step(`maintenance ${on}`, (lane) => lane.send({ type: "maintenance", on }))),
  },
  { weight: 1, arbitrary: fc.boolean().map((on) => step(`blind ${on}`, (lane) => lane.send({ type: "blind", on }))) },
  { weight: 1, arbitrary: always("ready", (lane) => lane.send({ type: "ready" })) },
  { weight: 1, arbitrary: always("fire", (lane) => lane.send({ type: "fire" })) },
  { weight: 1, arbitrary: always("reset", (lane) => lane.send({ type: "fire.reset" })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("ok" as const, "ok" as const, "broken" as const).map((relay) =>
      step(`relay ${relay}`, (lane) => {
        lane.relay = relay;
      }),
    ),
  },
);
const story = fc.array(steps, { minLength: 5, maxLength: 60 });

/** Plays a story from a ready lane; prints it by its names when a property fails. */
function play(told: readonly Step[], after?: (lane: Bench, done: Step) => void): Bench {
  const lane = new Bench().ready();
  for (const each of told) {
    each.run(lane);
    after?.(lane, each);
  }
  return lane;
}
const check = (property: (told: readonly Step[]) => void): void => {
  fc.assert(
    fc.property(story, (told) => {
      try {
        property(told);
      } catch (error) {
        throw new Error(`${(error as Error).message}\nstory: ${told.map((each) => each.name).join(", ")}`);
      }
    }),
    { numRuns: 120 },
  );
};

const ends = (did: readonly Did[]): number =>
  did.reduce((sum, done) => sum + (done.did === "passed" ? 1 : done.did === "unused" ? done.unused : 0), 0);

describe("over any sequence of events", () => {
  it("the relay opens only for a grant of that turn, an exit, a guard, REX or an order", () => {
    check((told) => {
      const lane = play(told);
      for (const { ticket } of lane.of("release")) {
        if (ticket.release.cause !== "grant" || ticket.release.direction === "exit") continue;
        const decision = lane.of("decided").find((done) => done.decision.turn === ticket.turn)?.decision;
        expect(decision?.verdict.kind).toBe("grant");
        expect(
          decision?.people.every(
            (person) => person.credential.outcome === "green" && person.temperature?.class === "normal",
          ),
        ).toBe(true);
        expect(ticket.release.people).toBe(decision?.people.length);
      }
    });
  });

  it("every release ends in exactly as many passages and no-entries as it allowed people", () => {
    check((told) => {
      const lane = play(told);
      lane.relay = "ok";
      lane.leaves().leaves("exit").wait(40_000).leaves("exit").wait(40_000);
      const granted = lane
        .of("decided")
        .filter((done) => done.decision.direction === "entry" && done.decision.verdict.kind === "grant");
      const wanted = granted.reduce((sum, done) => sum + done.decision.people.length, 0);
      const others = lane
        .of("release")
        .filter((done) => done.ticket.release.cause !== "grant" || done.ticket.release.direction === "exit");
      expect(ends(lane.did)).toBe(wanted + others.length);
    });
  });

  it("at most one release is in flight", () => {
    check((told) => {
      const lane = play(told);
      let open = 0;
      for (const done of lane.did) {
        if (done.did === "release") open = done.ticket.release.people + (open > 0 ? Number.POSITIVE_INFINITY : 0);
        if (done.did === "passed") open -= 1;
        if (done.did === "unused" && open > 0 && lane.of("release").some((each) => each.ticket === done.ticket))
          open -= done.unused;
        expect(open).toBeLessThanOrEqual(6);
      }
    });
  });

  it("P0: who asks to leave is let out within the longest window, or everything is free", () => {
    check((told) => {
      const lane = play(told);
      const before = lane.of("release").length;
      lane
        .leaves("exit")
        .comes("exit")
        .wait(16_000 + 3_000 + 2_000);
      const opened = lane
        .of("release")
        .slice(before)
        .some((done) => done.ticket.release.direction === "exit");
      expect(opened || lane.state.context.fire || lane.names().includes("free")).toBe(true);
    });
  });

  it("once the fire contact opened, nothing pulses and nothing but a local reset ends it", () => {
    check((told) => {
      let burning = false;
      let releases = 0;
      play(told, (lane, done) => {
        if (done.name === "fire") burning = true;
        if (done.name === "reset") burning = false;
        if (burning) {
          expect(lane.state.matches({ supervision: "emergencyRelease" })).toBe(true);
          if (done.name !== "fire") expect(lane.of("release").length).toBe(releases);
        }
        releases = lane.of("release").length;
      });
    });
  });

  it("a code and a forehead meet only within one unbroken presence and five seconds", () => {
    check((told) => {
      const since = { entry: 0, exit: 0 };
      let judged = 0;
      play(told, (lane, done) => {
        for (const { decision } of lane.of("decided").slice(judged)) {
          for (const person of decision.people) {
            if (person.temperature === null || decision.people.length > 1) continue;
            expect(Math.abs(person.temperature.at - person.readAt)).toBeLessThanOrEqual(5000);
            expect(Math.min(person.temperature.at, person.readAt)).toBeGreaterThanOrEqual(since[decision.direction]);
          }
        }
        judged = lane.of("decided").length;
        if (done.name.startsWith("leaves")) since[done.name.endsWith("exit") ? "exit" : "entry"] = lane.clock.now();
      });
    });
  });

  it("nobody is asked or judged for want of a code where nobody stands", () => {
    check((told) => {
      play(told, (lane) => {
        const { value, context } = lane.state;
        const asking = typeof value.access !== "string" || value.access === "screening";
        if (asking) expect(context.present[context.direction]).toBe(true);
      });
    });
  });

  it("nobody's result is still shown once the next person is being served", () => {
    check((told) => {
      play(told, (lane) => {
        const { context, value } = lane.state;
        const access = typeof value.access === "string" ? value.access : "presented";
        if (access === "presented") expect(context.decision).toBeNull();
        if (access === "idle")
          expect([context.decision, context.people.length, context.forehead]).toEqual([null, 0, null]);
      });
    });
  });

  it("the machine never ends up in error, and a locked turnstile holds no ticket", () => {
    check((told) => {
      const lane = play(told);
      expect(lane.state.status).toBe("active");
      if (lane.state.matches({ turnstile: "locked" })) expect(lane.state.context.ticket).toBeNull();
    });
  });
});
