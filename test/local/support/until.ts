import { setTimeout as sleep } from "node:timers/promises";

/** Less than a test may take: a loop that outlives its test keeps the process from ending. */
const LIMIT_MS = 100_000;

/** Waits for something that happens by itself, and fails where it never does. */
export async function until(condition: () => boolean | Promise<boolean>, everyMs = 10): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`waited in vain: ${condition.toString()}`);
    await sleep(everyMs);
  }
}
