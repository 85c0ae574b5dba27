import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { give, type Account } from "./account";
import type { Cluster } from "./cluster";
import { copyTree } from "./copyTree";
import { knownLsn } from "./history/lsn";
import { readSegmentName, WAL_SEGMENT_BYTES } from "./history/walFiles";
import { asAdmin, SYSTEM_DATABASE, type AdminSession } from "./sql";

/** A new, empty cluster. */
export async function copyTemplate(template: string, data: string, account: Account | undefined): Promise<void> {
  await copyTree(template, data, { owner: account });
}

/** Belongs to the running parent, or is rebuilt from nothing at every start. */
const NOT_COPIED =
  /^(postmaster\.(pid|opts)|global\/pg_control|(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/.*|(.*\/)?pgsql_tmp.*|(.*\/)?pg_internal\.init)$/;

/** From where to where WAL has to be replayed on a copy until it is whole. */
export interface CopySpan {
  timeline: number;
  startLsn: bigint;
  stopLsn: bigint;
  /** Of the copied files, WAL not counted. */
  sizeBytes: number;
}

/** Clusters that are being copied with how many copies: their WAL is still needed. */
const beingCopied = new Map<string, number>();

export function isBeingCopied(dataFolder: string): boolean {
  return (beingCopied.get(dataFolder) ?? 0) > 0;
}

/**
 * The state of a running cluster, as a base backup takes it: its files while it keeps working, then its WAL up to now, which the
 * copy replays when it starts. Every transaction that was committed before the call is in it. Without its WAL (`wal: false`) the copy
 * is a base, from which the running cluster's own WAL leads to any later moment. `walFrom` asks for more WAL than the copy itself needs.
 */
export async function copyRunning(
  parent: Cluster,
  data: string,
  account: Account | undefined,
  { wal = true, walFrom }: { wal?: boolean; walFrom?: bigint } = {},
): Promise<CopySpan> {
  const from = parent.dataFolder;
  beingCopied.set(from, (beingCopied.get(from) ?? 0) + 1);
  try {
    return await asAdmin(parent, SYSTEM_DATABASE, async (session) => {
      const backup = await startBackup(session);
      const sizeBytes = await copyTree(from, data, {
        owner: account,
        skip: (file) => NOT_COPIED.test(file),
        changing: true,
      });
      fs.writeFileSync(path.join(data, "global", "pg_control"), await steadyControlFile(from), { mode: 0o600 });
      const { label, stopLsn } = await backup.stop();
      const first = walFrom !== undefined && walFrom < backup.startLsn ? walFrom : backup.startLsn;
      fs.writeFileSync(path.join(data, "backup_label"), label, { mode: 0o600 });
      if (wal) await copyWal(path.join(from, "pg_wal"), path.join(data, "pg_wal"), first, account);
      for (const file of ["global/pg_control", "backup_label"]) give(path.join(data, file), account);
      return {
        timeline: Number.parseInt(backup.segment.slice(0, 8), 16),
        startLsn: backup.startLsn,
        stopLsn,
        sizeBytes,
      };
    });
  } finally {
    beingCopied.set(from, (beingCopied.get(from) ?? 1) - 1);
    if (!isBeingCopied(from)) beingCopied.delete(from);
  }
}

interface Backup {
  startLsn: bigint;
  /** The first segment of WAL that the copy needs. */
  segment: string;
  stop(): Promise<{ label: string; stopLsn: bigint }>;
}

async function startBackup(session: AdminSession): Promise<Backup> {
  const [version] = await session.rows<{ num: number }>("SELECT current_setting('server_version_num')::int AS num");
  const isOld = (version?.num ?? 0) < 150000;
  const [start] = await session.rows<{ lsn: string; segment: string }>(
    `SELECT lsn::text, pg_walfile_name(lsn) AS segment
       FROM ${isOld ? "pg_start_backup('branch', true, false)" : "pg_backup_start('branch', true)"} AS lsn`,
  );
  if (!start) throw new Error(NO_ROW);
  return {
    startLsn: knownLsn(start.lsn),
    segment: start.segment,
    async stop() {
      const [stop] = await session.rows<{ labelfile: string; lsn: string }>(
        `SELECT labelfile, lsn::text FROM ${isOld ? "pg_stop_backup(false, false)" : "pg_backup_stop(false)"}`,
      );
      if (!stop) throw new Error(NO_ROW);
      return { label: stop.labelfile, stopLsn: knownLsn(stop.lsn) };
    },
  };
}

const NO_ROW = "Postgres answered its backup functions without a row.";

/** The segments from a position on, whatever their timeline, and the files that tell how the timelines follow each other. */
async function copyWal(from: string, to: string, first: bigint, account: Account | undefined): Promise<void> {
  await copyTree(from, to, {
    owner: account,
    changing: true,
    skip(file) {
      const segment = readSegmentName(file);
      return segment ? segment.start + WAL_SEGMENT_BYTES <= first : !file.endsWith(".history");
    },
  });
  for (const folder of ["archive_status", "summaries"]) {
    if (!fs.existsSync(path.join(from, folder))) continue;
    fs.mkdirSync(path.join(to, folder), { recursive: true, mode: 0o700 });
    give(path.join(to, folder), account);
  }
}

/** Postgres rewrites this one file in place while it runs: two equal readings are a whole one. */
async function steadyControlFile(from: string): Promise<Buffer> {
  const file = path.join(from, "global", "pg_control");
  for (let former = fs.readFileSync(file); ;) {
    await sleep(1);
    const present = fs.readFileSync(file);
    if (present.equals(former)) return present;
    former = present;
  }
}
