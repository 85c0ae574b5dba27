import type { DatabaseSpec } from "../types";
import type { Cluster } from "./cluster";
import { asAdmin, identifier, PgError, SYSTEM_DATABASE, type AdminSession } from "./sql";

const SYSTEM_DATABASES: ReadonlySet<string> = new Set([SYSTEM_DATABASE, "template0", "template1"]);
const TERMINATE_WAIT_MS = 5_000;

/** In every database: whatever `cloud_admin` makes in `public` belongs to the API's roles too, and they may pass it on. */
export const DEFAULT_PRIVILEGES: readonly string[] = ["TABLES", "SEQUENCES"].map(
  (kind) => `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON ${kind} TO neon_superuser WITH GRANT OPTION`,
);

/** Makes the database; one of that name that was made with SQL gets the owner. */
export async function createDatabase(cluster: Cluster, database: DatabaseSpec): Promise<void> {
  const [name, owner] = [ownable(database.name), identifier(database.ownerName)];
  await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    if (await databaseExists(session, database.name)) await session.run(`ALTER DATABASE ${name} OWNER TO ${owner}`);
    else await session.run(`CREATE DATABASE ${name} OWNER ${owner}`);
    await session.run(`GRANT ALL PRIVILEGES ON DATABASE ${name} TO neon_superuser`);
  });
  await asAdmin(cluster, database.name, async (session) => {
    await ownPublicSchema(session, "cloud_admin", database.ownerName);
    for (const statement of DEFAULT_PRIVILEGES) await session.run(statement);
  });
}

export async function databaseExists(session: AdminSession, name: string): Promise<boolean> {
  return (await session.rows("SELECT 1 FROM pg_database WHERE datname = $1", [name])).length > 0;
}

/** Owner first: a rename that fails leaves the name under which the caller can try again. */
export async function updateDatabase(
  cluster: Cluster,
  name: string,
  to: { name?: string; ownerName?: string },
): Promise<void> {
  if (to.ownerName !== undefined) await changeOwner(cluster, name, to.ownerName);
  if (to.name !== undefined && to.name !== name) await rename(cluster, name, to.name);
}

/** Ends the sessions in it. */
export async function dropDatabase(cluster: Cluster, database: string): Promise<void> {
  const name = ownable(database);
  await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    if (!(await databaseExists(session, database))) return;
    await session.run(`ALTER DATABASE ${name} IS_TEMPLATE false`);
    await session.run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });
}

async function changeOwner(cluster: Cluster, database: string, ownerName: string): Promise<void> {
  const former = await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    const [row] = await session.rows<{ owner: string }>(
      "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1",
      [database],
    );
    await session.run(`ALTER DATABASE ${ownable(database)} OWNER TO ${identifier(ownerName)}`);
    return row?.owner;
  });
  if (former) await asAdmin(cluster, database, (session) => ownPublicSchema(session, former, ownerName));
}

/** From version 15 on `public` belongs to `pg_database_owner`, whoever that is; before, to a role by name. */
async function ownPublicSchema(session: AdminSession, former: string, owner: string): Promise<void> {
  const rows = await session.rows<{ owner: string }>(
    "SELECT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = 'public'",
  );
  if (rows[0]?.owner === former) await session.run(`ALTER SCHEMA public OWNER TO ${identifier(owner)}`);
}

/** A database in use cannot be renamed: its sessions are ended, and new ones are kept out meanwhile. */
async function rename(cluster: Cluster, from: string, to: string): Promise<void> {
  const [name, newName] = [ownable(from), ownable(to)];
  await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    await session.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    let current = name;
    try {
      await session.rows("SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE datname = $1", [
        from,
        TERMINATE_WAIT_MS,
      ]);
      await session.run(`ALTER DATABASE ${name} RENAME TO ${newName}`);
      current = newName;
    } finally {
      await session.run(`ALTER DATABASE ${current} ALLOW_CONNECTIONS true`);
    }
  });
}

function ownable(database: string): string {
  if (SYSTEM_DATABASES.has(database)) throw new PgError("42939", `database name "${database}" is reserved`);
  return identifier(database);
}
