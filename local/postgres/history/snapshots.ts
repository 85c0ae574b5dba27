import fs from "node:fs";
import path from "node:path";
import type { Moment } from "../../types";
import { give } from "../account";
import type { Branch, BranchTools } from "../branch";
import { copyRunning } from "../branchData";
import { discard, filesIn, makeBranchFolder, type BranchFiles } from "../branchFiles";
import { lsnText, readControlFile } from "../controlFile";
import type { Folders } from "../folders";
import { asAdmin, SYSTEM_DATABASE } from "../sql";
import { targetOf, type BranchFinder } from "./locate";
import { logicalSizeOf } from "./measures";
import { recover } from "./recover";
import { pruneWal } from "./walFiles";

/** What a snapshot holds: the position in its branch's WAL, and the bytes of the users' databases. */
export interface SnapshotFacts {
  lsn: string;
  sizeBytes: number;
}

/** A copy of a branch's data in a folder of its own. Where it is made already, nothing is done. */
export async function createSnapshot(
  snapshotId: string,
  branchOf: () => Branch,
  at: Moment | undefined,
  tools: BranchTools,
  branches: BranchFinder,
): Promise<SnapshotFacts> {
  const files = snapshotFiles(snapshotId, tools.folders);
  const made = readFacts(files);
  if (made) return made;
  const branch = branchOf();
  fs.rmSync(files.folder, { recursive: true, force: true });
  makeBranchFolder(files);
  const target = targetOf(at);
  const facts = target
    ? await copyPast(() => recover(branch, target, files, tools, branches), files)
    : await copyHead(branch, files, tools);
  fs.writeFileSync(`${files.marker}.new`, JSON.stringify(facts));
  fs.renameSync(`${files.marker}.new`, files.marker);
  return facts;
}

/** The answer resolves when the files are gone. */
export async function removeSnapshot(snapshotId: string, folders: Folders): Promise<void> {
  await discard(snapshotFiles(snapshotId, folders), folders).gone;
}

/** The files of a snapshot that is there. */
export function madeSnapshot(snapshotId: string, folders: Folders): BranchFiles {
  const files = snapshotFiles(snapshotId, folders);
  if (!readFacts(files)) throw new Error(`Snapshot ${snapshotId} is not known.`);
  return files;
}

async function copyHead(branch: Branch, { data }: BranchFiles, tools: BranchTools): Promise<SnapshotFacts> {
  fs.mkdirSync(data, { mode: 0o700 });
  give(data, tools.account);
  return branch.history.exclusive(() =>
    branch.using(async (cluster) => {
      const sizeBytes = await asAdmin(cluster, SYSTEM_DATABASE, logicalSizeOf);
      const { stopLsn } = await copyRunning(cluster, data, tools.account);
      return { lsn: lsnText(stopLsn), sizeBytes };
    }),
  );
}

async function copyPast(make: () => ReturnType<typeof recover>, { data }: BranchFiles): Promise<SnapshotFacts> {
  const { cluster, origin } = await make();
  try {
    const sizeBytes = await asAdmin(cluster, SYSTEM_DATABASE, logicalSizeOf);
    return { lsn: origin.at?.lsn ?? "0/0", sizeBytes };
  } finally {
    await cluster.stop();
    pruneWal(data, readControlFile(data).redoLsn);
  }
}

function snapshotFiles(snapshotId: string, folders: Folders): BranchFiles {
  if (!/^[\w-]+$/.test(snapshotId)) throw new Error(`"${snapshotId}" is not a snapshot id.`);
  return filesIn(path.join(folders.clusters, "snapshots", snapshotId));
}

function readFacts({ marker }: BranchFiles): SnapshotFacts | undefined {
  return fs.existsSync(marker) ? (JSON.parse(fs.readFileSync(marker, "utf8")) as SnapshotFacts) : undefined;
}
