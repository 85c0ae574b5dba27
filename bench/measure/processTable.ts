import { readdirSync, readFileSync } from "node:fs";

/** One process, as Linux describes it. */
export interface ProcessRow {
  pid: number;
  parentPid: number;
  /** Start time in clock ticks after boot: with the pid it names one process, as pids come again. */
  startTicks: number;
  /** Processor time of its own, in clock ticks; a hundred make a second, on every architecture. */
  cpuTicks: number;
}

/** Reads `/proc/<pid>/stat`; the program's name in it may hold spaces and brackets. */
export function parseStat(text: string): ProcessRow | undefined {
  const close = text.lastIndexOf(")");
  const pid = Number.parseInt(text, 10);
  const fields = text
    .slice(close + 1)
    .trim()
    .split(" ")
    .map(Number);
  const [, parentPid] = fields;
  const [userTicks, systemTicks] = fields.slice(11, 13);
  const startTicks = fields[19];
  if (close < 0 || !Number.isInteger(pid)) return undefined;
  if (parentPid === undefined || userTicks === undefined || systemTicks === undefined || startTicks === undefined)
    return undefined;
  return { pid, parentPid, startTicks, cpuTicks: userTicks + systemTicks };
}

/** All that descend from `root`, without it. */
export function descendantsOf(rows: readonly ProcessRow[], root: number): ProcessRow[] {
  const children = new Map<number, ProcessRow[]>();
  for (const row of rows) children.set(row.parentPid, [...(children.get(row.parentPid) ?? []), row]);
  const found: ProcessRow[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      found.push(child);
      open.push(child.pid);
    }
  }
  return found;
}

/** Every process of this machine; one that ends meanwhile is left out. */
export function readProcessTable(): ProcessRow[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => parseStat(readIfThere(`/proc/${name}/stat`)) ?? []);
}

/** Resident memory of one process in bytes; 0 once it has ended. Pages that processes share count in each. */
export function residentBytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s*(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/status`)) ?? [];
  return Number(kibibytes ?? 0) * 1024;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
