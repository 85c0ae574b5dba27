/**
 * Only the fields that are known and given. Neon's document allows any other field in a request; such a one is ignored, not
 * stored.
 */
export function pickKnown<T extends object>(input: T | undefined, keys: readonly (keyof T)[]): Partial<T> {
  const picked: Partial<T> = {};
  for (const key of keys) {
    if (input && Object.hasOwn(input, key) && input[key] !== undefined) picked[key] = input[key];
  }
  return picked;
}

export const keysOf = <T extends object>(known: T): (keyof T)[] => Object.keys(known) as (keyof T)[];
