import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const WAIT_MS = 20;
const PATIENCE_TURNS = 250;

/**
 * Ends what an earlier run left of this cluster, so that it can start: a postmaster that outlived its server is shut down in order,
 * backends without a postmaster are killed (they hold the shared memory and can commit nothing any more), and the pid file goes.
 * Only processes that work in this very folder are touched; a process id alone proves nothing.
 */
export async function clearLeftovers(dataFolder: string): Promise<void> {
  const pidFile = path.join(dataFolder, "postmaster.pid");
  const postmaster = readPid(pidFile);
  if (postmaster !== undefined && (await processesOf(dataFolder)).includes(postmaster)) {
    signal(postmaster, "SIGINT");
    await gone(dataFolder, PATIENCE_TURNS);
  }
  for (const pid of await processesOf(dataFolder)) signal(pid, "SIGKILL");
  await gone(dataFolder, PATIENCE_TURNS);
  fs.rmSync(pidFile, { force: true });
}

async function gone(dataFolder: string, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    if ((await processesOf(dataFolder)).length === 0) return;
    await sleep(WAIT_MS);
  }
}

/** The Postgres processes of a cluster: every one of them works in its data folder. */
export async function processesOf(dataFolder: string): Promise<number[]> {
  const folder = fs.realpathSync(dataFolder);
  return fs.existsSync("/proc/self/cwd") ? processesByProc(folder) : processesByPs(folder);
}

function processesByProc(folder: string): number[] {
  return fs.readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const isPostgres = fs.readFileSync(`/proc/${name}/comm`, "utf8").startsWith("postgres");
      return isPostgres && fs.readlinkSync(`/proc/${name}/cwd`) === folder ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Where there is no /proc: the postmaster shows its folder in its arguments, and its backends are its children. */
async function processesByPs(folder: string): Promise<number[]> {
  const { stdout } = await run("ps", ["-axww", "-o", "pid=,ppid=,command="]);
  const all = stdout.split("\n").map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  const postmasters = all.filter(([, , , command]) => command?.includes("postgres -D ") && command.includes(folder));
  const pids = new Set(postmasters.map(([, pid]) => pid));
  return all.flatMap(([, pid, parent]) => (pid && (pids.has(pid) || pids.has(parent)) ? [Number(pid)] : []));
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(fs.readFileSync(file, "utf8").split("\n")[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
