import pLimit from "p-limit";

export interface RunOptions {
  /** Tenants in flight. */
  concurrency: number;
  /** Once aborted, what is in flight goes on and nothing new begins. */
  signal?: AbortSignal;
}

/** A task that gave its slot back and may still be waited for. */
export interface Running<Outcome> {
  outcome: Promise<Outcome>;
}

/** The outcome of a task that nothing is waited for any more. */
export function settled<Outcome>(outcome: Outcome): Running<Outcome> {
  return { outcome: Promise.resolve(outcome) };
}

/**
 * Runs one task per item with bounded concurrency and goes on after failures: `run` itself must turn an error into an outcome. The slot of
 * a task is free once `run` resolves; its outcome may take longer. Items that were not begun when the signal came get `skip`.
 */
export async function runFleet<Item, Outcome>(
  items: readonly Item[],
  run: (item: Item) => Promise<Running<Outcome>>,
  skip: (item: Item) => Outcome,
  options: RunOptions,
): Promise<Outcome[]> {
  const limit = pLimit(Math.max(1, options.concurrency));
  const begin = async (item: Item): Promise<Running<Outcome>> =>
    options.signal?.aborted ? settled(skip(item)) : run(item);
  return Promise.all(items.map(async (item) => (await limit(() => begin(item))).outcome));
}
