import fs from "node:fs";
import path from "node:path";
import { lockState } from "../store/stateLock";
import { LocalNeonError } from "../localNeonError";
import { notedClusters } from "../postgres/folders";

/** What stays: the CA, which clients were told to trust, the port that they know, and what is locked meanwhile. */
const kept = new Set(["tls", "pg-port", "postgres", "lock.sqlite", "owner.json", "local.log"]);

/**
 * Removes every project with its data, every key, the clock and all that the API knows from a state folder. The CA, the port of Postgres and
 * the templates, which are this user's and not the folder's, stay. Refused while a server uses the folder. Killed on the way, it is
 * finished by being asked again.
 */
export async function resetState(stateFolder: string): Promise<void> {
  if (!fs.existsSync(stateFolder)) return;
  requireState(stateFolder);
  const lock = lockState(stateFolder);
  try {
    // First what says that anything is there: data without it is nobody's.
    for (const name of ["neon.sqlite", ...fs.readdirSync(stateFolder)]) {
      if (!kept.has(name)) await remove(path.join(stateFolder, name));
    }
    const inside = path.join(stateFolder, "postgres");
    if (!fs.existsSync(inside)) return;
    // Postmasters of a server that was just killed hold it a moment longer.
    const postgres = lockState(inside);
    try {
      const outside = notedClusters(stateFolder);
      for (const folder of outside === inside ? [inside] : [outside, inside]) {
        for (const name of fs.readdirSync(folder)) if (!keptInPostgres.has(name)) await remove(path.join(folder, name));
      }
    } finally {
      postgres.release();
    }
  } finally {
    lock.release();
  }
}

/** Where clusters are, whose they are, where sockets were: the next start needs these, and puts them right. */
const keptInPostgres = new Set(["location", "owner", "sockets", "lock.sqlite", "owner.json"]);

/** Whether there is anything that a reset would remove. */
export const hasState = (stateFolder: string): boolean => fs.existsSync(path.join(stateFolder, "neon.sqlite"));

/** A folder that is not a local Neon's must not be emptied because of a wrong path. */
function requireState(stateFolder: string): void {
  const names = fs.readdirSync(stateFolder);
  if (names.length === 0 || names.includes("lock.sqlite")) return;
  throw new LocalNeonError(
    "LOCAL_STATE_UNKNOWN",
    `The folder ${stateFolder} is not the state of a local Neon.`,
    "Nothing was removed. Name the right one with --state.",
  );
}

const remove = (file: string) => fs.promises.rm(file, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
