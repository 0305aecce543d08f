/**
 * Finds the on-board GPIO chip by its label. Numbers move between kernels (base 0 before 6.6, 512 and 571 after, 970 on
 * x86), so neither a base nor a gpiochip number is ever written down.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GpioError } from "./lines.ts";

export interface Chip {
  readonly label: string;
  /** First sysfs number of the chip. */
  readonly base: number;
  readonly lines: number;
}

/** Header chips of Raspberry Pi boards: Pi 5, Pi 4, and everything before. */
const onBoard = ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"];

/** @throws GpioError `GL-2303` without sysfs, `GL-2304` unless exactly one chip matches. */
export function findSysfsChip(label: string | null, root = "/sys/class/gpio"): Chip {
  let names: string[];
  try {
    names = readdirSync(root).filter((name) => /^gpiochip\d+$/.test(name));
  } catch (error) {
    throw new GpioError("GL-2303", `${root} is not there; this kernel offers no GPIO by sysfs`, error);
  }
  return theOne(
    names.map((name) => {
      const read = (file: string): string => readFileSync(join(root, name, file), "utf8").trim();
      return { label: read("label"), base: Number(read("base")), lines: Number(read("ngpio")) };
    }),
    label,
  );
}

/** Reads `gpiodetect`: `gpiochip0 [pinctrl-bcm2711] (58 lines)`. @throws GpioError `GL-2304`. */
export function findDetectedChip(
  output: string,
  label: string | null,
): { readonly label: string; readonly name: string } {
  const chips = [...output.matchAll(/^(gpiochip\d+) \[([^\]]*)\] \((\d+) lines?\)/gm)].map((match) => ({
    name: match[1] ?? "",
    label: match[2] ?? "",
  }));
  return theOne(chips, label);
}

function theOne<T extends { readonly label: string }>(chips: readonly T[], label: string | null): T {
  const wanted = label === null ? onBoard : [label];
  const found = chips.filter((chip) => wanted.includes(chip.label));
  const [chip] = found;
  if (chip !== undefined && found.length === 1) return chip;
  const seen = chips.map((one) => one.label).join(", ") || "none";
  throw new GpioError(
    "GL-2304",
    `${found.length} GPIO chips are labelled ${wanted.join(" or ")} (seen: ${seen}); set devices.gpio.chip to the one the turnstile is wired to`,
  );
}
