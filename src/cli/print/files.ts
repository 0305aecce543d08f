import { extname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UsageError } from "../output.ts";

export type FileKind = "png" | "svg" | "pdf";
const kinds: readonly FileKind[] = ["png", "svg", "pdf"];

/** The kind that a file's name asks for. @throws UsageError for any other ending. */
export function kindOf(path: string): FileKind {
  const ending = extname(path).slice(1).toLowerCase();
  const kind = kinds.find((each) => each === ending);
  if (kind === undefined) throw new UsageError(`${path}: the name has to end in .png, .svg or .pdf`);
  return kind;
}

/** Writes whole or not at all. @throws UsageError naming the file. */
export async function writeWhole(path: string, content: string | Buffer, mode = 0o644): Promise<void> {
  try {
    await writeFileAtomic(path, content, { mode });
  } catch (error) {
    throw new UsageError(`${path} can't be written (${error instanceof Error && "code" in error ? error.code : "?"})`);
  }
}
