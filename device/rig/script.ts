/**
 * What a rig script can say: who comes, what they hold up, how warm they are and what they do next. A script is JSON;
 * `scripts/` holds the ones that ship, `demo --script FILE` takes any other.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import Type, { type Static } from "typebox";
import { Value } from "typebox/value";

/** Every kind of code that the rig can print. All but the foreign ones are signed passes of its own key. */
export const codeKinds = [
  "green",
  "yellow",
  "red",
  "pending",
  "green-paper",
  "green-paper-old",
  "expired",
  "expired-paper",
  "not-yet-valid",
  "forged",
  "unknown-key",
  "malformed",
  "foreign-certificate",
  "other-province",
  "payment",
  "place",
  "link",
  "wifi",
] as const;
export type CodeKind = (typeof codeKinds)[number];

const code = Type.Object(
  {
    kind: Type.Enum(codeKinds),
    medium: Type.Optional(Type.Enum(["phone", "paper"] as const)),
    /** Phone in dark mode: light modules on a dark ground. */
    dark: Type.Optional(Type.Boolean()),
    cracked: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    tilt: Type.Optional(Type.Number({ minimum: -50, maximum: 50 })),
  },
  { additionalProperties: false },
);
export type Code = Static<typeof code>;

const person = Type.Object(
  {
    /** Caption of the demo; nobody's name. */
    says: Type.String({ maxLength: 80 }),
    /** One code, a family's page of two to six, or none. */
    codes: Type.Array(code, { maxItems: 6 }),
    /** Body temperatures to be estimated, one per code; `null` keeps the forehead away. */
    body: Type.Array(Type.Union([Type.Number({ minimum: 30, maximum: 42 }), Type.Null()])),
    /** The forehead under a hat, too far away, or before a sensor that fails. */
    forehead: Type.Optional(Type.Enum(["clear", "hat", "sensor-fault"] as const)),
    way: Type.Optional(Type.Enum(["entry", "exit"] as const)),
    /** What they do once the screen lets them go. */
    leaves: Type.Optional(
      Type.Enum(["walk", "turn-back", "with-tailgater", "slowly", "reverse"] as const, {
        description: "turn-back: never turns the arm; with-tailgater: somebody follows close behind",
      }),
    ),
    /** Wheelchair: the guard asks for the longer window. */
    wheelchair: Type.Optional(Type.Boolean()),
    /** Attended persons: the guard checks by hand, escorts, or is busy elsewhere. */
    guard: Type.Optional(Type.Enum(["none", "manual-check", "mask-refused"] as const)),
    /** Milliseconds between arriving and holding something up, and between code and forehead. */
    hesitates: Type.Optional(Type.Integer({ minimum: 0, maximum: 20_000 })),
    /** Something that happens to the lane while this person comes. */
    happens: Type.Optional(Type.Enum(["fire-bell", "broker-cut", "camera-unplugged"] as const)),
  },
  { additionalProperties: false },
);
export type Person = Static<typeof person>;

export const scriptSchema = Type.Object(
  {
    title: Type.String({ maxLength: 80 }),
    /** Phone and forehead at once and no pauses: as fast as the lane lets them. */
    hurried: Type.Optional(Type.Boolean()),
    people: Type.Array(person, { minItems: 1, maxItems: 500 }),
  },
  { additionalProperties: false },
);
export type Script = Static<typeof scriptSchema>;

/** A script that can't be played, and where it goes wrong. */
export class ScriptError extends Error {
  readonly code = "GL-1101";
  constructor(message: string) {
    super(`GL-1101: ${message}`);
    this.name = "ScriptError";
  }
}

const folder = join(import.meta.dirname, "scripts");

/** Names of the scripts that ship, with their titles. */
export function listScripts(): { readonly name: string; readonly title: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ name: basename(name, ".json"), title: loadScript(basename(name, ".json")).title }));
}

/** Reads a script by its name, or from a file. @throws ScriptError with the path and what was found. */
export function loadScript(nameOrFile: string): Script {
  const file = /^[a-z-]+$/.test(nameOrFile) ? join(folder, `${nameOrFile}.json`) : nameOrFile;
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const known = listNames().join(", ");
    throw new ScriptError(
      `script ${JSON.stringify(nameOrFile)} can't be read (${(error as Error).message}); there are: ${known}`,
    );
  }
  const [wrong] = Value.Errors(scriptSchema, found);
  if (wrong !== undefined) throw new ScriptError(`${nameOrFile}: ${wrong.instancePath || "/"} ${wrong.message}`);
  return found as Script;
}

const listNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => basename(name, ".json"));

/**
 * As many persons as asked for: the script from its start, again and again, but never half a family. Everybody on a
 * page counts.
 */
export function castOf(script: Script, persons: number): Person[] {
  const cast: Person[] = [];
  let left = persons;
  for (let index = 0; left > 0; index += 1) {
    const next = script.people[index % script.people.length] as Person;
    const size = Math.max(1, next.codes.length);
    if (size > left) {
      // A family that no longer fits is replaced by one ordinary green.
      cast.push({ says: "绿码，体温正常", codes: [{ kind: "green" }], body: [36.5] });
      left -= 1;
      continue;
    }
    cast.push(next);
    left -= size;
  }
  return cast;
}
