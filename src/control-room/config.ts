import { readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { idPattern } from "../protocol/topics.ts";

const Id = Type.String({ pattern: idPattern });
const Name = Type.Object(
  { zh: Type.String({ minLength: 1, maxLength: 60 }), en: Type.String({ minLength: 1, maxLength: 60 }) },
  { additionalProperties: false },
);
const File = Type.String({ minLength: 1, maxLength: 400, description: "Path; relative to the configuration file" });
const Host = Type.String({ minLength: 1, maxLength: 253 });
const Port = Type.Integer({ minimum: 0, maximum: 65_535, description: "0: any free one" });

const Broker = Type.Object(
  {
    url: Type.String({ pattern: "^mqtts?://", maxLength: 300 }),
    protocol: Type.Union([Type.Literal(4), Type.Literal(5)], {
      default: 4,
      description: "4 is MQTT 3.1.1, 5 is MQTT 5",
    }),
    share: Type.Union([Id, Type.Null()], {
      default: null,
      description:
        "Name of the shared subscription of several collectors; null for one collector (or a broker without them)",
    }),
    username: Type.Optional(Type.String({ maxLength: 128 })),
    passwordFile: Type.Optional(File),
    ca: Type.Optional(File),
    cert: Type.Optional(File),
    key: Type.Optional(File),
  },
  { additionalProperties: false },
);
const Sqlite = Type.Object({ kind: Type.Literal("sqlite"), file: File }, { additionalProperties: false });
const Postgres = Type.Object(
  {
    kind: Type.Literal("postgres"),
    url: Type.String({ pattern: "^postgres(ql)?://", maxLength: 400 }),
    connections: Type.Integer({ minimum: 2, maximum: 100, default: 8 }),
  },
  { additionalProperties: false },
);
const Lane = Type.Object(
  {
    id: Id,
    name: Name,
    x: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "Place on the site's plan, from the left" })),
    y: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "Place on the site's plan, from the top" })),
  },
  { additionalProperties: false },
);
const Site = Type.Object(
  { id: Id, name: Name, subdistrict: Id, lanes: Type.Array(Lane, { maxItems: 200 }) },
  { additionalProperties: false },
);
const Addressee = Type.Object(
  {
    id: Type.String({
      pattern: "^(epidemic-control|duty|(subdistrict|site|guard):[a-z0-9-]{1,32})$",
      description:
        "Whom events are routed to (P8); `guard:<site>` gets the quiet call, `duty` is told when a red is overdue",
    }),
    name: Name,
    url: Type.Optional(Type.String({ pattern: "^https?://", maxLength: 400 })),
    secretFile: Type.Optional(File),
  },
  { additionalProperties: false },
);

export const ControlRoomSchema = Type.Object(
  {
    district: Type.Object({ id: Id, name: Name }, { additionalProperties: false }),
    centre: Type.String({ pattern: idPattern, default: "a", description: "This process among those of the district" }),
    broker: Broker,
    embeddedBroker: Type.Optional(Type.Object({ host: Host, port: Port }, { additionalProperties: false })),
    database: Type.Union([Sqlite, Postgres]),
    keys: Type.String({
      minLength: 1,
      maxLength: 400,
      description: "Folder of the keys of erasure; never in a backup",
    }),
    backups: Type.Optional(
      Type.Object(
        {
          folder: File,
          everyHours: Type.Number({ minimum: 1, maximum: 168, default: 24 }),
          keep: Type.Integer({ minimum: 1, maximum: 60, default: 7 }),
        },
        { additionalProperties: false },
      ),
    ),
    web: Type.Object(
      {
        host: Type.String({ default: "127.0.0.1", maxLength: 253 }),
        port: Port,
        cert: Type.Optional(File),
        key: Type.Optional(File),
        behindTls: Type.Boolean({
          default: false,
          description: "A proxy on this machine ends TLS: cookies are marked Secure",
        }),
      },
      { additionalProperties: false },
    ),
    retentionDays: Type.Integer({ minimum: 1, maximum: 30, default: 14 }),
    escalateAfterSeconds: Type.Integer({ minimum: 10, maximum: 3_600, default: 60 }),
    offlineAfterSeconds: Type.Integer({ minimum: 0, maximum: 3_600, default: 60 }),
    shiftEnds: Type.Array(Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" }), {
      default: ["08:00", "16:00", "00:00"],
      maxItems: 12,
      description: "Local times (+08:00) at which shifts change; a shelf ends there at the latest",
    }),
    subdistricts: Type.Array(Type.Object({ id: Id, name: Name }, { additionalProperties: false }), { default: [] }),
    sites: Type.Array(Site, { default: [], maxItems: 20_000 }),
    addressees: Type.Array(Addressee, { default: [] }),
  },
  { additionalProperties: false, title: "Greenlane control room" },
);
export type ControlRoomConfig = Static<typeof ControlRoomSchema>;

