import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Account } from "../account";
import { readControlFile } from "../controlFile";
import { copyTree } from "../copyTree";
import type { Folders } from "../folders";
import type { Basis } from "./basis";

const IN_WAL = /^pg_wal\/./;

/** Empty clusters that branches of this state folder were copied from: the user's cache, where they come from, may be emptied. */
export function templateFolder(folders: Folders, systemIdentifier: string): string {
  return path.join(allTemplates(folders), systemIdentifier);
}

/** Keeps a template as the base of the branches that are copied from it, without its WAL: they have that. Answers with its name. */
export async function keepTemplate(template: string, folders: Folders, account: Account | undefined): Promise<Basis> {
  const { systemIdentifier, redoLsn, timeline } = readControlFile(template);
  const folder = templateFolder(folders, systemIdentifier);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(allTemplates(folders), { recursive: true, mode: 0o711 });
    const making = `${folder}.making-${crypto.randomBytes(4).toString("hex")}`;
    await copyTree(template, making, { owner: account, link: true, skip: (file) => IN_WAL.test(file) });
    try {
      fs.renameSync(making, folder);
    } catch (error) {
      fs.rmSync(making, { recursive: true, force: true });
      // Another branch was quicker.
      if (!fs.existsSync(folder)) throw error;
    }
  }
  return { template: systemIdentifier, startLsn: redoLsn, timeline, sizeBytes: 0 };
}

/** What a process left that was killed while it kept one. */
export function removeHalfKept(folders: Folders): void {
  const all = allTemplates(folders);
  if (!fs.existsSync(all)) return;
  for (const name of fs.readdirSync(all)) {
    if (name.includes(".making-")) fs.rmSync(path.join(all, name), { recursive: true, force: true });
  }
}

function allTemplates(folders: Folders): string {
  return path.join(folders.clusters, "templates");
}
