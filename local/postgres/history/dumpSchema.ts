import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Cluster } from "../cluster";
import { databaseExists } from "../databases";
import { asAdmin, PgError, SYSTEM_DATABASE } from "../sql";

const run = promisify(execFile);
const MAX_BYTES = 256 * 1024 * 1024;

/** The schema of one database as `pg_dump` writes it, with owners and without privileges. */
export async function dumpSchema(cluster: Cluster, database: string, pgDump: string): Promise<string> {
  const exists = await asAdmin(cluster, SYSTEM_DATABASE, (session) => databaseExists(session, database));
  if (!exists) throw new PgError("3D000", `database "${database}" does not exist`);
  // Told by the environment, a name with a `=` in it is only a name.
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", PGDATABASE: database, PGUSER: "cloud_admin" };
  const door = ["--host", cluster.socketFolder, "--port", String(cluster.port), "--no-password"];
  const { stdout } = await run(pgDump, [...door, "--schema-only", "--no-privileges"], { env, maxBuffer: MAX_BYTES });
  return withoutKeys(stdout);
}

/** Newer versions put a random word around the dump, which would make equal schemas differ. */
function withoutKeys(sql: string): string {
  return sql.replace(/^\\(un)?restrict .*\n/gm, "");
}
