import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** An empty folder for one test, resolved: `os.tmpdir()` is a link on some systems. */
export function temporaryFolder(): string {
  return fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "local-clients-")));
}

export function removeFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

export { until } from "../../support/until";

/** What a client program gets to see of this machine: nothing of the user's own settings, and English messages. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, ".config"),
    LC_ALL: "C",
    CI: "true",
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The process that a process was started by; its postmaster, if it is a Postgres backend. */
export function parentOf(pid: number): number {
  const { stdout, error } = spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" });
  return error ? Number(statOf(pid)[1]) : Number(stdout);
}

/** Ended, and only not yet asked about by who started it: in a container there may be nobody who ever does. */
function isZombie(pid: number): boolean {
  return statOf(pid)[0] === "Z";
}

/** State, parent, and so on; empty on a system without /proc. */
function statOf(pid: number): string[] {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
