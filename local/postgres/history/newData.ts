import fs from "node:fs";
import { give } from "../account";
import type { BranchContents, DataSource } from "../../types";
import type { Branch, BranchTools } from "../branch";
import { copyRunning, copyTemplate } from "../branchData";
import { makeBranchFolder, type BranchFiles } from "../branchFiles";
import type { Cluster } from "../cluster";
import { fillContents } from "../contents";
import { lsnText, readControlFile } from "../controlFile";
import { copyTree } from "../copyTree";
import { startCluster } from "../startCluster";
import { Bases } from "./bases";
import { beginWith, keepBasis, type Basis } from "./basis";
import { coldBase } from "./coldBase";
import { emptyTables } from "./emptyTables";
import { keepTemplate } from "./keptTemplates";
import { targetOf, type BranchFinder } from "./locate";
import { newDataId, readMade, type MadeRecord, type Origin } from "./madeRecord";
import { recover } from "./recover";
import { madeSnapshot } from "./snapshots";
import { pruneWal } from "./walFiles";

/** What data is to be made, and where. */
export interface DataPlan {
  files: BranchFiles;
  pgVersion: number;
  /** Default: the version's empty cluster. */
  source?: DataSource;
  schemaOnly?: boolean;
  /** What has to be in it; what it brings along stays as it is. */
  contents?: BranchContents;
  /** Whether it gets a first base. */
  hasHistory: boolean;
}

/** Data with a Postgres running on it that has not been told yet what makes it this branch's. */
interface Laid {
  cluster: Cluster;
  origin?: Origin;
  /** Where the history begins, if not with a copy of the finished data. */
  basis?: Basis;
}

/**
 * Makes data that nobody uses yet, anew if a part of it is there. Postgres does not wait for the disk meanwhile: what a crash would
 * spoil here is made again, as the caller writes the record that is answered here when all is done.
 */
export async function makeData(plan: DataPlan, tools: BranchTools, branches: BranchFinder): Promise<MadeRecord> {
  const { files } = plan;
  makeBranchFolder(files);
  for (const folder of [files.data, files.bases]) fs.rmSync(folder, { recursive: true, force: true });
  const laid = await lay(plan, tools, branches);
  try {
    if (plan.schemaOnly) await emptyTables(laid.cluster);
    if (plan.contents) await fillContents(laid.cluster, plan.contents);
  } finally {
    await laid.cluster.stop();
  }
  if (plan.hasHistory) await beginHistory(plan, laid, tools);
  pruneWal(files.data, laid.basis?.startLsn ?? readControlFile(files.data).redoLsn);
  return { pgVersion: plan.pgVersion, dataId: newDataId(), origin: plan.schemaOnly ? undefined : laid.origin };
}

async function beginHistory({ files }: DataPlan, { basis }: Laid, { account, folders }: BranchTools): Promise<void> {
  if (basis) await beginWith(basis, files, folders);
  else await new Bases(files, folders).add((folder) => coldBase(files.data, folder, account));
}

/** Rows that are not to be in the data must not be in its history. */
function keepsPast({ hasHistory, schemaOnly }: DataPlan): boolean {
  return hasHistory && !schemaOnly;
}

async function lay(plan: DataPlan, tools: BranchTools, branches: BranchFinder): Promise<Laid> {
  const { source } = plan;
  if (!source) return layTemplate(plan, tools);
  if ("snapshotId" in source) return laySnapshot(source.snapshotId, plan, tools);
  const branch = branches.byId(source.branchId);
  if (!branch) throw new Error(`Branch ${source.branchId}, the source of the data, is not known.`);
  const target = targetOf(source.at);
  if (!target) return layHead(branch, plan, tools);
  return recover(branch, target, plan.files, tools, branches, { hasHistory: keepsPast(plan) });
}

async function layTemplate(plan: DataPlan, tools: BranchTools): Promise<Laid> {
  const { account, folders, templates, binaries } = tools;
  const folder = await templates.folder(await binaries(plan.pgVersion));
  await copyTemplate(folder, plan.files.data, account);
  const basis = plan.hasHistory ? await keepTemplate(folder, folders, account) : undefined;
  return { basis, cluster: await start(plan, tools) };
}

async function laySnapshot(snapshotId: string, plan: DataPlan, tools: BranchTools): Promise<Laid> {
  const { data } = madeSnapshot(snapshotId, tools.folders);
  await copyTree(data, plan.files.data, { owner: tools.account });
  return { cluster: await start(plan, tools) };
}

async function layHead(branch: Branch, plan: DataPlan, tools: BranchTools): Promise<Laid> {
  const { data } = plan.files;
  fs.mkdirSync(data, { mode: 0o700 });
  give(data, tools.account);
  const laid = await branch.history.exclusive(() =>
    branch.using(async (cluster) => {
      const base = keepsPast(plan) ? branch.history.bases.list().pop() : undefined;
      const { stopLsn } = await copyRunning(cluster, data, tools.account, { walFrom: base?.startLsn });
      const dataId = readMade(branch.files)?.dataId ?? "";
      const origin = { dataId, branchId: branch.spec.branchId, at: { timeMs: Date.now(), lsn: lsnText(stopLsn) } };
      return { origin, basis: base && (await keepBasis(branch, base, plan.files, tools.account)) };
    }),
  );
  return { ...laid, cluster: await start(plan, tools) };
}

function start({ files, pgVersion }: DataPlan, tools: BranchTools): Promise<Cluster> {
  return startCluster(files, pgVersion, tools, { unsafe: true });
}
