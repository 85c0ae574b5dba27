import type { Account } from "../account";
import { readControlFile } from "../controlFile";
import { copyTree } from "../copyTree";
import type { Base } from "./baseRecord";

/** Belongs to a run of Postgres or (`pg_wal`) is read from the branch. Whom the branch replicates to, its copies do not know. */
const NOT_COPIED = /^(postmaster\.(pid|opts)|pg_(wal|replslot)\/.*|backup_label(\.old)?)$/;

/** A copy of data that no Postgres runs on, and that was shut down in order. */
export async function coldBase(data: string, to: string, account: Account | undefined): Promise<Omit<Base, "name">> {
  const { timeline, redoLsn, checkpointLsn } = readControlFile(data);
  const sizeBytes = await copyTree(data, to, { owner: account, skip: (file) => NOT_COPIED.test(file) });
  return { timeline, startLsn: redoLsn, sizeBytes, usableFrom: whole(checkpointLsn) };
}

/** Times are told in milliseconds: the next one is certainly later than everything that was committed up to now. */
export function whole(lsn: bigint): Base["usableFrom"] {
  return { lsn, timeMs: Date.now() + 1 };
}
