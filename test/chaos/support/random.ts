import { seededChance } from "../../../local/faults/seededChance";

/** A row of choices that the same seed gives again. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** From 0 up to, not including, `below`. */
  integer(below: number): number;
  shuffled<T>(list: readonly T[]): T[];
}

/** `parts` set one row apart from another of the same seed: the name of a fleet, the number of a round. */
export function seededRandom(seed: number, ...parts: (string | number)[]): Random {
  const next = seededChance(hashOf([seed, ...parts].join("/")));
  const integer = (below: number) => Math.floor(next() * below);
  return {
    next,
    integer,
    shuffled: (list) => {
      const rest = [...list];
      return list.map(() => rest.splice(integer(rest.length), 1)[0]!);
    },
  };
}

/** The seed that the environment names (`SEED`), or any. */
export function seedFrom(env: NodeJS.ProcessEnv): number {
  const given = env.SEED;
  if (given === undefined || given === "") return Math.floor(Math.random() * 2 ** 31);
  const seed = Number(given);
  if (!Number.isInteger(seed)) throw new Error(`SEED is not a whole number: ${given}`);
  return seed;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
