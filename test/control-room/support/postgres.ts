import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** Where the server's programs are; null where none is installed (Debian: `postgresql`). */
export function postgresPrograms(): string | null {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return null;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ?? null;
}

export interface Server {
  /** A database of its own, empty. */
  database(): Promise<string>;
  readonly programs: string;
  stop(): Promise<void>;
}

/** A real server with a data folder of its own on a free port of this machine; the server refuses to run as root. */
export async function startPostgres(programs: string, settings: readonly string[] = []): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "greenlane-pg-"));
  const who = process.getuid?.() === 0 ? other() : null;
  if (who !== null) chownSync(folder, who.uid, who.gid);
  const data = join(folder, "data");
  const as = who === null ? {} : who;
  execFileSync(join(programs, "initdb"), ["-D", data, "-U", "greenlane", "-A", "trust", "--no-sync", "-E", "UTF8"], {
    ...as,
    cwd: folder,
    stdio: "ignore",
  });
  const port = await freePort();
  const options = ["listen_addresses=127.0.0.1", `port=${port}`, `unix_socket_directories=${folder}`, ...settings];
  const child = spawn(join(programs, "postgres"), ["-D", data, ...options.flatMap((one) => ["-c", one])], {
    ...as,
    cwd: folder,
    stdio: "ignore",
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const url = (name: string): string => `postgres://greenlane@127.0.0.1:${port}/${name}`;
  await answering(url("postgres"), () => child.exitCode !== null);
  let made = 0;
  return {
    programs,
    database: async () => {
      made += 1;
      const client = new pg.Client({ connectionString: url("postgres") });
      await client.connect();
      await client.query(`CREATE DATABASE room${made}`);
      await client.end();
      return url(`room${made}`);
    },
    stop: async () => {
      child.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function other(): { uid: number; gid: number } {
  const id = (flag: string, user: string): number =>
    Number(execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"] }));
  for (const user of ["postgres", "nobody"]) {
    try {
      return { uid: id("-u", user), gid: id("-g", user) };
    } catch {}
  }
  throw new Error("no user to run PostgreSQL as");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function answering(url: string, gone: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (gone() || performance.now() > end) throw error;
      await new Promise((next) => setTimeout(next, 50));
    }
  }
}
