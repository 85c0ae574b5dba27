import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { systemCode } from "./engineError";

/** Who holds a lock. The start of the process tells it from a later one with the same id. */
interface LockOwner {
  pid: number;
  host: string;
  started: string;
  token: string;
}

const pollMs = 200;
const touchMs = 10_000;
/** A lock of another machine is dead when its owner has not touched it for this long. */
const foreignDeadMs = 60_000;
/** A lock file without a readable owner is one that is being written, unless it is older. */
const unreadableDeadMs = 10_000;

/**
 * Does `work` while holding the lock in `file`. Waits for a living owner, takes over from a dead one. The lock saves work
 * done twice; what it guards must not depend on it for being whole.
 */
export async function withSetupLock<T>(file: string, log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    started: await processStart(process.pid),
    token: randomUUID(),
  };
  await acquire(file, owner, log);
  const touch = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), touchMs);
  touch.unref();
  try {
    return await work();
  } finally {
    clearInterval(touch);
    if ((await readOwner(file))?.token === owner.token) await rm(file, { force: true });
  }
}

async function acquire(file: string, owner: LockOwner, log: (line: string) => void): Promise<void> {
  for (let told = false; ;) {
    try {
      await writeFile(file, JSON.stringify(owner), { flag: "wx" });
      return;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    if (await isDead(file)) {
      await removeDead(file);
      continue;
    }
    if (!told) log(`waiting for another set-up${describe(await readOwner(file))}`);
    told = true;
    await sleep(pollMs);
  }
}

function describe(owner: LockOwner | undefined): string {
  if (!owner) return "";
  return owner.host === hostname() ? ` (process ${owner.pid})` : ` (process ${owner.pid} on ${owner.host})`;
}

async function readOwner(file: string): Promise<LockOwner | undefined> {
  try {
    const owner = JSON.parse(await readFile(file, "utf8")) as Partial<LockOwner> | null;
    return typeof owner?.pid === "number" && owner.host ? (owner as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

async function isDead(file: string): Promise<boolean> {
  const owner = await readOwner(file);
  if (owner?.host === hostname()) return !(await isRunning(owner));
  const age = await ageMs(file);
  return age > (owner ? foreignDeadMs : unreadableDeadMs);
}

async function isRunning(owner: LockOwner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (systemCode(error) !== "EPERM") return false;
  }
  const started = await processStart(owner.pid);
  return started === "" || owner.started === "" || started === owner.started;
}

/** Two that find the same dead owner must not remove each other's new lock: one removes, having looked again. */
async function removeDead(file: string): Promise<void> {
  const guard = `${file}.takeover`;
  try {
    await mkdir(guard);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    if ((await ageMs(guard)) > unreadableDeadMs) await rmdir(guard).catch(() => undefined);
    await sleep(pollMs);
    return;
  }
  try {
    if (await isDead(file)) await rm(file, { force: true });
  } finally {
    await rmdir(guard).catch(() => undefined);
  }
}

async function ageMs(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

/** When a process began, as the system writes it; empty where that cannot be told. */
async function processStart(pid: number): Promise<string> {
  try {
    if (process.platform === "linux") {
      const text = await readFile(`/proc/${pid}/stat`, "utf8");
      // The command in brackets may hold spaces; the start time is field 22 of the line.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      // A process that has ended stays listed until its parent asks for it, which some containers never do.
      return fields[0] === "Z" ? "ended" : (fields[19] ?? "");
    }
    if (process.platform === "win32") return "";
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], { timeout: 5_000 });
    return stdout.trim();
  } catch {
    return "";
  }
}
