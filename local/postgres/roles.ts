import type { RoleSpec } from "../types";
import { asAdmin, identifier, literal, PgError, SYSTEM_DATABASE, type AdminSession } from "./sql";
import type { Cluster } from "./cluster";

/** What every role has that is made through the API, and what no role made with SQL has. */
const ATTRIBUTES = "INHERIT CREATEROLE CREATEDB BYPASSRLS REPLICATION";
const OWN_ROLES: ReadonlySet<string> = new Set(["cloud_admin", "neon_superuser"]);

/** Makes the role; one of that name that was made with SQL gets the password, as Neon's own compute does it. */
export async function createRole(session: AdminSession, role: RoleSpec): Promise<void> {
  const name = ownable(role.name);
  const login = role.noLogin ? "NOLOGIN" : `LOGIN PASSWORD ${literal(role.password)}`;
  if (await roleExists(session, role.name)) await session.run(`ALTER ROLE ${name} ${login}`);
  else await session.run(`CREATE ROLE ${name} ${ATTRIBUTES} IN ROLE neon_superuser ${login}`);
}

export async function setPassword(session: AdminSession, role: string, password: string): Promise<void> {
  await session.run(`ALTER ROLE ${ownable(role)} PASSWORD ${literal(password)}`);
}

export async function roleExists(session: AdminSession, name: string): Promise<boolean> {
  return (await session.rows("SELECT 1 FROM pg_roles WHERE rolname = $1", [name])).length > 0;
}

/**
 * Drops a role together with its sessions; what it owns goes to the owner of each database. The owner of a database is refused:
 * there is nobody to give its tables to, and DROP OWNED would delete them.
 */
export async function dropRole(cluster: Cluster, role: string): Promise<void> {
  const name = ownable(role);
  const databases = await asAdmin(cluster, SYSTEM_DATABASE, async (session) =>
    (await roleExists(session, role))
      ? session.rows<{ name: string; owner: string }>(
          "SELECT datname AS name, pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datallowconn ORDER BY datname",
        )
      : [],
  );
  const owned = databases.filter(({ owner }) => owner === role).map((database) => database.name);
  if (owned.length > 0) {
    throw new PgError(
      "2BP01",
      `role "${role}" cannot be dropped because some objects depend on it`,
      owned.map((database) => `owner of database ${database}`).join("\n"),
    );
  }
  for (const database of databases) {
    await asAdmin(cluster, database.name, async (session) => {
      await session.run(`REASSIGN OWNED BY ${name} TO ${identifier(database.owner)}`);
      await session.run(`DROP OWNED BY ${name}`);
    });
  }
  await asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    const [row] = await session.rows<{ oid: string }>("SELECT oid::text AS oid FROM pg_roles WHERE rolname = $1", [
      role,
    ]);
    if (!row) return;
    await session.run(`DROP ROLE ${name}`);
    // By id: the sessions of a role that is gone have no name any more.
    await session.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = $1", [row.oid]);
  });
}

function ownable(role: string): string {
  if (OWN_ROLES.has(role)) throw new PgError("42939", `role name "${role}" is reserved`);
  return identifier(role);
}
