import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parse } from "@babel/parser";
import type { Statement } from "@babel/types";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Who may import whom, and why not the rest. A folder may always import itself, `core` and `ports`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  // The root files of src/ compose; they may reach everything that they compose.
  "src/main.ts": [
    "src/main-devices.ts",
    "src/main-looks.ts",
    "src/main-outputs.ts",
    "src/main-trust.ts",
    "src/main-web.ts",
    "src/wire.ts",
    "src/wire-service.ts",
    "device",
    "src/config",
    "src/service",
    "src/web",
  ],
  "src/main-devices.ts": ["src/config", "device"],
  "src/main-outputs.ts": ["src/config", "device"],
  "src/main-looks.ts": ["src/config", "src/service", "src/verify", "src/wire-health.ts"],
  "src/main-web.ts": ["src/config", "src/web"],
  "src/main-trust.ts": ["src/wire.ts", "src/config", "src/pass", "src/protocol", "src/report", "src/verify"],
  "src/demo.ts": [
    "src/demo-config.ts",
    "src/demo-frames.ts",
    "src/demo-ledger.ts",
    "src/wire-settings.ts",
    "src/verify",
    "src/wire.ts",
    "device",
    "src/control-room",
    "src/threads",
    "src/config",
    "src/pass",
    "src/service",
    "src/web",
  ],
  "src/demo-config.ts": ["src/control-room"],
  "src/demo-frames.ts": ["src/demo-ledger.ts", "device"],
  "src/demo-ledger.ts": ["src/wire.ts", "src/lane", "src/control-room", "device"],
  "src/wire-bench.ts": ["src/wire.ts", "src/service"],
  "src/wire-health.ts": ["src/lane", "src/report"],
  "src/wire-service.ts": ["src/wire.ts", "src/wire-bench.ts", "src/config", "src/service", "src/web"],
  "src/wire-settings.ts": ["src/config", "src/lane", "src/read", "src/report", "src/verify", "src/web"],
  "src/wire.ts": [
    "src/wire-health.ts",
    "src/wire-service.ts",
    "src/wire-settings.ts",
    "src/protocol",
    "src/lane",
    "src/read",
    "src/verify",
    "src/report",
    "src/service",
    "src/web",
    "src/config",
  ],
  "src/cli": ["src", "device"],
  "src/core": [],
  "src/ports": [],
  "src/threads": [],
  "src/pass": [],
  "src/protocol": [],
  "src/config": [],
  "src/read": ["src/threads"],
  "src/lane": [],
  "src/verify": ["src/pass", "src/threads"],
  "src/report": ["src/protocol", "src/threads"],
  // What a technician brings is judged by the readers that the lane uses.
  "src/service": ["src/config", "src/threads", "src/pass", "src/protocol"],
  "src/web": ["src/service", "src/config"],
  "src/control-room": ["src/protocol", "src/config", "src/threads"],
  "src/ui": ["src/protocol", "config/locales"],
  device: ["src/config", "src/threads"],
  "device/rig": ["src/pass", "src/threads", "src/config", "device"],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules") && !name.endsWith(".d.ts"));
}

function statements(file: string): Statement[] {
  return parse(readFileSync(join(root, file), "utf8"), { sourceType: "module", plugins: ["typescript", "jsx"] }).program
    .body;
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  for (const statement of statements(file)) {
    if (statement.type === "ImportDeclaration") {
      const named = statement.specifiers;
      const typed = named.every((each) => each.type === "ImportSpecifier" && each.importKind === "type");
      const typeOnly = statement.importKind === "type" || (named.length > 0 && typed);
      found.push({ from: file, to: statement.source.value, typeOnly });
    }
    if (statement.type === "ExportNamedDeclaration" && statement.source) {
      found.push({ from: file, to: statement.source.value, typeOnly: statement.exportKind === "type" });
    }
    if (statement.type === "ExportAllDeclaration")
      found.push({ from: file, to: statement.source.value, typeOnly: false });
  }
  for (const [, to] of readFileSync(join(root, file), "utf8").matchAll(/\bimport\(\s*"([^"]+)"/g)) {
    found.push({ from: file, to: to ?? "", typeOnly: false });
  }
  return found;
}

