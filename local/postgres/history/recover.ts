import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { give } from "../account";
import type { Branch, BranchTools } from "../branch";
import type { BranchFiles } from "../branchFiles";
import { BranchLog } from "../branchLog";
import type { Cluster } from "../cluster";
import { lsnText, readControlFile } from "../controlFile";
import { copyTree } from "../copyTree";
import { asAdmin, SYSTEM_DATABASE } from "../sql";
import { startCluster } from "../startCluster";
import { baseFor, type Target } from "./basePlan";
import { keepBasis, type Basis } from "./basis";
import { locate, outside, type BranchFinder } from "./locate";
import { readMade, type Origin } from "./madeRecord";
import { linkWal, walFolder } from "./walFiles";

/** A Postgres that runs on data of a past moment, on a timeline of its own. */
export interface Recovered {
  cluster: Cluster;
  origin: Origin;
  basis?: Basis;
}

/**
 * Makes the state of a branch at a past moment: a base, and the WAL from there up to the moment. The branch keeps working meanwhile.
 * Not waiting for the disk: who is killed here begins again. Where the state is to have a history, its basis is kept beside it.
 */
export async function recover(
  branch: Branch,
  target: Target,
  files: BranchFiles,
  tools: BranchTools,
  branches: BranchFinder,
  { hasHistory = false } = {},
): Promise<Recovered> {
  await branch.materialize();
  const present = { nowMs: Date.now(), headLsn: (await branch.walPosition()) ?? 0n };
  const { owner, target: sought } = locate(branch, target, present, branches);
  return owner.history.exclusive(async () => {
    const base = baseFor(owner.history.bases.list(), sought);
    const dataId = readMade(owner.files)?.dataId;
    if (!base || dataId === undefined) throw outside("The history of the branch changed meanwhile.");
    await copyTree(owner.history.bases.dataOf(base), files.data, { owner: tools.account });
    const signal = path.join(files.data, "standby.signal");
    fs.writeFileSync(signal, "", { mode: 0o600 });
    give(signal, tools.account);
    await owner.using((cluster) => writeBeyond(cluster, sought));
    await linkWal(owner.files.data, files.data, base.startLsn, tools.account);
    const basis = hasHistory ? await keepBasis(owner, base, files, tools.account) : undefined;
    const log = new BranchLog(files.log);
    const recovery = {
      timeline: readControlFile(owner.files.data).timeline,
      target: "lsn" in sought ? { lsn: lsnText(sought.lsn) } : { time: new Date(sought.timeMs) },
    };
    const cluster = await startCluster(files, owner.spec.pgVersion, tools, { unsafe: true, recovery }, log);
    const timeMs = "lsn" in sought ? (lastCommitMs(log.tail) ?? base.usableFrom.timeMs) : sought.timeMs;
    return {
      cluster,
      basis,
      origin: { dataId, branchId: owner.spec.branchId, at: { timeMs, lsn: forkOf(files.data) } },
    };
  });
}

/**
 * Recovery knows that it has reached a moment when it meets what came after it: a transaction is committed after the moment, on disk
 * when this returns.
 */
async function writeBeyond(cluster: Cluster, target: Target): Promise<void> {
  await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    while ("timeMs" in target && Date.now() <= target.timeMs) await sleep(1);
    await session.run("SET synchronous_commit = on");
    await session.rows("SELECT pg_logical_emit_message(true, 'history', '')");
  });
}

/** Where the new timeline left the old one, as the last line of its history file says. */
function forkOf(data: string): string {
  const folder = walFolder(data);
  const [last] = fs
    .readdirSync(folder)
    .filter((name) => /^[0-9A-F]{8}\.history$/.test(name))
    .sort()
    .reverse();
  const lines = last ? fs.readFileSync(path.join(folder, last), "utf8").trim().split("\n") : [];
  const [, lsn] = lines.pop()?.split("\t") ?? [];
  if (lsn === undefined) throw new Error("Postgres did not begin a timeline of its own.");
  return lsn;
}

/** The next millisecond after the last commit that recovery has replayed. */
function lastCommitMs(log: string): number | undefined {
  const [, day, time] =
    /last completed transaction was at log time (\S+) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(log) ?? [];
  return day && time ? Date.parse(`${day}T${time}Z`) + 1 : undefined;
}
