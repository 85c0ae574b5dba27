import { execFileSync } from "node:child_process";
import { readlinkSync } from "node:fs";

/** Pids of the engine processes at work below a folder, by their own working folder. */
export function enginesIn(folder: string): string[] {
  const list = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" });
  const pids = list
    .split("\n")
    .flatMap((line) => /^\s*(\d+) \S*pulumi (?:up|refresh|stack|cancel)/.exec(line)?.[1] ?? []);
  return pids.filter((pid) => workingFolder(pid).startsWith(folder));
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
