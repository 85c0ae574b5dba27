import fs from "node:fs";
import type { DataSource } from "../../types";
import { give } from "../account";
import type { Branch, BranchTools } from "../branch";
import { discard, removeFolder, type BranchFiles } from "../branchFiles";
import type { BranchFinder } from "./locate";
import { readMade, writeMade, type Origin } from "./madeRecord";
import { makeData } from "./newData";
import { asAdmin, SYSTEM_DATABASE } from "../sql";
import { formerFolder, stagedFiles, swap } from "./swap";

export interface InPlaceRestore {
  restoreId: string;
  source: DataSource;
  /** The id of the branch that gets the former data; without it that is deleted. */
  preserveAs?: string;
}

/**
 * Gives a branch other data. That is made beside the present one while the branch keeps working; only the exchange ends its sessions.
 * Nothing happens where this restore was done already.
 */
export async function restoreInPlace(
  branch: Branch,
  restore: InPlaceRestore,
  tools: BranchTools,
  branches: BranchFinder,
): Promise<void> {
  await branch.materialize();
  if (readMade(branch.files)?.restoreId === restore.restoreId) return;
  const { restoreId, source, preserveAs } = restore;
  const staged = stagedFiles(restoreId, tools.folders);
  fs.rmSync(staged.folder, { recursive: true, force: true });
  const { pgVersion } = branch.spec;
  const hasHistory = branch.history.retentionMs > 0;
  const former = formerFolder(branch.spec.branchId, preserveAs, tools.folders);
  try {
    const [made] = await Promise.all([
      makeData({ files: staged, pgVersion, source, hasHistory }, tools, branches),
      writeDown(branch),
    ]);
    await branch.replace(() => {
      const origin = preserveAs === undefined ? made.origin : pastOf(branch, preserveAs);
      copyCertificate(branch.files, staged, tools);
      writeMade(staged, { ...made, origin, restoreId });
      swap(branch.spec.branchId, staged, former, tools.folders);
    });
  } finally {
    // Nothing is left there, unless it went wrong before anything was exchanged.
    await discard(staged, tools.folders).gone;
  }
  if (preserveAs === undefined) await removeFolder(former);
}

/** What Postgres has to write to the disk before it can stop, it writes while its sessions go on: they are away for a shorter time. */
async function writeDown({ cluster }: Branch): Promise<void> {
  // Who stops it in this moment makes it write everything as well.
  if (cluster) await asAdmin(cluster, SYSTEM_DATABASE, (session) => session.run("CHECKPOINT")).catch(() => undefined);
}

/** What the branch was before, is looked for where that went. */
function pastOf(branch: Branch, preservedAs: string): Origin | undefined {
  const dataId = readMade(branch.files)?.dataId;
  return dataId === undefined ? undefined : { dataId, branchId: preservedAs };
}

/** Clients that know the branch's certificate go on finding it. */
function copyCertificate(from: BranchFiles, to: BranchFiles, { account }: BranchTools): void {
  if (!fs.existsSync(from.certFile) || !fs.existsSync(from.keyFile)) return;
  fs.copyFileSync(from.certFile, to.certFile);
  fs.copyFileSync(from.keyFile, to.keyFile);
  give(to.keyFile, account);
}
