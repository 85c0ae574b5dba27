import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LocalNeonError } from "../localNeonError";

export interface StateLock {
  release(): void;
}

/**
 * Makes this process the only server of a state folder. The lock is one that the kernel holds on `lock.sqlite`, so it ends
 * with its process, however that dies: no process id has to be believed, none can have been given to somebody else since.
 */
export function lockState(stateFolder: string): StateLock {
  const ownerFile = path.join(stateFolder, "owner.json");
  const db = new DatabaseSync(path.join(stateFolder, "lock.sqlite"));
  try {
    db.exec("PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    throw new LocalNeonError(
      "LOCAL_STATE_IN_USE",
      `Another local Neon${ownerOf(ownerFile)} uses the state folder ${stateFolder}.`,
      "Stop it, or give this one another folder with --state.",
    );
  }
  fs.writeFileSync(ownerFile, JSON.stringify({ pid: process.pid }));
  return {
    release() {
      fs.rmSync(ownerFile, { force: true });
      db.close();
    },
  };
}

/** Only for the message: who holds the lock is decided by the lock. */
function ownerOf(file: string): string {
  try {
    const owner = JSON.parse(fs.readFileSync(file, "utf8")) as { pid?: unknown };
    return typeof owner.pid === "number" ? ` (process ${owner.pid})` : "";
  } catch {
    return "";
  }
}
