import { Command } from "commander";
import { vi } from "vitest";

/**
 * Runs a command of the program in this process; the JSON objects that it would print come back, what it would fail with
 * is thrown.
 */
export async function runCommand(
  registers: readonly ((program: Command) => void)[],
  ...words: readonly string[]
): Promise<Record<string, unknown>[]> {
  const program = new Command("greenlane").exitOverride().configureOutput({ writeErr: () => {} });
  for (const register of registers) register(program);
  const printed: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await program.parseAsync([...words], { from: "user" });
  } finally {
    stdout.mockRestore();
  }
  return printed
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
