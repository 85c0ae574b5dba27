/** The middle one of the values, or the mean of the middle two. Throws where there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error("no values, no median");
  return (low + high) / 2;
}

/** The medians of every figure by itself; all items have the figures of the first. */
export function medians<Key extends string>(items: readonly Readonly<Record<Key, number>>[]): Record<Key, number> {
  const keys = Object.keys(items[0] ?? {}) as Key[];
  return Object.fromEntries(keys.map((key) => [key, median(items.map((item) => item[key]))])) as Record<Key, number>;
}
