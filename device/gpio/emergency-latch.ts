/**
 * The emergency latch on disk. `latch()` returns only when file and folder are synced, so that a power cut a moment
 * later finds it set; `latched()` reads the disk, not a memory, and takes anything doubtful for latched.
 */
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { sync as writeFileAtomicSync } from "write-file-atomic";
import type { EmergencyLatch } from "../../src/ports/inputs.ts";

export class FileEmergencyLatch implements EmergencyLatch {
  readonly #path: string;

  /** `path` lies on a file system that survives a power cut, never on tmpfs. */
  constructor(path: string) {
    this.#path = path;
  }

  /** A file that exists in any form, or a disk that cannot be asked, is a latch that is set. */
  latched(): boolean {
    try {
      lstatSync(this.#path);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== "ENOENT";
    }
  }

  /** @throws LatchError `GL-2320` where the disk refuses: the caller frees the way all the same and raises a trouble. */
  latch(): void {
    this.#change("set", () => {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileAtomicSync(this.#path, "emergency\n", { fsync: true, mode: 0o640 });
    });
  }

  /** @throws LatchError `GL-2320` where the disk refuses: the latch then stays. */
  clear(): void {
    if (!this.latched()) return;
    this.#change("cleared", () => unlinkSync(this.#path));
  }

  #change(what: string, change: () => void): void {
    try {
      change();
      syncFolder(dirname(this.#path));
    } catch (error) {
      throw new LatchError(what, error);
    }
  }
}

/** A rename or an unlink is on disk only once its folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export class LatchError extends Error {
  readonly code = "GL-2320";
  constructor(what: string, cause: unknown) {
    const why = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    super(`GL-2320: the emergency latch could not be ${what} (${why}); check the data partition and its free space`, {
      cause,
    });
    this.name = "LatchError";
  }
}
