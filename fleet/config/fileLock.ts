import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { FleetError } from "./fleetError";

export interface FileLockOptions {
  /** Blocks for some milliseconds. Default: the thread really waits. */
  wait?: (milliseconds: number) => void;
  /** How often to look again before giving up. Default 100. */
  attempts?: number;
}

const pauseMilliseconds = 50;

/** Runs `action` while no other process does so for the same file. A lock that a dead process of this host left is taken over. */
export function withFileLock<Result>(file: string, action: () => Result, options: FileLockOptions = {}): Result {
  const { wait = sleep, attempts = 100 } = options;
  const lock = `${file}.lock`;
  const owner = `${process.pid} ${hostname()}\n`;
  for (let attempt = 1; !take(lock, owner); attempt++) {
    const holder = readHolder(lock);
    if (holder !== undefined && isDead(holder)) breakLock(lock, holder);
    else if (attempt >= attempts) throw lockedError(lock, holder);
    else wait(pauseMilliseconds);
  }
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Several processes may find the same dead lock: whoever moves away a lock that was taken anew meanwhile puts it back. */
function breakLock(lock: string, dead: Holder): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (readHolder(aside)?.pid !== dead.pid) linkSync(aside, lock);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function take(lock: string, owner: string): boolean {
  try {
    writeFileSync(lock, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

interface Holder {
  pid: number;
  host: string;
}

function readHolder(lock: string): Holder | undefined {
  try {
    const [, pid, host] = /^(\d+) (\S*)/.exec(readFileSync(lock, "utf8")) ?? [];
    return pid === undefined ? undefined : { pid: Number(pid), host: host ?? "" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether a process of another host lives cannot be seen from here, so its lock is respected. */
function isDead({ pid, host }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function lockedError(lock: string, holder: Holder | undefined): FleetError {
  const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new FleetError("FLEET_STATE_LOCKED", `${lock} is held by ${who}`, {
    hint: "Wait for that command to end; if it is gone, delete the lock file.",
  });
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
