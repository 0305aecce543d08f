/**
 * Quantities in configuration files: a number, a space and a unit, as in "300 ms" or "37.3 °C". Each dimension has one
 * unit in the program, and every unit a file may use is an exact multiple of it.
 */
export const dimensions = {
  time: { inside: "ms", units: { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } },
  temperature: { inside: "°C", units: { "°C": 1 } },
  share: { inside: "%", units: { "%": 1 } },
  length: { inside: "mm", units: { mm: 1, cm: 10, m: 1000 } },
  angle: { inside: "°", units: { "°": 1 } },
  frequency: { inside: "Hz", units: { Hz: 1, kHz: 1000 } },
  size: { inside: "B", units: { B: 1, KiB: 1024, MiB: 1 << 20, GiB: 1 << 30 } },
} as const;
export type Dimension = keyof typeof dimensions;

export type Quantity =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly why: "not-a-quantity" | "no-unit" | "other-unit" };

const shape = /^(-?\d{1,12}(?:\.\d{1,6})?) ?([^\d\s.-].{0,7})?$/;

/** Units that belong to no dimension of ours but that people write; known so that the answer can be precise. */
const strangers: readonly string[] = [
  "°F",
  "F",
  "K",
  "C",
  "℃",
  "sec",
  "secs",
  "seconds",
  "minutes",
  "m",
  "in",
  "ms.",
  "hours",
  "days",
];

/** Reads a quantity of one dimension. Exactly one space between number and unit, as it is printed. */
export function readQuantity(text: string, dimension: Dimension): Quantity {
  const match = shape.exec(text);
  if (match === null) return { ok: false, why: "not-a-quantity" };
  const [, digits, unit] = match;
  if (unit === undefined) return { ok: false, why: "no-unit" };
  const factor = (dimensions[dimension].units as Readonly<Record<string, number>>)[unit];
  if (factor === undefined || text !== `${digits} ${unit}`) return { ok: false, why: "other-unit" };
  // Decimal steps of a unit are meant exactly: "1.1 s" is 1100 ms and not 1100.0000000000002.
  return { ok: true, value: Math.round(Number(digits) * factor * 1e6) / 1e6 };
}

/** The quantity as a file writes it, in the largest unit that leaves a whole number of at most four digits. */
export function writeQuantity(value: number, dimension: Dimension): string {
  const units = Object.entries(dimensions[dimension].units).sort((a, b) => b[1] - a[1]);
  const whole = units.find(([, factor]) => value !== 0 && Number.isInteger(value / factor));
  if (whole !== undefined) return `${value / whole[1]} ${whole[0]}`;
  return `${Math.round(value * 1e6) / 1e6} ${dimensions[dimension].inside}`;
}

/** The pattern that a JSON Schema can check; limits are checked after reading. */
export function quantityPattern(dimension: Dimension): string {
  const units = Object.keys(dimensions[dimension].units).join("|");
  return `^-?\\d{1,12}(\\.\\d{1,6})? (${units})$`;
}

/**
 * What the writer of `found` probably meant, or null: a missing space, a plain number, another spelling of the unit. A
 * number without a unit is meant in the first unit in which it lies within the limits, and nothing outside is meant.
 */
export function meantQuantity(found: unknown, dimension: Dimension, min: number, max: number): string | null {
  const within = (text: string): boolean => {
    const read = readQuantity(text, dimension);
    return read.ok && read.value >= min && read.value <= max;
  };
  const bare = typeof found === "number" ? String(found) : typeof found === "string" ? found.trim() : "";
  if (/^-?\d+(\.\d+)?$/.test(bare))
    return (
      Object.keys(dimensions[dimension].units)
        .map((unit) => `${bare} ${unit}`)
        .find(within) ?? null
    );
  const meant = spelledOtherwise(found, dimension);
  return meant !== null && within(meant) ? meant : null;
}

function spelledOtherwise(found: unknown, dimension: Dimension): string | null {
  const { inside, units } = dimensions[dimension];
  if (typeof found !== "string") return null;
  const match = shape.exec(found.trim());
  if (match === null) return null;
  const [, digits, unit] = match;
  if (unit === undefined) return null;
  if (unit in units) return `${digits} ${unit}`;
  const other = unit.replace(/\.$/, "");
  if (dimension === "temperature") {
    if (["C", "c", "℃", "celsius"].includes(other)) return `${digits} °C`;
    if (["°F", "F"].includes(other)) return `${Math.round(((Number(digits) - 32) / 1.8) * 10) / 10} °C`;
    if (other === "K") return `${digits} °C`;
  }
  if (dimension === "time") {
    if (/^(s|sec|secs|second|seconds|秒)$/i.test(other)) return `${digits} s`;
    if (/^(m|mins|minute|minutes|分|分钟)$/i.test(other)) return `${digits} min`;
    if (/^(ms|msec|milliseconds|毫秒)$/i.test(other)) return `${digits} ms`;
    if (/^(h|hr|hrs|hour|hours|小时)$/i.test(other)) return `${digits} h`;
    if (/^(d|day|days|天)$/i.test(other)) return `${digits} d`;
  }
  if (dimension === "size" && /^[KMG]B?$/i.test(other)) return `${digits} ${other.slice(0, 1).toUpperCase()}iB`;
  return strangers.includes(other) ? `${digits} ${inside}` : null;
}
