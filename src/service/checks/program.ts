import type { Check } from "./check.ts";

const MiB = 1024 * 1024;
const natives = ["better-sqlite3", "i2c-bus", "epoll", "serialport", "sharp"] as const;

/** The program itself: Node, native packages, disk. */
export const programChecks: readonly Check[] = [
  {
    id: "program.node",
    zh: "运行环境",
    en: "Node",
    look({ host }) {
      const [major = 0, minor = 0] = host.nodeVersion.split(".").map(Number);
      const expected = "20.19 or newer";
      if (major > 20 || (major === 20 && minor >= 19)) return { status: "ok", measured: host.nodeVersion, expected };
      return {
        status: "fail",
        code: "GL-1131",
        measured: host.nodeVersion,
        expected,
        fix: "install Node 20 from the board's image",
      };
    },
  },
  {
    id: "program.addons",
    zh: "原生模块",
    en: "Native packages",
    async look({ host }) {
      const broken: string[] = [];
      for (const name of natives) if ((await host.loads(name)) !== null) broken.push(name);
      if (broken.length === 0) return { status: "ok", measured: `${natives.length} load` };
      return {
        status: "fail",
        code: "GL-1132",
        measured: `${broken.join(", ")} not built`,
        expected: "all of them",
        fix: `run npm rebuild ${broken.join(" ")} with a compiler installed, or install the release image`,
      };
    },
  },
  {
    id: "storage.directory",
    zh: "数据目录",
    en: "Data directory",
    look({ host, config }) {
      const { directory } = config.storage;
      const facts = host.facts(directory);
      const expected = "a folder that the lane may write to";
      if (facts?.kind === "folder" && facts.writable) return { status: "ok", measured: directory, expected };
      return {
        status: "fail",
        code: "GL-1133",
        measured: facts === null ? `${directory} is missing` : `${directory} can't be written to`,
        expected,
        fix: `create it and give it to the lane: install -d -o greenlane -m 0700 ${directory}`,
      };
    },
  },
  {
    id: "storage.free",
    zh: "剩余空间",
    en: "Free space",
    look({ host, config }) {
      const free = host.freeBytes(config.storage.directory);
      if (free === null) return { status: "skipped", measured: "the data directory can't be looked at" };
      const measured = `${Math.round(free / MiB)} MiB`;
      const expected = `${Math.round((config.storage.reserve * 2) / MiB)} MiB or more`;
      if (free >= config.storage.reserve * 2) return { status: "ok", measured, expected };
      const status = free >= config.storage.reserve ? "warn" : "fail";
      return {
        status,
        code: "GL-1134",
        measured,
        expected,
        fix: "remove what is not the lane's from the data partition, or use a larger one",
      };
    },
  },
];
