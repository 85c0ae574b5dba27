import fs from "node:fs";
import path from "node:path";
import type { Folders } from "./folders";
import { readControlFile } from "./controlFile";

/** The files of one read replica. */
export interface ReplicaFiles {
  folder: string;
  /** PGDATA. */
  data: string;
  log: string;
  certFile: string;
  keyFile: string;
  /** Written last when the copy is made: without it, what is there is half done and made again. */
  marker: string;
}

export function replicaFiles(folders: Folders, endpointId: string): ReplicaFiles {
  if (!/^[\w-]+$/.test(endpointId)) throw new Error(`"${endpointId}" is not an endpoint id.`);
  const folder = path.join(folders.clusters, "replicas", endpointId);
  return {
    folder,
    data: path.join(folder, "data"),
    log: path.join(folder, "postgres.log"),
    certFile: path.join(folder, "server.crt"),
    keyFile: path.join(folder, "server.key"),
    marker: path.join(folder, "made.json"),
  };
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
