import crypto from "node:crypto";
import fs from "node:fs";
import type { BranchFiles } from "../branchFiles";

/** What is remembered of the making of a branch's data. */
export interface MadeRecord {
  pgVersion: number;
  /** Of this data, wherever it is moved to: a branch that is restored in place gets other data. */
  dataId: string;
  /** Where moments before the making are looked for. */
  origin?: Origin;
  /** The restore in place that made it. */
  restoreId?: string;
}

export interface Origin {
  dataId: string;
  /** Where that data was at the time. */
  branchId: string;
  /** The moment that this data was copied at; nothing where this data took the other's place and all its past is meant. */
  at?: { timeMs: number; lsn: string };
}

export function newDataId(): string {
  return crypto.randomUUID();
}

/** Nothing as long as the data is not made. What was made before data had ids gets one now. */
export function readMade(files: Pick<BranchFiles, "marker">): MadeRecord | undefined {
  if (!fs.existsSync(files.marker)) return undefined;
  const stored = JSON.parse(fs.readFileSync(files.marker, "utf8")) as Omit<MadeRecord, "dataId"> & { dataId?: string };
  if (stored.dataId !== undefined) return { ...stored, dataId: stored.dataId };
  const record = { ...stored, dataId: newDataId() };
  writeMade(files, record);
  return record;
}

export function writeMade(files: Pick<BranchFiles, "marker">, record: MadeRecord): void {
  const draft = `${files.marker}.new`;
  fs.writeFileSync(draft, JSON.stringify(record));
  fs.renameSync(draft, files.marker);
}
