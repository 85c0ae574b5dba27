import fs from "node:fs";
import path from "node:path";
import type { Account } from "../account";
import { copyTree } from "../copyTree";

/** As initdb is told to make them. */
export const WAL_SEGMENT_BYTES = 1024n * 1024n;

/** Where a segment begins and on which timeline; nothing if the file is none. */
export function readSegmentName(name: string): { timeline: number; start: bigint } | undefined {
  const match = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name);
  if (!match) return undefined;
  const [timeline, high, low] = match.slice(1).map((part) => BigInt(`0x${part}`)) as [bigint, bigint, bigint];
  return { timeline: Number(timeline), start: (high << 32n) + low * WAL_SEGMENT_BYTES };
}

export function walFolder(dataFolder: string): string {
  return path.join(dataFolder, "pg_wal");
}

/** Where the newest segment begins: cheap to know, and right to within a segment or two. */
export async function newestSegmentStart(dataFolder: string): Promise<bigint> {
  const names = await fs.promises.readdir(walFolder(dataFolder));
  return names.reduce((newest, name) => {
    const start = readSegmentName(name)?.start ?? 0n;
    return start > newest ? start : newest;
  }, 0n);
}

/** Deletes the segments that end before a position. */
export function pruneWal(dataFolder: string, keepFrom: bigint): void {
  const folder = walFolder(dataFolder);
  for (const name of fs.readdirSync(folder)) {
    const segment = readSegmentName(name);
    if (segment && segment.start + WAL_SEGMENT_BYTES <= keepFrom) fs.rmSync(path.join(folder, name), { force: true });
  }
}

/**
 * Gives data the WAL of other data from a position on, and the histories of its timelines. They are the same files where the filesystem
 * can do that: whoever runs on the data must write on another timeline, and must not recycle what it finds.
 */
export async function linkWal(from: string, to: string, start: bigint, account: Account | undefined): Promise<void> {
  const isNeeded = (name: string): boolean => {
    const segment = readSegmentName(name);
    return segment ? segment.start + WAL_SEGMENT_BYTES > start : /^[0-9A-F]{8}\.history$/.test(name);
  };
  const skip = (name: string) => !isNeeded(name);
  await copyTree(walFolder(from), walFolder(to), { owner: account, link: true, changing: true, skip });
}
