/** Chooses the way to the GPIO lines by what the kernel offers. */
import type { Clock } from "../../src/ports/clock.ts";
import { GpiodLines } from "./gpiod-lines.ts";
import { GpioError, type Lines } from "./lines.ts";
import { SysfsLines } from "./sysfs-lines.ts";

export type Backend = "auto" | "sysfs" | "chardev";

/**
 * `auto` takes sysfs where it is there (every output is read back), else the character device.
 * @throws GpioError `GL-2303` with both reasons where neither is, `GL-2304` where the chip is not found.
 */
export async function openLines(clock: Clock, backend: Backend, label: string | null): Promise<Lines> {
  if (backend === "chardev") return GpiodLines.open(clock, label);
  if (backend === "sysfs") return SysfsLines.open(clock, label);
  try {
    return await SysfsLines.open(clock, label);
  } catch (first) {
    try {
      return await GpiodLines.open(clock, label);
    } catch (second) {
      throw new GpioError("GL-2303", `no GPIO: ${(first as Error).message}; ${(second as Error).message}`, first);
    }
  }
}
