import fs from "node:fs";
import path from "node:path";
import { filesIn, type BranchFiles } from "./branchFiles";
import type { Folders } from "./folders";
import { readControlFile } from "./controlFile";

/** The files of one read replica: those of a branch, without a history. */
export type ReplicaFiles = Omit<BranchFiles, "bases">;

export function replicaFiles(folders: Folders, endpointId: string): ReplicaFiles {
  if (!/^[\w-]+$/.test(endpointId)) throw new Error(`"${endpointId}" is not an endpoint id.`);
  return filesIn(path.join(folders.clusters, "replicas", endpointId));
}

/**
 * Tells the data of a branch from what takes its place in a restore: `PG_VERSION` is written when a data folder is made and never
 * again, and a restore begins a timeline.
 */
export function originOf(dataFolder: string): string {
  const { ino, mtimeMs } = fs.statSync(path.join(dataFolder, "PG_VERSION"));
  return `${ino} ${mtimeMs} ${readControlFile(dataFolder).timeline}`;
}

export function readMarker(files: ReplicaFiles): { origin?: string } {
  try {
    return JSON.parse(fs.readFileSync(files.marker, "utf8")) as { origin?: string };
  } catch {
    return {};
  }
}
