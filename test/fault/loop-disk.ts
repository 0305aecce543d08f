/** A small ext4 on a loop mount whose power can be cut: everything not synced is gone after the next mount. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (command: string, ...words: readonly string[]): string =>
  execFileSync(command, words, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
/**
 * EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH; perl is part of every Debian and has ioctl. Says when it was, in
 * nanoseconds: an fsync that the shutdown overtakes may still be answered with success, which no dead machine does.
 */
const cutPower = `
  use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
  open(my $d, "<", $ARGV[0]) or die; my $f = pack("L", 2); my $at = clock_gettime(CLOCK_MONOTONIC);
  ioctl($d, 0x8004587d, $f) or die "no shutdown: $!"; printf("%.0f", $at * 1e9);`;

export class LoopDisk {
  readonly #folder = mkdtempSync(join(tmpdir(), "greenlane-disk-"));
  readonly mount = join(this.#folder, "mount");
  readonly #image = join(this.#folder, "image");

  constructor(megabytes: number) {
    mkdirSync(this.mount);
    run("truncate", "-s", `${megabytes}M`, this.#image);
    run("mkfs.ext4", "-q", "-F", this.#image);
    this.#mount();
  }

  #mount(): void {
    run("mount", "-o", "loop", this.#image, this.mount);
  }

  /** From here on nothing more reaches the disk; processes on it get I/O errors. The moment before, as `hrtime` has it. */
  cut(): bigint {
    return BigInt(run("perl", "-e", cutPower, this.mount));
  }

  /** After every process on it has ended: what a boot would find. */
  restore(): void {
    run("umount", this.mount);
    this.#mount();
  }

  remount(mode: "ro" | "rw"): void {
    run("mount", "-o", `remount,${mode}`, this.mount);
  }

  destroy(): void {
    spawnSync("umount", ["-l", this.mount]);
    rmSync(this.#folder, { recursive: true });
  }

  /** Why there can be no such disk here; null where there can. */
  static missing(): string | null {
    if (process.getuid?.() !== 0) return "needs root for a loop mount";
    try {
      const disk = new LoopDisk(8);
      try {
        disk.cut();
      } finally {
        disk.destroy();
      }
      return null;
    } catch (error) {
      return `no loop mount of ext4 with EXT4_IOC_SHUTDOWN here: ${String(error).slice(0, 200)}`;
    }
  }
}
