import pLimit from "p-limit";

export interface RunOptions {
  /** Tenants in flight. */
  concurrency: number;
  /** Once aborted, what is in flight goes on and nothing new begins. */
  signal?: AbortSignal;
}

/**
 * Runs one task per item with bounded concurrency and goes on after failures: `run` itself must turn an error into an outcome. Items that
 * were not begun when the signal came get `skip`.
 */
export async function runFleet<Item, Outcome>(
  items: readonly Item[],
  run: (item: Item) => Promise<Outcome>,
  skip: (item: Item) => Outcome,
  options: RunOptions,
): Promise<Outcome[]> {
  const limit = pLimit(Math.max(1, options.concurrency));
  return Promise.all(items.map((item) => limit(() => (options.signal?.aborted ? skip(item) : run(item)))));
}
