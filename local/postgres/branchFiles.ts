import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Folders } from "./folders";

/** The files of one branch. */
export interface BranchFiles {
  folder: string;
  /** PGDATA. */
  data: string;
  log: string;
  certFile: string;
  keyFile: string;
  /** Written last when the data folder is made: without it, what is there is half done and made again. */
  marker: string;
  /** Copies of the data at some moments, from which its history is replayed. */
  bases: string;
}

export function branchFiles(folders: Folders, branchId: string): BranchFiles {
  if (!/^[\w-]+$/.test(branchId)) throw new Error(`"${branchId}" is not a branch id.`);
  return filesIn(path.join(folders.clusters, "branches", branchId));
}

export function filesIn(folder: string): BranchFiles {
  return {
    folder,
    data: path.join(folder, "data"),
    log: path.join(folder, "postgres.log"),
    certFile: path.join(folder, "server.crt"),
    keyFile: path.join(folder, "server.key"),
    marker: path.join(folder, "made.json"),
    bases: path.join(folder, "bases"),
  };
}

/** Only the data folder is Postgres's; the folder around it is ours, and passed through. */
export function makeBranchFolder(files: Pick<BranchFiles, "folder">): void {
  fs.mkdirSync(files.folder, { recursive: true, mode: 0o711 });
}

/** Deleting a thousand files takes a while: the folder is renamed at once, and the answer resolves when the files are gone. */
export function discard({ folder }: Pick<BranchFiles, "folder">, folders: Folders): { gone: Promise<void> } {
  if (!fs.existsSync(folder)) return { gone: Promise.resolve() };
  const target = placeInTrash(folder, folders);
  fs.renameSync(folder, target);
  return { gone: removeFolder(target) };
}

/** Where a folder can be moved to before it is deleted: whatever is left there goes at the next start. */
export function placeInTrash(folder: string, folders: Folders): string {
  const trash = trashFolder(folders);
  fs.mkdirSync(trash, { recursive: true });
  return path.join(trash, `${path.basename(folder)}-${crypto.randomBytes(4).toString("hex")}`);
}

/** What a process that was killed while deleting left. */
export function emptyTrash(folders: Folders): Promise<void> {
  return removeFolder(trashFolder(folders));
}

/** The Postgres of a killed process may still be writing its last files. */
export function removeFolder(folder: string): Promise<void> {
  return fs.promises.rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function trashFolder(folders: Folders): string {
  return path.join(folders.clusters, "trash");
}
