import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { give, type Account } from "./account";
import type { Cluster } from "./cluster";
import { copyTree } from "./copyTree";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

/** A new, empty cluster. */
export async function copyTemplate(template: string, data: string, account: Account | undefined): Promise<void> {
  await copyTree(template, data, { owner: account });
}

/** Belongs to the running parent, or is rebuilt from nothing at every start. */
const NOT_COPIED =
  /^(postmaster\.(pid|opts)|global\/pg_control|(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/.*|(.*\/)?pgsql_tmp.*|(.*\/)?pg_internal\.init)$/;

/**
 * The state of a running cluster, as a base backup takes it: its files while it keeps working, then its WAL up to now, which the
 * copy replays when it starts. Every transaction that was committed before the call is in it.
 */
export async function copyRunning(parent: Cluster, data: string, account: Account | undefined): Promise<void> {
  const from = parent.dataFolder;
  await asAdmin(parent, SYSTEM_DATABASE, async (session) => {
    const [version] = await session.rows<{ num: number }>("SELECT current_setting('server_version_num')::int AS num");
    const isOld = (version?.num ?? 0) < 150000;
    const [start] = await session.rows<{ segment: string }>(
      `SELECT pg_walfile_name(${isOld ? "pg_start_backup('branch', true, false)" : "pg_backup_start('branch', true)"}) AS segment`,
    );
    await copyTree(from, data, { owner: account, skip: (file) => NOT_COPIED.test(file), changing: true });
    fs.writeFileSync(path.join(data, "global", "pg_control"), await readControlFile(from), { mode: 0o600 });
    const [stop] = await session.rows<{ labelfile: string }>(
      `SELECT labelfile FROM ${isOld ? "pg_stop_backup(false, false)" : "pg_backup_stop(false)"}`,
    );
    if (!start || !stop) throw new Error("Postgres answered its backup functions without a row.");
    fs.writeFileSync(path.join(data, "backup_label"), stop.labelfile, { mode: 0o600 });
    await copyWal(path.join(from, "pg_wal"), path.join(data, "pg_wal"), start.segment, account);
    for (const file of ["global/pg_control", "backup_label"]) give(path.join(data, file), account);
  });
}

/** Segments are named so that they sort by time within a timeline; `wal_keep_size` keeps them where they are. */
async function copyWal(from: string, to: string, first: string, account: Account | undefined): Promise<void> {
  await copyTree(from, to, {
    owner: account,
    changing: true,
    skip: (file) => (/^[0-9A-F]{24}$/.test(file) ? file < first : !file.endsWith(".history")),
  });
  for (const folder of ["archive_status", "summaries"]) {
    if (!fs.existsSync(path.join(from, folder))) continue;
    fs.mkdirSync(path.join(to, folder), { recursive: true, mode: 0o700 });
    give(path.join(to, folder), account);
  }
}

/** Postgres rewrites this one file in place while it runs: two equal readings are a whole one. */
async function readControlFile(from: string): Promise<Buffer> {
  const file = path.join(from, "global", "pg_control");
  for (let former = fs.readFileSync(file); ;) {
    await sleep(1);
    const present = fs.readFileSync(file);
    if (present.equals(former)) return present;
    former = present;
  }
}
