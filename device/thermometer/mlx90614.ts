/**
 * Melexis MLX90614 on the wire (datasheet 3901090614). Registers of its RAM, the checksum, and what a raw word means.
 * Only reads: an EEPROM write wears the part and a failed one destroys its calibration, so there is none in here.
 */
import type { SampleFault } from "../../src/core/flow.ts";
import { type Celsius, celsius } from "../../src/core/units.ts";

/** RAM registers (section 8.4.5). */
export const AMBIENT = 0x06;
export const OBJECT = 0x07;
/** LSB, MSB, PEC. */
export const ANSWER_LENGTH = 3;

/** Bit 15 set: the part itself says that the value is no good (section 8.4.6). */
const ERROR_FLAG = 0x8000;
/** −70.01 °C, the smallest value the part gives. */
const SMALLEST = 0x27ad;
/** Air in which the part works (section 1). */
const COLDEST_AIR = -40;
const WARMEST_AIR = 85;

/** CRC-8, x⁸ + x² + x + 1, from 0, most significant bit first (section 8.4.3.1). `B4 07 B5 D2 3A` gives 30. */
export function pec(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}

export type Reading =
  | { readonly ok: true; readonly value: Celsius }
  | { readonly ok: false; readonly fault: Exclude<SampleFault, "no-answer" | "stale"> };

/** Reads the answer to `register` of the part at `address`. `checkPec` is off only for parts that send none. */
export function decode(address: number, register: number, answer: Uint8Array, checkPec: boolean): Reading {
  const [low = 0, high = 0, check = 0] = answer;
  const whole = [address << 1, register, (address << 1) | 1, low, high];
  if (answer.length < ANSWER_LENGTH || (checkPec && pec(whole) !== check)) return { ok: false, fault: "checksum" };
  const raw = (high << 8) | low;
  if (raw & ERROR_FLAG) return { ok: false, fault: "error-flag" };
  if (raw < SMALLEST) return { ok: false, fault: "out-of-range" };
  const value = celsius((raw * 2 - 27_315) / 100);
  if (register === AMBIENT && (value < COLDEST_AIR || value > WARMEST_AIR)) return { ok: false, fault: "out-of-range" };
  return { ok: true, value };
}