const files = [...sources("src"), ...sources("device")];
const local = files.flatMap(importsOf).filter((entry) => entry.to.startsWith("."));
const target = (entry: Import): string => relative(root, resolve(root, dirname(entry.from), entry.to));

/** The longest key of the table above that holds the file. */
function placeOf(file: string): string | undefined {
  return Object.keys(allowed)
    .filter((place) => file === place || file.startsWith(`${place}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function mayImport(from: string, to: string): boolean {
  const place = placeOf(from);
  if (place === undefined) return false;
  const open = ["src/ports", "src/core", place, ...(allowed[place] ?? [])];
  if (place === "src/core") return to.startsWith("src/core/");
  if (place === "src/ports") return to.startsWith("src/core/") || to.startsWith("src/ports/");
  return open.some((folder) => to === folder || to.startsWith(`${folder}/`));
}

describe("the tree", () => {
  it("imports only in the directions of the table", () => {
    const wrong = local.filter((entry) => !mayImport(entry.from, target(entry)));
    expect(wrong.map((entry) => `${entry.from} → ${target(entry)}`)).toEqual([]);
  });

  it("keeps the core free of node, timers and clocks; xstate lives in passage alone", () => {
    const wrong: string[] = [];
    for (const file of files.filter((name) => name.startsWith("src/core/"))) {
      for (const entry of importsOf(file)) {
        const xstateInPassage = entry.to === "xstate" && file.startsWith("src/core/passage/");
        if (!entry.to.startsWith(".") && !xstateInPassage) wrong.push(`${file} → ${entry.to}`);
      }
      const text = readFileSync(join(root, file), "utf8");
      if (/\b(Date\.now|new Date\(\)|setTimeout|setInterval|performance\.now|Math\.random|process\.)/.test(text))
        wrong.push(`${file} reads the world`);
    }
    expect(wrong).toEqual([]);
  });

  it("has no cycles of values (type imports give direction, not cycles)", () => {
    const edges = new Map<string, string[]>();
    for (const entry of local)
      if (!entry.typeOnly) edges.set(entry.from, [...(edges.get(entry.from) ?? []), target(entry)]);
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
        return;
      }
      state.set(file, "open");
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, "done");
    };
    for (const file of edges.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("has no barrels: a file that only re-exports hides where things are", () => {
    const barrels = files.filter((file) => {
      const body = statements(file);
      const again = body.filter(
        (each) => each.type === "ExportAllDeclaration" || (each.type === "ExportNamedDeclaration" && each.source),
      );
      return again.length > 0 && again.length === body.length;
    });
    expect(barrels).toEqual([]);
  });

  it("opens every folder with a paragraph that says what it is", () => {
    const folders = new Set(files.map((file) => dirname(file)));
    const silent = [...folders].filter((folder) => {
      const names = readdirSync(join(root, folder));
      if (names.includes("README.md")) return readFileSync(join(root, folder, "README.md"), "utf8").trim().length < 60;
      const main = names.find((name) => name === `${folder.split("/").at(-1)}.ts`) ?? "";
      return main === "" || !readFileSync(join(root, folder, main), "utf8").startsWith("/**");
    });
    expect(silent).toEqual([]);
  });

  it("takes its ports from ports/: no adapter of a device is imported but by a composition root, the cli or another device", () => {
    const wrong = local.filter(
      (entry) =>
        target(entry).startsWith("device/") &&
        !entry.from.startsWith("device/") &&
        ![
          "src/main.ts",
          "src/main-devices.ts",
          "src/main-outputs.ts",
          "src/demo.ts",
          "src/demo-ledger.ts",
          "src/demo-frames.ts",
        ].includes(entry.from) &&
        !entry.from.startsWith("src/cli/"),
    );
    expect(wrong.map((entry) => `${entry.from} → ${target(entry)}`)).toEqual([]);
  });

  it("keeps files short enough to read: none above 500 lines", () => {
    const long = files.filter((file) => readFileSync(join(root, file), "utf8").trimEnd().split("\n").length > 500);
    expect(long).toEqual([]);
    expect(files.length).toBe(files.filter((file) => statSync(join(root, file)).isFile()).length);
  });
});
