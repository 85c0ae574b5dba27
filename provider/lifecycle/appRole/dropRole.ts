import { isNeonError } from "../../api/errors";
import type { Sql, SqlSession, SqlTarget } from "../../sql";
import { uriFor } from "../../sql";

/** On every branch of Neon, and open to every role that Neon made. */
const systemDatabase = "postgres";

/** Drops the role, its sessions and its grants in every database; what it owns goes to the owner. A role that is not there is well. */
export async function dropRole(sql: Sql, target: SqlTarget, name: string): Promise<void> {
  for (const database of await databasesOf(sql, target, name)) {
    await unlessMissing(() =>
      sql.transaction({ ...target, uri: uriFor(target.uri, { database }) }, (session) => disown(session, name)),
    );
  }
  await sql.transaction({ ...target, uri: uriFor(target.uri, { database: systemDatabase }) }, async (session) => {
    if (!(await disown(session, name))) return;
    await session.run(`DROP ROLE ${session.identifier(name)}`);
  });
}

/** Where the role owns or may do something. */
function databasesOf(sql: Sql, target: SqlTarget, name: string): Promise<string[]> {
  return sql.transaction({ ...target, uri: uriFor(target.uri, { database: systemDatabase }) }, async (session) => {
    const rows = await session.rows<{ name: string }>(
      `SELECT DISTINCT d.datname::text AS name
         FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid
        WHERE s.refclassid = 'pg_authid'::regclass AND d.datallowconn
          AND s.refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1)`,
      [name],
    );
    return rows.map((row) => row.name);
  });
}

/** Ends the role's sessions, gives what it owns here to the session's role, and takes its grants. False where there is no such role. */
async function disown(session: SqlSession, name: string): Promise<boolean> {
  const known = await session.rows("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  if (known.length === 0) return false;
  const role = session.identifier(name);
  // Only a member of the role may do what follows; the membership ends with the role.
  await session.run(`GRANT ${role} TO CURRENT_USER`);
  await session.run(`ALTER ROLE ${role} NOLOGIN`);
  await session.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [name]);
  await session.run(`REASSIGN OWNED BY ${role} TO CURRENT_USER`);
  await session.run(`DROP OWNED BY ${role}`);
  return true;
}

/** A database that was dropped meanwhile holds no grants. */
async function unlessMissing(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!isNeonError(error) || error.code !== "NEON_NOT_FOUND") throw error;
  }
}
