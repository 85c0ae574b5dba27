import fs from "node:fs";

export interface Process {
  pid: number;
  /** Tells it from a later process of the same id. */
  started: string;
  command: string;
}

/** Everything that a process has started, and what that has, and so on. */
export function descendantsOf(root: number): Process[] {
  const children = Map.groupBy(allPids().flatMap(read), ({ parent }) => parent);
  const below = (pid: number): Process[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(root);
}

/** Those of them that still run. */
export function stillRunning(processes: readonly Process[]): Process[] {
  return processes.filter(({ pid, started }) => read(pid).some((present) => present.started === started));
}

/** Every process that works somewhere in a folder: Postgres and what it starts do so in their data folder. */
export function runningIn(folder: string): Process[] {
  return allPids().flatMap((pid) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ? read(pid) : [];
    } catch {
      return [];
    }
  });
}

function allPids(): number[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Nothing of one that has ended, even if nobody has asked how. */
function read(pid: number): (Process & { parent: number })[] {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return [];
    const command = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    return [{ pid, parent: Number(fields[1]), started: fields[19] ?? "", command }];
  } catch {
    return [];
  }
}
