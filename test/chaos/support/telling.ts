/** Runs a test's body; where it fails, the error says what happened before. */
export async function telling(lines: readonly string[], body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\n\n${lines.join("\n")}`, { cause: error });
  }
}
