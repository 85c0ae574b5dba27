import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { StackLock } from "../engine/stackError";

/** `dead`: the process is gone, the lock may go. `alive`: on this machine and at work. `elsewhere`: not ours to judge. */
export type LockState = "dead" | "alive" | "elsewhere";

export interface Processes {
  host: string;
  isAlive(pid: number): boolean;
}

/** The state of all locks of a stack together: one that lives or is elsewhere decides. */
export function lockState(locks: readonly StackLock[], processes: Processes = thisMachine): LockState {
  if (locks.length === 0 || locks.some((lock) => lock.host !== processes.host)) return "elsewhere";
  return locks.some((lock) => processes.isAlive(lock.pid)) ? "alive" : "dead";
}

/** The processes of this machine. A pid that another program got meanwhile is not the engine's. */
export const thisMachine: Processes = {
  host: hostname(),
  isAlive(pid) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    }
    return commandOf(pid)?.includes("pulumi") ?? true;
  },
};

/** The command line on Linux; undefined where it cannot be read. */
function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return undefined;
  }
}
