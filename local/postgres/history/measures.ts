import type { AdminSession } from "../sql";
import { knownLsn } from "./lsn";

/** Where the WAL of a cluster ends, what is not on disk yet included. */
export async function walPositionOf(session: AdminSession): Promise<bigint> {
  const [row] = await session.rows<{ lsn: string }>("SELECT pg_current_wal_insert_lsn()::text AS lsn");
  return knownLsn(row?.lsn);
}

/** Bytes of all databases that belong to users. */
export async function logicalSizeOf(session: AdminSession): Promise<number> {
  const [row] = await session.rows<{ bytes: string }>(
    `SELECT coalesce(sum(pg_database_size(oid)), 0)::text AS bytes FROM pg_database
      WHERE datname NOT IN ('postgres', 'template0', 'template1')`,
  );
  return Number(row?.bytes ?? 0);
}
