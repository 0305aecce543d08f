/** The machine itself, as `Host`. */
import { accessSync, constants, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { delimiter, join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import type { Millis } from "../core/units.ts";
import type { FileFacts, Host, TlsFiles } from "./host.ts";

const LARGEST_READ = 64 * 1024;

function can(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function facts(path: string): FileFacts | null {
  try {
    const stat = statSync(path);
    const kind = stat.isFile() ? "file" : stat.isDirectory() ? "folder" : stat.isCharacterDevice() ? "device" : "other";
    return { kind, mode: stat.mode & 0o777, readable: can(path, constants.R_OK), writable: can(path, constants.W_OK) };
  } catch {
    return null;
  }
}

function read(path: string): string | null {
  try {
    return statSync(path).size > LARGEST_READ ? null : readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "failed";

function reach(host: string, port: number, within: Millis): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: within });
    const end = (answer: string | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once("connect", () => end(null))
      .once("timeout", () => end("ETIMEDOUT"))
      .once("error", (error) => end(codeOf(error)));
  });
}

function handshake(host: string, port: number, files: TlsFiles, within: Millis): Promise<string | null> {
  const pem = (path: string | null): string | undefined => (path === null ? undefined : (read(path) ?? undefined));
  return new Promise((resolve) => {
    try {
      const [ca, cert, key] = [pem(files.ca), pem(files.certificate), pem(files.key)];
      const socket = tlsConnect({
        host,
        port,
        servername: /^[\d.]+$|:/.test(host) ? "" : host,
        timeout: within,
        minVersion: "TLSv1.2",
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      });
      const end = (answer: string | null): void => {
        socket.destroy();
        resolve(answer);
      };
      // TLS 1.3 tells a refused client certificate only after the client's side is done, so listen a moment longer.
      let settle: NodeJS.Timeout | undefined;
      socket.once("secureConnect", () => {
        settle = setTimeout(() => end(null), 250);
      });
      socket.once("timeout", () => end("ETIMEDOUT"));
      socket.once("error", (error) => {
        clearTimeout(settle);
        end(codeOf(error));
      });
      socket.once("close", () => {
        clearTimeout(settle);
        end("ECONNRESET");
      });
    } catch (error) {
      resolve(codeOf(error));
    }
  });
}

/** The `Host` of this machine. Reads only; nothing is opened before it is asked for. */
export function nodeHost(): Host {
  return {
    nodeVersion: process.versions.node,
    read,
    facts,
    reach,
    handshake,
    list(folder) {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
    freeBytes(path) {
      try {
        const { bavail, bsize } = statfsSync(path);
        return bavail * bsize;
      } catch {
        return null;
      }
    },
    hasProgram(name) {
      if (!/^[a-z0-9-]+$/.test(name)) return false;
      return (process.env.PATH ?? "").split(delimiter).some((folder) => can(join(folder, name), constants.X_OK));
    },
    async loads(name) {
      try {
        await import(name);
        return null;
      } catch (error) {
        return error instanceof Error ? (error.message.split("\n")[0] ?? "failed") : "failed";
      }
    },
    addresses() {
      return Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
        list.map(({ address, internal }) => ({ name, address, internal })),
      );
    },
  };
}
