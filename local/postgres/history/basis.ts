import fs from "node:fs";
import path from "node:path";
import type { Account } from "../account";
import type { Branch } from "../branch";
import type { BranchFiles } from "../branchFiles";
import { readControlFile } from "../controlFile";
import { copyTree } from "../copyTree";
import type { Base } from "./baseRecord";
import { Bases } from "./bases";
import { whole } from "./coldBase";
import type { Folders } from "../folders";

/** Where the history of new data can begin without a copy of it: with a base of the data that it came from. */
export type Basis = Pick<Base, "template" | "startLsn" | "timeline" | "sizeBytes">;

/**
 * Keeps a base of another branch for data that is made from it. Nobody writes to bases, so both have the same files. The data must have
 * all WAL from the base on. Only while the other branch's history stays as it is.
 */
export async function keepBasis(
  branch: Branch,
  base: Base,
  files: BranchFiles,
  account: Account | undefined,
): Promise<Basis> {
  const { template, startLsn, timeline, sizeBytes } = base;
  if (template === undefined) {
    fs.rmSync(basisFolder(files), { recursive: true, force: true });
    await copyTree(branch.history.bases.dataOf(base), basisFolder(files), { owner: account, link: true });
  }
  return { template, startLsn, timeline, sizeBytes };
}

/** Makes it the first base of the data, which is finished now and does not run: no earlier moment is this branch's. */
export async function beginWith(basis: Basis, files: BranchFiles, folders: Folders): Promise<void> {
  await new Bases(files, folders).add(async (folder) => {
    if (basis.template === undefined) fs.renameSync(basisFolder(files), folder);
    return { ...basis, usableFrom: whole(readControlFile(files.data).checkpointLsn) };
  });
}

function basisFolder(files: BranchFiles): string {
  return path.join(files.folder, "basis");
}
