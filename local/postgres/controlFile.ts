import fs from "node:fs";
import path from "node:path";

/** What `global/pg_control` says of a cluster at its last checkpoint (a standby: restartpoint), also while it sleeps. */
export interface ControlFile {
  /** Alike in all clusters that were copied from one another. */
  systemIdentifier: string;
  /** Bytes into the WAL where the checkpoint's own record begins; after a clean stop nothing but that record follows. */
  checkpointLsn: bigint;
  /** Where replay would begin. */
  redoLsn: bigint;
  timeline: number;
}

/** The layout of these fields is the same in all versions that are served (14 to 18), in the machine's byte order. */
export function readControlFile(dataFolder: string): ControlFile {
  const bytes = fs.readFileSync(path.join(dataFolder, "global", "pg_control"));
  return {
    systemIdentifier: bytes.readBigUInt64LE(0).toString(),
    checkpointLsn: bytes.readBigUInt64LE(32),
    redoLsn: bytes.readBigUInt64LE(40),
    timeline: bytes.readUInt32LE(48),
  };
}

/** As Postgres writes a `pg_lsn`. */
export function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

/** Whether a folder of WAL has the segment that a position is in. Segments are all of one size. */
export function hasWalAt(walFolder: string, timeline: number, lsn: bigint): boolean {
  const sample = fs.readdirSync(walFolder).find((name) => /^[0-9A-F]{24}$/.test(name));
  if (sample === undefined) return false;
  const segmentBytes = BigInt(fs.statSync(path.join(walFolder, sample)).size);
  const perFile = 0x1_0000_0000n / segmentBytes;
  const segment = lsn / segmentBytes;
  const parts = [BigInt(timeline), segment / perFile, segment % perFile];
  const name = parts.map((part) => part.toString(16).toUpperCase().padStart(8, "0")).join("");
  return fs.existsSync(path.join(walFolder, name));
}
