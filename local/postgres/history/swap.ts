import fs from "node:fs";
import path from "node:path";
import { branchFiles, discard, filesIn, placeInTrash, type BranchFiles } from "../branchFiles";
import type { Folders } from "../folders";

/** New data that is to take the place of a branch's, written down before anything is moved. */
interface Swap {
  /** The folder of the new data. */
  staged: string;
  /** Where the former data goes. */
  former: string;
}

/** Where the former data of a branch goes. */
export function formerFolder(branchId: string, preserveAs: string | undefined, folders: Folders): string {
  if (preserveAs !== undefined) return branchFiles(folders, preserveAs).folder;
  return placeInTrash(branchFiles(folders, branchId).folder, folders);
}

/** Where the data of a restore is made, beside what it will replace. */
export function stagedFiles(restoreId: string, folders: Folders): BranchFiles {
  if (!/^[\w-]+$/.test(restoreId)) throw new Error(`"${restoreId}" is not the id of a restore.`);
  return filesIn(path.join(stagingFolder(folders), restoreId));
}

/**
 * Puts new data in the place of a branch's, whose Postgres has stopped, and the former data in another. All of it happens or nothing: a process that is killed in the middle leaves the note, and `finishSwaps` does the rest.
 */
export function swap(branchId: string, staged: BranchFiles, former: string, folders: Folders): void {
  const { folder } = branchFiles(folders, branchId);
  fs.mkdirSync(notesFolder(folders), { recursive: true });
  const note = path.join(notesFolder(folders), branchId);
  fs.writeFileSync(`${note}.new`, JSON.stringify({ staged: staged.folder, former } satisfies Swap));
  fs.renameSync(`${note}.new`, note);
  try {
    finish(note, folder);
  } catch (error) {
    if (!fs.existsSync(folder) && fs.existsSync(former)) fs.renameSync(former, folder);
    fs.rmSync(note, { force: true });
    throw error;
  }
}

/** What a killed process left: swaps that had begun are finished, data that was being made is deleted. */
export function finishSwaps(folders: Folders, log: (line: string) => void): void {
  const notes = notesFolder(folders);
  for (const name of fs.existsSync(notes) ? fs.readdirSync(notes) : []) {
    const note = path.join(notes, name);
    if (name.endsWith(".new")) fs.rmSync(note, { force: true });
    else finish(note, branchFiles(folders, name).folder);
  }
  const staging = stagingFolder(folders);
  for (const name of fs.existsSync(staging) ? fs.readdirSync(staging) : []) {
    const { gone } = discard({ folder: path.join(staging, name) }, folders);
    gone.catch((error: unknown) => log(`trash: ${String(error)}`));
  }
}

/** As long as the new data has not been moved, what lies in the branch's place is the former data. */
function finish(note: string, folder: string): void {
  const { staged, former } = JSON.parse(fs.readFileSync(note, "utf8")) as Swap;
  if (fs.existsSync(staged)) {
    if (fs.existsSync(folder)) {
      fs.mkdirSync(path.dirname(former), { recursive: true });
      // A branch that was announced but has no data yet may have a certificate.
      if (!fs.existsSync(filesIn(former).marker)) fs.rmSync(former, { recursive: true, force: true });
      fs.renameSync(folder, former);
    }
    fs.renameSync(staged, folder);
  }
  fs.rmSync(note, { force: true });
}

function stagingFolder(folders: Folders): string {
  return path.join(folders.clusters, "restoring");
}

function notesFolder(folders: Folders): string {
  return path.join(folders.clusters, "swaps");
}
