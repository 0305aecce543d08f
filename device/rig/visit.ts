/** One person's visit, from stepping up to leaving: plays a line of the script on the stage. */
import type { Direction } from "../../src/core/flow.ts";
import { millis } from "../../src/core/units.ts";
import type { GuardAction, GuardAnswer, StreetScreen } from "../../src/core/views.ts";
import type { Picture } from "./render/scene.ts";
import type { Person } from "./script.ts";
import type { Stage } from "./stage.ts";

export interface VisitHost {
  /** The guard on duty at the rig. */
  guard(action: GuardAction): Promise<GuardAnswer>;
  /** Resolves when the lane has judged somebody after now. */
  judged(within: number): Promise<unknown>;
  happens(what: NonNullable<Person["happens"]>): Promise<void>;
}

const asksForehead: readonly StreetScreen[] = ["forehead", "one-at-a-time", "again"];
const REACTION = 40;
/** The pulse of the rig's turnstile has ended by then, and the arm is open. */
const ARM_OPENS = 130;

/** Plays one visit; resolves when the person has left the reading place and, if they may, gone through. */
export async function visit(
  person: Person,
  clip: readonly Picture[],
  stage: Stage,
  host: VisitHost,
  hurried: boolean,
): Promise<void> {
  const side: Direction = person.way ?? "entry";
  const hesitates = person.hesitates ?? (hurried ? 0 : 60);
  if (person.forehead === "sensor-fault") stage.thermometer.fail("checksum");
  const released = stage.clicks(side, 25_000);
  const judged = host.judged(25_000);
  stage.stands(side, true);
  if (person.wheelchair) await host.guard({ kind: "assistance" });
  if (person.happens !== undefined) await host.happens(person.happens);
  await stage.pause(hesitates);
  if (person.codes.length > 0) stage.holdsUp(clip);
  const leaning = lean(person, stage, side, hurried, judged);
  const answer = await Promise.race([released, judged.then(() => stage.pause(0).then(() => stage.screen))]);
  if (answer !== true && person.guard === "manual-check") {
    await stage.pause(REACTION);
    await checkedByHand(stage, host);
  }
  const goes =
    answer === true || side === "exit" || person.guard === "manual-check" || (await grantedSoon(released, stage));
  await leaning;
  stage.holdsUp(null);
  stage.leansBack();
  if (goes && (await released)) await goThrough(person, side, stage);
  else await stage.pause(hurried ? REACTION : 200);
  stage.stands(side, false);
  if (person.forehead === "sensor-fault") stage.thermometer.fail(null);
  await stage.pause(hurried ? 40 : 60);
}

/** The guard presses again while the turnstile is still with somebody else. */
async function checkedByHand(stage: Stage, host: VisitHost): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    const answer = await host.guard({ kind: "manual-check", person: null });
    if (answer.ok || answer.why !== "turnstile-busy") return;
    await stage.pause(200);
  }
}

/** Leans in when the screen asks, once for each code of the page. */
async function lean(
  person: Person,
  stage: Stage,
  side: Direction,
  hurried: boolean,
  judged: Promise<unknown>,
): Promise<void> {
  let over = false;
  void judged.then(() => {
    over = true;
  });
  for (const [index, body] of person.body.entries()) {
    if (body === null) return;
    if (index > 0) {
      stage.leansBack();
      await stage.pause(600);
    } else if (!hurried && (side === "entry" || person.codes.length > 0)) {
      await Promise.race([stage.sees(asksForehead, side === "entry" ? 12_000 : 2000), judged]);
      if (over) return;
      await stage.pause(REACTION);
    }
    if (over) return;
    stage.leansIn(body, person.forehead === "hat");
    const last = index === person.body.length - 1;
    if (last) await judged;
    else await stage.pause(850);
  }
}

/** A grant may wait for the turnstile: the screen says so, and the person stays. */
async function grantedSoon(released: Promise<boolean>, stage: Stage): Promise<boolean> {
  if (stage.screen !== "wait") return false;
  return released;
}

async function goThrough(person: Person, side: Direction, stage: Stage): Promise<void> {
  const { body } = stage.turnstile;
  await stage.pause(ARM_OPENS);
  const people = Math.max(1, person.codes.length);
  switch (person.leaves ?? "walk") {
    case "turn-back":
      await body.turnBack(side);
      return;
    case "with-tailgater":
      stage.stands(side, false);
      await body.tailgate(side);
      return;
    case "slowly":
      stage.stands(side, false);
      await body.holdOpen(side, millis(600));
      return;
    case "reverse":
      await body.push(side === "entry" ? "exit" : "entry");
      return;
    case "walk":
      stage.stands(side, false);
      // The next person may step up while this one walks: that is what a lane of sixty a minute needs.
      for (let index = 0; index < people; index += 1) {
        const walked = body.push(side);
        if (index === people - 1) {
          await stage.pause(60);
          void walked;
          return;
        }
        await walked;
        await stage.clicks(side, 1500);
        await stage.pause(ARM_OPENS);
      }
  }
}
