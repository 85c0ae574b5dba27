/** Numbers from 0 up to, not including, 1: the same ones for the same seed (mulberry32). */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of the n-th rule of a server: rows of chances that begin at neighbours of a seed would be alike. */
export function seedOfRule(serverSeed: number, ruleNumber: number): number {
  return Math.imul((serverSeed ^ Math.imul(ruleNumber, 0x9e3779b1)) >>> 0, 0x85ebca6b) >>> 0;
}