/** The configuration can't be used; the text names the file and the path in it. Stable code GL-6007. */
export class ControlRoomConfigError extends Error {
  readonly code = "GL-6007";
  constructor(message: string) {
    super(`GL-6007: ${message}`);
    this.name = "ControlRoomConfigError";
  }
}

/**
 * Fills in the defaults and checks, also that no setting of TLS or sign-in stands there by half or without effect.
 * @throws ControlRoomConfigError naming the path of the first field that is wrong.
 */
export function controlRoomConfig(value: unknown, from = "the configuration"): ControlRoomConfig {
  const validator = Compile(ControlRoomSchema);
  const filled: unknown = validator.Default(structuredClone(value));
  if (validator.Check(filled)) {
    const [half] = halves(filled);
    if (half !== undefined) throw new ControlRoomConfigError(`${from}, ${half}`);
    return filled;
  }
  // A union reports each of its branches; the error deepest in the value is the one that the writer meant.
  const errors = [...validator.Errors(filled)].sort((a, b) => b.instancePath.length - a.instancePath.length);
  const extra = errors.find((error) => error.keyword === "additionalProperties");
  const worst = extra ?? errors[0];
  const unknown =
    extra === undefined
      ? ""
      : `: ${JSON.stringify((extra.params as { additionalProperties?: unknown }).additionalProperties)}`;
  throw new ControlRoomConfigError(
    `${from}, ${worst?.instancePath || "/"}: ${worst?.message ?? "not as described"}${unknown}`,
  );
}

/** What would be taken for safe and isn't: one of a pair without the other, or TLS files for a link that has none. */
function halves({ broker, web }: ControlRoomConfig): string[] {
  const found: string[] = [];
  const together = (part: string, given: Readonly<Record<string, unknown>>): void => {
    const names = Object.keys(given);
    const missing = names.filter((name) => given[name] === undefined);
    if (missing.length === 0 || missing.length === names.length) return;
    const there = names.find((name) => given[name] !== undefined);
    for (const name of missing)
      found.push(`/${part}/${name}: is missing beside /${part}/${there}; write both, or neither`);
  };
  together("broker", { cert: broker.cert, key: broker.key });
  together("web", { cert: web.cert, key: web.key });
  if (broker.passwordFile !== undefined && broker.username === undefined)
    found.push("/broker/username: is missing beside /broker/passwordFile; write both, or leave the password out");
  if (!broker.url.startsWith("mqtts:"))
    for (const name of ["ca", "cert", "key"] as const)
      if (broker[name] !== undefined)
        found.push(`/broker/${name}: has no effect with mqtt://; write /broker/url with mqtts:// or leave it out`);
  return found;
}

/** Reads a JSON file; paths in it are taken relative to it. @throws ControlRoomConfigError */
export function loadControlRoomConfig(file: string): ControlRoomConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ControlRoomConfigError(`${file}: ${error instanceof Error ? error.message : "unreadable"}`);
  }
  return resolvePaths(controlRoomConfig(value, file), dirname(resolve(file)));
}

function resolvePaths(config: ControlRoomConfig, base: string): ControlRoomConfig {
  const at = (path: string): string => (isAbsolute(path) ? path : resolve(base, path));
  const files = <T extends object>(part: T, names: readonly (keyof T)[]): T => {
    const found = names.filter((name) => typeof part[name] === "string");
    return { ...part, ...Object.fromEntries(found.map((name) => [name, at(String(part[name]))])) };
  };
  return {
    ...config,
    keys: at(config.keys),
    broker: files(config.broker, ["passwordFile", "ca", "cert", "key"]),
    database: config.database.kind === "sqlite" ? files(config.database, ["file"]) : config.database,
    ...(config.backups === undefined ? {} : { backups: files(config.backups, ["folder"]) }),
    web: files(config.web, ["cert", "key"]),
    addressees: config.addressees.map((one) => files(one, ["secretFile"])),
  };
}
