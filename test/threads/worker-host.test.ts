import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { startWorker } from "../../src/threads/worker-host.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");

/** Starts the decode worker of the given tree and prints the first word it says. */
const script = (host: string, worker: string) => `
  import { startWorker } from ${JSON.stringify(host)};
  import { defaultReadSettings } from ${JSON.stringify(host.replace("threads/worker-host", "read/settings"))};
  const worker = startWorker(new URL(${JSON.stringify(worker)}, ${JSON.stringify(host)}), { workerData: defaultReadSettings(2) });
  worker.once("message", (message) => { process.stdout.write(message.kind); void worker.terminate(); });
`;

describe("a worker thread", () => {
  it("starts under vitest", async () => {
    const { defaultReadSettings } = await import("../../src/read/settings.ts");
    const worker = startWorker(new URL("../../src/read/reading.worker.ts", import.meta.url), {
      workerData: defaultReadSettings(2),
    });
    const message = await new Promise((done) => worker.once("message", done));
    await worker.terminate();
    expect(message).toEqual({ kind: "ready" });
  }, 60_000);

  it("starts in a checkout, where TypeScript is loaded as it is", async () => {
    const host = new URL("../../src/threads/worker-host.ts", import.meta.url).href;
    const folder = await mkdtemp(join(tmpdir(), "greenlane-worker-"));
    const file = join(folder, "start.mjs");
    await writeFile(file, script(host, "../read/reading.worker.ts"));
    const { stdout } = await run(process.execPath, ["--import", "tsx", file], { cwd: root });
    expect(stdout).toBe("ready");
  }, 60_000);

  it("starts in the built package, without a TypeScript loader", async () => {
    // Only what the decode worker needs is compiled: the whole package's compile is the build's own business.
    const folder = await mkdtemp(join(tmpdir(), "greenlane-built-"));
    await cp(join(root, "tsconfig.json"), join(folder, "tsconfig.json"));
    for (const part of ["src/core", "src/ports", "src/read", "src/threads"])
      await cp(join(root, part), join(folder, part), { recursive: true });
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    const build = JSON.parse(await readFile(join(root, "tsconfig.build.json"), "utf8"));
    await writeFile(
      join(folder, "tsconfig.build.json"),
      JSON.stringify({ ...build, include: ["src/read", "src/threads"], exclude: [] }),
    );
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
      cwd: folder,
    });
    const host = new URL(`file://${folder}/dist/src/threads/worker-host.js`).href;
    const file = join(folder, "start.mjs");
    await writeFile(file, script(host, "../read/reading.worker.ts"));
    const { stdout } = await run(process.execPath, [file], { cwd: folder });
    expect(stdout).toBe("ready");
  }, 120_000);
});
