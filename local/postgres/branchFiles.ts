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
}

export function branchFiles(folders: Folders, branchId: string): BranchFiles {
  if (!/^[\w-]+$/.test(branchId)) throw new Error(`"${branchId}" is not a branch id.`);
  const folder = path.join(folders.clusters, "branches", branchId);
  return {
    folder,
    data: path.join(folder, "data"),
    log: path.join(folder, "postgres.log"),
    certFile: path.join(folder, "server.crt"),
    keyFile: path.join(folder, "server.key"),
    marker: path.join(folder, "made.json"),
  };
}

/** Only the data folder is Postgres's; the folder around it is ours, and passed through. */
export function makeBranchFolder(files: BranchFiles): void {
  fs.mkdirSync(files.folder, { recursive: true, mode: 0o711 });
}

/** Deleting a thousand files takes a while: the folder is renamed at once, and the answer resolves when the files are gone. */
export function discard(files: BranchFiles, folders: Folders): { gone: Promise<void> } {
  if (!fs.existsSync(files.folder)) return { gone: Promise.resolve() };
  const trash = trashFolder(folders);
  fs.mkdirSync(trash, { recursive: true });
  const target = path.join(trash, `${path.basename(files.folder)}-${crypto.randomBytes(4).toString("hex")}`);
  fs.renameSync(files.folder, target);
  return { gone: fs.promises.rm(target, { recursive: true, force: true }) };
}

/** What a process that was killed while deleting left. */
export function emptyTrash(folders: Folders): Promise<void> {
  return fs.promises.rm(trashFolder(folders), { recursive: true, force: true });
}

function trashFolder(folders: Folders): string {
  return path.join(folders.clusters, "trash");
}
