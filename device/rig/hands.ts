/** What an installer's hands do on the rig: hold a code or a black body up, walk through, pull a plug. One word each. */

import { celsius } from "../../src/core/units.ts";
import type { Picture } from "./render/scene.ts";
import type { Stage } from "./stage.ts";

export const handWords = "code, 35, 39, nothing, walk, unplug, plug, wet, dry";

/** How long a walker waits for the relay before giving up. */
const PATIENCE = 60_000;
/** The pulse of the rig's turnstile has ended by then. */
const ARM_OPENS = 400;

export class Hands {
  readonly #stage: Stage;
  readonly #code: () => Promise<readonly Picture[]>;

  /** `code` draws a phone with a code that is good now. */
  constructor(stage: Stage, code: () => Promise<readonly Picture[]>) {
    this.#stage = stage;
    this.#code = code;
  }

  /** Does it and says what was done; null for a word that is none. */
  async do(word: string): Promise<string | null> {
    const stage = this.#stage;
    const degrees = /^[34]\d(\.\d+)?$/.test(word) ? Number(word) : null;
    if (degrees !== null) {
      stage.thermometer.look(celsius(degrees));
      return `A black body of ${degrees} °C stands before the sensor.`;
    }
    switch (word) {
      case "code":
        stage.holdsUp(await this.#code());
        return "A phone with a code is before the camera.";
      case "nothing":
        stage.holdsUp(null);
        stage.leansBack();
        return "Nothing is before camera and sensor.";
      case "walk":
        void this.#walk();
        return "Somebody walks through at the next click of the entry relay.";
      case "unplug":
        stage.camera.vanish();
        return "The camera's plug is out.";
      case "plug":
        stage.camera.comeBack();
        return "The camera's plug is in.";
      case "wet":
        stage.thermometer.fail("checksum");
        return "The sensor's plug is wet: its readings fail the checksum.";
      case "dry":
        stage.thermometer.fail(null);
        return "The sensor's plug is dry.";
      default:
        return null;
    }
  }

  async #walk(): Promise<void> {
    if (!(await this.#stage.clicks("entry", PATIENCE))) return;
    await this.#stage.pause(ARM_OPENS);
    await this.#stage.turnstile.body.push("entry");
  }
}
