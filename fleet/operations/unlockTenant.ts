import { FleetError } from "../config";
import { createEngine } from "../engine/createEngine";
import type { StackLock } from "../engine/stackError";
import type { StackEngine } from "../engine/stackEngine";
import { specOf, type OpenFleet } from "../openFleet";
import { lockState, thisMachine, type Processes } from "../run/locks";

export interface UnlockOptions {
  /** The tenant's name once more: the consent. */
  confirm: string | undefined;
  log?: (line: string) => void;
  /** Default the fleet's own. */
  engine?: StackEngine;
  processes?: Processes;
}

/**
 * Removes the lock of a run that is gone, after consent. A lock of a process that lives on this machine is never removed: ending that
 * process is the way. Returns the locks that were there.
 */
export async function unlockTenant(open: OpenFleet, tenant: string, options: UnlockOptions): Promise<StackLock[]> {
  specOf(open, tenant);
  const locks = open.checkpoints.locks(tenant);
  if (open.checkpoints.readable && locks.length === 0) return [];
  const held = locks.map((lock) => describeLock(lock)).join("; ") || "a run that this backend does not name";
  if (lockState(locks, options.processes ?? thisMachine) === "alive") {
    throw new FleetError("FLEET_STACK_LOCKED", `the stack of ${tenant} is at work: ${held}`, {
      hint: "Wait for it, or end that process first; its lock goes with it.",
    });
  }
  if (options.confirm !== tenant) {
    throw new FleetError("FLEET_CONSENT_MISSING", `the stack of ${tenant} is locked by ${held}`, {
      hint: `Make sure that run is gone: two at once damage the state. Then: --confirm ${tenant}`,
    });
  }
  const engine = options.engine ?? (await createEngine(open, { concurrency: 1, writes: false, log: options.log }));
  try {
    await engine.cancel(tenant);
  } finally {
    if (!options.engine) await engine.close();
  }
  return locks;
}

/** `root@build-7 (pid 4711) since 2026-11-23T10:00:00Z, 5 min ago` */
export function describeLock({ user, host, pid, since }: StackLock, nowMs = Date.now()): string {
  const minutes = Math.round((nowMs - Date.parse(since)) / 60_000);
  const age = Number.isNaN(minutes) ? "" : `, ${minutes} min ago`;
  return `${user}@${host} (pid ${pid}) since ${since}${age}`;
}
