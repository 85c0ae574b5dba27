import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import type { HistoryOptions } from "../../local/postgres/history/history";
import { BenchServer } from "./benchServer";
import { session } from "./benchClient";
import { type RestoreFigures, rounded } from "./localFigures";

const ROW_BYTES = 1000;
const count = "SELECT count(*)::int AS rows FROM ledger";
const filler = `(SELECT string_agg(md5(n::text || random()::text || part::text), '') FROM generate_series(1, ${Math.round(ROW_BYTES / 32)}) AS part)`;

/**
 * A table is written over and over until there is so much WAL, its rows are deleted, and the branch is restored in place to a second
 * before. The time ends when the operations have ended and a new connection has counted the rows.
 */
export async function restoreTime(walBytes: number, history?: HistoryOptions): Promise<RestoreFigures> {
  const server = await BenchServer.start({ history });
  try {
    const { client } = server;
    const { id, branchId, uri } = await client.project("restored");
    await client.settle(id);
    const written = await session(uri, (database) => write(database, walBytes));
    await sleep(1000);
    const at = new Date().toISOString();
    await sleep(1000);
    await session(uri, async (database) => void (await database.query("DELETE FROM ledger")));
    const before = performance.now();
    const source = { source_branch_id: branchId, source_timestamp: at, preserve_under_name: "former" };
    await client.call("POST", `/projects/${id}/branches/${branchId}/restore`, source);
    await client.settle(id);
    const { rows } = await session(uri, (database) => database.query<{ rows: number }>(count));
    const seconds = (performance.now() - before) / 1000;
    if (rows[0]?.rows !== written.rows) throw new Error(`${rows[0]?.rows} of ${written.rows} rows came back`);
    return {
      seconds: rounded(seconds, 3),
      secondsPerGigabyteOfWal: rounded(seconds / (written.walBytes / 1e9), 3),
      walBytes: written.walBytes,
      databaseBytes: written.databaseBytes,
    };
  } finally {
    await server.end();
  }
}

/** A table of a tenth of the WAL, all of whose rows change each time. */
async function write(database: Client, walBytes: number) {
  const rows = Math.max(100, Math.round(walBytes / 10 / ROW_BYTES));
  const position = async (): Promise<number> => {
    const sql = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS bytes";
    return Number((await database.query<{ bytes: string }>(sql)).rows[0]?.bytes);
  };
  const from = await position();
  await database.query(`CREATE TABLE ledger AS SELECT n, ${filler} AS filler FROM generate_series(1, ${rows}) AS n`);
  while ((await position()) - from < walBytes) {
    await database.query(`UPDATE ledger SET filler = ${filler}`);
    await database.query("VACUUM ledger");
  }
  const [size] = (await database.query<{ bytes: string }>("SELECT pg_database_size(current_database()) AS bytes")).rows;
  return { rows, walBytes: (await position()) - from, databaseBytes: Number(size?.bytes) };
}
