import { setTimeout as sleep } from "node:timers/promises";
import type { Branch } from "./branch";
import type { Cluster } from "./cluster";
import { lsnText, readControlFile } from "./controlFile";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

const TURNS = 500;
const TURN_MS = 10;

/** A standby takes connections as soon as what it shows is consistent, however old that is: waits until it shows the present. */
export async function catchUp(replica: Cluster, branch: Branch, log: (line: string) => void): Promise<void> {
  try {
    const target = await headOf(branch);
    const hasCaughtUp = await asAdmin(replica, SYSTEM_DATABASE, async (session) => {
      for (let turn = 0; turn < TURNS && replica.running; turn++) {
        const query = "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there";
        const [row] = await session.rows<{ there: boolean }>(query, [target]);
        if (row?.there) return true;
        await sleep(TURN_MS);
      }
      return false;
    });
    if (!hasCaughtUp) log(`the replica is behind ${target}`);
  } catch (error) {
    log(`how far the replica is behind is not known: ${String(error)}`);
  }
}

/** What was flushed; of a branch that sleeps, its last checkpoint, behind which nothing comes. */
async function headOf(branch: Branch): Promise<string> {
  const { cluster } = branch;
  const asleep = () => lsnText(readControlFile(branch.files.data).checkpointLsn);
  if (!cluster) return asleep();
  return asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    const [row] = await session.rows<{ lsn: string }>("SELECT pg_current_wal_flush_lsn()::text AS lsn");
    return row?.lsn ?? asleep();
  }).catch(asleep);
}
