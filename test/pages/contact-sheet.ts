/**
 * Puts the pictures that the tests left in out/screens on one sheet: `npx tsx test/pages/contact-sheet.ts [file]`.
 * Without a file it goes to out/screens/contact-sheet.png; the README's is test/pages/contact-sheet.png.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp, { type OverlayOptions } from "sharp";
import { reasonCodes } from "../../src/core/flow.ts";
import { streetScreens } from "../../src/core/views.ts";

const folder = resolve(import.meta.dirname, "../../out/screens");
const target = resolve(process.argv[2] ?? join(folder, "contact-sheet.png"));
const gap = 8;

interface Kind {
  readonly names: readonly string[];
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

const kinds: readonly Kind[] = [
  { names: streetScreens.map((screen) => `display-${screen}-landscape`), columns: 8, width: 192, height: 120 },
  { names: streetScreens.map((screen) => `display-${screen}-portrait`), columns: 16, width: 92, height: 147 },
  {
    names: ["red", "yellow", "low", "pending"]
      .map((code) => `guard-attended-${code}`)
      .concat(["guard-idle", "guard-signed-out", "guard-supervisor", "guard-lost"]),
    columns: 8,
    width: 192,
    height: 133,
  },
  {
    names: [
      ...["state-lockdown", "state-emergency", "state-out-of-service", "state-maintenance", "sheet-escorted-release"],
      ...["sheet-help-through", "sheet-family"],
    ]
      .map((name) => `guard-${name}-zh-landscape`)
      .concat("guard-state-lockdown-en-landscape"),
    columns: 8,
    width: 192,
    height: 133,
  },
  {
    names: reasonCodes.map((code) => `guard-reason-${code}-zh-landscape`),
    columns: 16,
    width: 92,
    height: 64,
  },
  {
    names: [
      ...["first-start", "step-1-network", "step-2-broker", "step-3-site", "step-4-camera", "step-5-thermometer"],
      ...["step-6-turnstile", "step-7-sound", "step-8-alert", "overview", "config-form", "config-diff"],
      ...["health", "laptop-plots-en", "laptop-log-en", "laptop-support-en"],
    ].map((name) => `technician-${name}`),
    columns: 8,
    width: 192,
    height: 120,
  },
  {
    names: [
      ...["cases-zh-night", "cases-zh-day", "cases-en-night", "lanes-zh-night", "completeness-zh-night"],
      ...["completeness-zh-day", "counts-zh-night", "audit-zh-night"],
    ].map((name) => `control-room-${name}`),
    columns: 8,
    width: 192,
    height: 108,
  },
];

const pictures: OverlayOptions[] = [];
let top = gap;
for (const { names, columns, width, height } of kinds) {
  const there = names.map((name) => join(folder, `${name}.png`)).filter(existsSync);
  for (const [index, file] of there.entries()) {
    pictures.push({
      input: await sharp(file).resize(width, height).png().toBuffer(),
      left: gap + (index % columns) * (width + gap),
      top: top + Math.floor(index / columns) * (height + gap),
    });
  }
  top += Math.ceil(there.length / columns) * (height + gap);
}
const width = gap + 8 * (192 + gap);
await sharp({ create: { width, height: top, channels: 3, background: "#9aa2a6" } })
  .composite(pictures)
  .png({ palette: true, colours: 128, effort: 10 })
  .toFile(target);
