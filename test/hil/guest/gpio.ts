/** The turnstile's adapter on the kernel's GPIO: the same promises as the fake keeps, by sysfs and by the gpiod tools. */
import assert from "node:assert/strict";
import { release } from "node:os";
import { SystemClock } from "../../../device/clock/system-clock.ts";
import { openLines } from "../../../device/gpio/open-lines.ts";
import { GpioTurnstile } from "../../../device/gpio/turnstile.ts";
import { TurnstileBody } from "../../../device/gpio/turnstile-body.sim.ts";
import { millis } from "../../../src/core/units.ts";
import { restContacts, setContact, wireBody, wiring } from "../../device/gpio/bench.ts";
import { recordEvents, turnstilePromises } from "../../device/gpio/turnstile.conformance.ts";
import { mirrored, type Picture, walks } from "../../device/gpio/walks.ts";
import { KernelChip } from "./kernel-chip.ts";
import { checks, sleep, until } from "./say.ts";

const clock = new SystemClock({ trust: () => ({ trust: "synced", error: millis(0) }) });
const chip = new KernelChip();
const backend = process.argv[2] === "chardev" ? "chardev" : "sysfs";
/**
 * Left to the fake: a wait of half a minute, and with the tools, whose children take half a second each to start here,
 * whatever turns on quick edges in the moments when they are replaced.
 */
const left = (sentence: string): boolean =>
  /held open/.test(sentence) || (backend === "chardev" && /tailgating|turning back|against|unused/.test(sentence));

async function bench(
  run: (of: { turnstile: GpioTurnstile; body: TurnstileBody; events: string[] }) => Promise<unknown>,
) {
  restContacts(chip);
  const body = new TurnstileBody(clock);
  wireBody(chip, body);
  const lines = await openLines(clock, backend, null);
  const turnstile = new GpioTurnstile(clock, lines, wiring);
  const events = recordEvents(turnstile);
  await turnstile.open();
  await turnstile.holdShut(false);
  await turnstile.start();
  // The body hears of the outputs' first levels by the chip's far side.
  await sleep(300);
  try {
    return await run({ turnstile, body, events });
  } finally {
    await turnstile.stop();
  }
}

const promises = Object.entries(turnstilePromises)
  .filter(([sentence]) => !left(sentence))
  .map(([sentence, promise]) => [
    `${backend}: ${sentence}`,
    () =>
      bench(({ turnstile, body, events }) =>
        promise(
          {
            release: turnstile,
            inputs: turnstile,
            freePassage: turnstile,
            body,
            set: (line, active) => setContact(chip, line, active),
            // Edges and children take longer here; promises give times in which something has happened.
            pass: (duration) => sleep(duration * 1.3 + (backend === "chardev" ? 400 : 0)),
          },
          events,
        ),
      ),
  ]);

function showBeams(picture: Picture): void {
  for (const [beam, letter] of [
    [wiring.beamA, "E"],
    [wiring.beamB, "X"],
  ] as const)
    if (beam !== null) chip.set(beam.line, picture.includes(letter) !== beam.activeLow);
}

/**
 * Every order of edges, but for those that need half a minute of standing still. By each way to the lines on one kernel:
 * the promises above run by both ways on both.
 */
const ordersHere = (backend === "sysfs") === release().startsWith("6.1.");
const brief = walks.filter(({ steps }) => steps.reduce((sum, [, hold]) => sum + hold, 0) < 5000);
const orders = (backend === "sysfs" ? brief : brief.map(mirrored)).map(({ name, steps, pulses, events: expected }) => [
  `${backend}: ${name}`,
  () =>
    bench(async ({ turnstile, events }) => {
      for (const direction of pulses) {
        await turnstile.pulse(direction);
        await sleep(400);
      }
      for (const [picture, hold] of [...steps, ["-", 500]] as const) {
        showBeams(picture);
        await sleep(hold);
      }
      assert.deepEqual(events, expected);
    }),
]);

await checks({
  [`${backend}: the chip is found by its label`]: async () => {
    const lines = await openLines(clock, backend, null);
    await lines.close();
    await assert.rejects(openLines(clock, backend, "pinctrl-rp1"), { code: "GL-2304" });
    return lines.name;
  },
  ...Object.fromEntries(promises),
  ...Object.fromEntries(ordersHere ? orders : []),
  [`${backend}: the relay's pulse has its length, read back on the chip's far side`]: () =>
    bench(async ({ turnstile }) => {
      const before = chip.driven.length;
      await turnstile.pulse("entry");
      await sleep(200);
      const changes = chip.driven.slice(before).filter(({ line }) => line === 5);
      const [on, off] = changes;
      assert.deepEqual(
        changes.map(({ high }) => high),
        [false, true],
      );
      const length = (off?.at ?? 0) - (on?.at ?? 0);
      assert.ok(length >= 100 && length <= 1000, `${length} ms`);
      return `${length.toFixed(1)} ms asked for 250`;
    }),
  [`${backend}: the fire contact is fire as soon as it is open, and the way is let go`]: () =>
    bench(async ({ turnstile, body, events }) => {
      setContact(chip, "fire", true);
      const after = await until(() => events.includes("fire true"), "fire");
      turnstile.free();
      await until(() => body.free(), "free way");
      setContact(chip, "fire", false);
      return `told after ${after} ms`;
    }),
});
