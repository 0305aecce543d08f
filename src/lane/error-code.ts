/** The stable code that an error of ours carries, else `otherwise`. */
export const codeOf = (error: unknown, otherwise: string): string =>
  error instanceof Error && "code" in error ? String(error.code) : otherwise;
