/** Commands of GM65-style engines: `7E 00`, type, length, zone, data, `AB CD` for "no checksum". Pure. */

/** Zone 0x0003: setting codes. Held before the engine, a printed one could change its baud rate or its prefix. */
const SETTING_CODES_ZONE = [0x00, 0x03] as const;
/** Setting codes closed, as engines of this family have it. */
export const SETTING_CODES_OFF = 0x02;

const command = (type: number, zone: readonly [number, number], data: number): Uint8Array =>
  Uint8Array.of(0x7e, 0x00, type, 0x01, zone[0], zone[1], data, 0xab, 0xcd);

export const closeSettingCodes = (): Uint8Array => command(0x08, SETTING_CODES_ZONE, SETTING_CODES_OFF);
/** Reads the zone back; it is the heartbeat, too. */
export const askSettingCodes = (): Uint8Array => command(0x07, SETTING_CODES_ZONE, 0x01);
