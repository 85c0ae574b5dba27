import type { Phase, Way } from "../figures";

/** What one measured process does: one phase of every tenant of a fleet. */
export interface Job {
  way: Way;
  /** `engineNoChange` asks the engine about every tenant, where the driver would see that there is nothing to do. */
  phase: Phase | "engineNoChange";
  fleetFile: string;
  /** A folder for what the way keeps beside the fleet's. */
  workFolder: string;
  /** Stacks in flight, for `stock` and `direct`. */
  concurrency: number;
  /** Gets a {@link JobResult}. */
  resultFile: string;
}

export interface JobResult {
  /** Wall-clock seconds from the first tenant to the last: modules are loaded before. */
  seconds: number;
}

/** What one tenant's operation did, by kind of change; the engine counts the stack and its component too. */
export type Changes = Partial<Record<string, number>>;

/** Throws where a phase did something else than its name says: a fast failure is no figure. */
export function checkChanges(tenant: string, phase: Job["phase"], changes: Changes): void {
  const did = (kind: string): boolean => (changes[kind] ?? 0) > 0;
  const others = Object.keys(changes).filter((kind) => kind !== "same" && did(kind));
  const fits = {
    create: () => others.length === 1 && did("create"),
    oneChange: () => others.length === 1 && did("update"),
    noChange: () => others.length === 0,
    engineNoChange: () => others.length === 0,
    refresh: () => !did("create") && !did("delete"),
    destroy: () => others.length === 1 && did("delete"),
  }[phase]();
  if (!fits) throw new Error(`${phase} of ${tenant} did ${JSON.stringify(changes)}`);
}
