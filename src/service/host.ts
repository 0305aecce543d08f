/** What checks may ask of the machine they run on. The real one reads; the fake in tests answers from a table. */
import type { Millis } from "../core/units.ts";

export interface FileFacts {
  readonly kind: "file" | "folder" | "device" | "other";
  /** Permission bits, as 0o600. */
  readonly mode: number;
  readonly readable: boolean;
  readonly writable: boolean;
}

export interface Host {
  /** Text of a small file (at most 64 KiB), or null where it can't be read. */
  read(path: string): string | null;
  facts(path: string): FileFacts | null;
  list(folder: string): readonly string[];
  /** Free bytes of the file system that holds the path, or null. */
  freeBytes(path: string): number | null;
  /** Whether a program can be found. */
  hasProgram(name: string): boolean;
  /** Opens a TCP connection and closes it again. Resolves to null when it worked, else to the error's code. */
  reach(host: string, port: number, within: Millis): Promise<string | null>;
  /** A full TLS handshake with the lane's own certificate. Null when it worked, else the error's code. */
  handshake(host: string, port: number, files: TlsFiles, within: Millis): Promise<string | null>;
  /** Loads a native package; null when it worked, else the message. */
  loads(name: string): Promise<string | null>;
  addresses(): readonly { readonly name: string; readonly address: string; readonly internal: boolean }[];
  readonly nodeVersion: string;
}

export interface TlsFiles {
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}
