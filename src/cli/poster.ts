/** `greenlane poster`: the place code of a compound, to hang up beside the lane (P14). */
import type { Command } from "commander";
import sharp from "sharp";
import { loadConfig } from "../config/load.ts";
import { printJson, UsageError } from "./output.ts";
import { kindOf, writeWhole } from "./print/files.ts";
import { type Place, placePoster } from "./print/place-poster.ts";
import { sheetPdf } from "./print/sheet-pdf.ts";
import { sheetSvg } from "./print/sheet-svg.ts";

interface Options {
  readonly config?: string;
  readonly code?: string;
  readonly name?: string;
  readonly nameEn?: string;
  readonly out: readonly string[];
  readonly json?: boolean;
}

const collect = (value: string, sofar: readonly string[]): readonly string[] => [...sofar, value];

export function register(program: Command): void {
  program
    .command("poster")
    .description("Draws the place code of a compound as SVG, PNG or PDF (A4)")
    .option("--config <file>", "the lane's configuration: site.name and site.placeCode")
    .option("--code <text>", "what the code holds, in place of the configuration's")
    .option("--name <text>", "name of the place, in place of the configuration's")
    .option("--name-en <text>", "and in English")
    .option("--out <file>", ".svg, .png or .pdf; repeatable", collect, [])
    .option("--json", "print one JSON object")
    .addHelpText("after", "\n  greenlane poster --config lane.json --out place.pdf --out place.png")
    .action(async (options: Options) => {
      if (options.out.length === 0) throw new UsageError("--out: name at least one file, .svg, .png or .pdf");
      const kinds = options.out.map(kindOf);
      const place = placeOf(options);
      const sheet = placePoster(place);
      for (const [index, path] of options.out.entries()) {
        if (kinds[index] === "pdf") await writeWhole(path, await sheetPdf([sheet], place.name.zh));
        else if (kinds[index] === "svg") await writeWhole(path, sheetSvg(sheet));
        else
          await writeWhole(
            path,
            await sharp(Buffer.from(sheetSvg(sheet)), { density: 150 })
              .png()
              .toBuffer(),
          );
      }
      if (options.json === true) printJson({ files: options.out, code: place.code, name: place.name });
      else process.stdout.write(`${options.out.join("\n")}\n`);
    });
}

/** @throws UsageError where the place has no code: only compounds have one (P14). */
function placeOf({ config, code, name, nameEn }: Options): Place {
  const site = config === undefined ? null : loadConfig(config).site;
  if (site !== null && site.kind !== "compound")
    throw new UsageError(`site.kind is ${site.kind}: only a compound has a place code (P14)`);
  const held = code ?? site?.placeCode ?? null;
  const zh = name ?? site?.name.zh ?? null;
  if (held === null) throw new UsageError("site.placeCode is not set; give --code");
  if (zh === null) throw new UsageError("give --name, or --config with site.name");
  if (held.length > 300)
    throw new UsageError("the code is longer than 300 characters; a poster has to be read from afar");
  return { code: held, name: { zh, en: nameEn ?? site?.name.en ?? "" } };
}
