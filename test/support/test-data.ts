import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** Folder of published test data that is no part of the product (CONTRIBUTING, "Test data"); null where it is not there. */
export function testData(name: string): string | null {
  const root = process.env.GREENLANE_TEST_DATA ?? resolve(import.meta.dirname, "../../../shared/data");
  const folder = resolve(root, name);
  return existsSync(folder) ? folder : null;
}
