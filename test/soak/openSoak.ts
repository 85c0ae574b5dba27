import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { seedFrom } from "../chaos/support/random";

export interface Soak {
  seed: number;
  /** Holds everything that it needs to go on. */
  folder: string;
  isNew: boolean;
}

/**
 * The soak of this name: the one of the seed that the environment names (`SEED`), otherwise one that was stopped before its end, otherwise
 * a new one. It is kept in the folder for temporary files until it has ended well.
 */
export function openSoak(name: string, env: NodeJS.ProcessEnv): Soak {
  const home = path.join(tmpdir(), `neon-tenants-soak-${process.getuid?.() ?? 0}`, name);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const stopped = readdirSync(home)
    .filter((seed) => /^\d+$/.test(seed))
    .sort();
  const seed = env.SEED ? seedFrom(env) : Number(stopped[0] ?? seedFrom(env));
  const folder = path.join(home, String(seed));
  const isNew = !existsSync(folder);
  mkdirSync(folder, { recursive: true });
  return { seed, folder, isNew };
}
