import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Who may import whom, and why not the rest. A folder may always import itself, `core` and `ports`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  // The root files of src/ compose; they may reach everything that they compose.
  "src/main.ts": ["src/wire.ts", "device", "src/threads", "src/config", "src/service", "src/report", "src/lane"],
  "src/demo.ts": ["src/wire.ts", "device", "src/control-room", "src/threads", "src/config", "src/pass", "src/service"],
  "src/wire.ts": ["src/lane", "src/read", "src/verify", "src/report", "src/service", "src/web", "src/config"],
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
  "src/service": ["src/config", "src/threads"],
  "src/web": ["src/service", "src/config"],
  "src/control-room": ["src/protocol", "src/config", "src/threads"],
  "src/ui": ["src/protocol"],
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

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const { module: parsed } = parseSync(file, text);
  const found: Import[] = [];
  for (const statement of parsed.staticImports) {
    const typeOnly = statement.entries.length > 0 && statement.entries.every((entry) => entry.isType);
    found.push({ from: file, to: statement.moduleRequest.value, typeOnly });
  }
  for (const statement of parsed.dynamicImports) {
    const specifier = text.slice(statement.moduleRequest.start + 1, statement.moduleRequest.end - 1);
    found.push({ from: file, to: specifier, typeOnly: false });
  }
  for (const statement of parsed.staticExports) {
    for (const entry of statement.entries) {
      if (entry.moduleRequest !== null)
        found.push({ from: file, to: entry.moduleRequest.value, typeOnly: entry.isType });
    }
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
      const { module: parsed, program } = parseSync(file, readFileSync(join(root, file), "utf8"));
      const again = parsed.staticExports.filter((statement) =>
        statement.entries.some((entry) => entry.moduleRequest !== null),
      );
      return again.length > 0 && again.length === program.body.length;
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
        !["src/main.ts", "src/demo.ts"].includes(entry.from) &&
        !entry.from.startsWith("src/cli/"),
    );
    expect(wrong.map((entry) => `${entry.from} → ${target(entry)}`)).toEqual([]);
  });

  it("keeps files short enough to read: none above 500 lines", () => {
    const long = files.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 500);
    expect(long).toEqual([]);
    expect(files.length).toBe(files.filter((file) => statSync(join(root, file)).isFile()).length);
  });
});
