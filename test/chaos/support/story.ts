import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Applied, ChaosFleet } from "./chaosFleet";
import { seededRandom } from "./random";

export interface StoryOptions {
  seed: number;
  /** Sets its choices apart from those of another fleet with the same seed. */
  name: string;
  /** How many customers there are in the end. */
  tenants: number;
  /** How often the driver is killed. */
  kills: number;
  /** How long after its first tenant an apply may live, in milliseconds. */
  spreadMs: number;
  /** Where the story is written down after each chapter, so that it can be gone on with. */
  progressFile: string;
  /** Delete the ledger once on the way. */
  loseLedger: boolean;
  log: (line: string) => void;
}

interface Progress {
  round: number;
  kills: number;
  ledgerLost: boolean;
}

/** The customers of a fleet, the same for every fleet. */
export function customers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `customer-${String(index + 1).padStart(3, "0")}`);
}

/**
 * The entries of one round. The file grows with each, and every fifth customer changes its plan; a few have more than the one POST. The
 * same seed and round give the same file.
 */
export function entriesAt({ seed, name, tenants, kills }: StoryOptions, round: number): Record<string, object> {
  const listed = Math.min(tenants, Math.ceil((tenants * (round + 1)) / (kills + 1)));
  return Object.fromEntries(
    customers(listed).map((customer, index) => {
      const flips = Array.from({ length: round + 1 }, (_, past) =>
        seededRandom(seed, name, "plan", past, index).next(),
      );
      const plan = flips.filter((chance) => chance < 0.2).length % 2 === 0 ? "small" : "big";
      return [customer, { plan, ...(index % 8 === 3 ? { roles: ["reporter"] } : {}) }];
    }),
  );
}

/**
 * A fleet that grows and changes while its driver is killed again and again. Ends when all kills have struck and the last file is written;
 * what it left half-done is for {@link untilDone}.
 */
export async function liveThrough(fleet: ChaosFleet, options: StoryOptions): Promise<void> {
  const { seed, name, kills, spreadMs, log, progressFile } = options;
  const progress = readProgress(progressFile);
  while (progress.kills < kills) {
    const { round } = progress;
    const random = seededRandom(seed, name, "kill", round);
    fleet.write(entriesAt(options, round));
    const killed = await fleet.applyAndKill(random, spreadMs);
    log(`${name}: round ${round}: ${killed ? "killed" : "ended before it was killed"}`);
    progress.round += 1;
    if (killed) progress.kills += 1;
    if (options.loseLedger && !progress.ledgerLost && progress.kills * 2 >= kills) {
      fleet.deleteLedger();
      progress.ledgerLost = true;
      log(`${name}: ledger deleted`);
    }
    writeProgress(progressFile, progress);
  }
  fleet.write(entriesAt({ ...options, kills: 0 }, progress.round));
}

/** The same command again, until it says that all is done. Gives every failure on the way. */
export async function untilDone(
  fleet: ChaosFleet,
  { log, name }: Pick<StoryOptions, "log" | "name">,
  tries = 15,
): Promise<{ last: Applied; failures: string[] }> {
  const failures: string[] = [];
  for (let turn = 1; ; turn++) {
    const last = await fleet.apply();
    const errors = Object.entries(last.errors).map(([tenant, error]) => `${tenant}: ${error}`);
    failures.push(...errors);
    log(`${name}: apply ended with ${last.code}${errors.map((error) => `\n  ${error}`).join("")}`);
    if (last.code === 0 || turn === tries) return { last, failures };
    await sleep(100);
  }
}

function readProgress(file: string): Progress {
  if (!existsSync(file)) return { round: 0, kills: 0, ledgerLost: false };
  return JSON.parse(readFileSync(file, "utf8")) as Progress;
}

/** Whole or not at all: the story may be stopped here too. */
function writeProgress(file: string, progress: Progress): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(progress));
  renameSync(`${file}.tmp`, file);
}
