import type { SqlSession } from "../../sql";
import { inLists, roleMark } from "./roleGrants";

/**
 * Keeps the role out of what Postgres opens to everybody: the other databases of the branch, and making objects in a schema (before
 * version 15). What PUBLIC loses by it, every role that is there now keeps, so that nobody else notices; other app roles apart, whose
 * grants are their own. Where the owner has a single database and Postgres is 15 or later, nothing is changed.
 *
 * Says what it cannot close because it belongs to another role. `postgres` stays open to all: it is Neon's, and holds nothing.
 */
export async function narrowPublic(session: SqlSession, name: string): Promise<string[]> {
  const databases = await session.rows<Open>(
    `SELECT datname::text AS name, pg_has_role(datdba, 'USAGE') AS ours, pg_get_userbyid(datdba)::text AS owner,
            has_database_privilege('public', oid, 'CONNECT') AS public
       FROM pg_database
      WHERE datallowconn AND NOT datistemplate AND datname NOT IN (current_database(), 'postgres')
        AND has_database_privilege($1, oid, 'CONNECT')
      ORDER BY datname`,
    [name],
  );
  const schemas = await session.rows<Open>(
    `SELECT nspname::text AS name, pg_has_role(nspowner, 'USAGE') AS ours, pg_get_userbyid(nspowner)::text AS owner,
            true AS public
       FROM pg_namespace
      WHERE nspname !~ '^pg_' AND has_schema_privilege('public', oid, 'CREATE')
      ORDER BY nspname`,
  );
  for (const database of databases.filter((it) => it.ours)) {
    await close(session, name, `DATABASE ${session.identifier(database.name)}`, "CONNECT, TEMPORARY", database.public);
  }
  for (const schema of schemas.filter((it) => it.ours)) {
    await close(session, name, `SCHEMA ${session.identifier(schema.name)}`, "CREATE", true);
  }
  return [
    ...databases
      .filter((it) => !it.ours)
      .map((it) => `it can connect to database ${it.name} of ${it.owner} too, though nothing in it is granted`),
    ...schemas.filter((it) => !it.ours).map((it) => `everybody can make objects in schema ${it.name} of ${it.owner}`),
  ];
}

interface Open {
  readonly name: string;
  /** True where the session's role may grant and revoke on it. */
  readonly ours: boolean;
  readonly owner: string;
  /** True where it is open to everybody. */
  readonly public: boolean;
}

async function close(session: SqlSession, role: string, what: string, rights: string, isPublic: boolean) {
  await session.run(`REVOKE ${rights} ON ${what} FROM ${session.identifier(role)}`);
  if (!isPublic) return;
  for (const list of inLists((await everybodyElse(session)).map((name) => session.identifier(name)))) {
    await session.run(`GRANT ${rights} ON ${what} TO ${list}`);
  }
  await session.run(`REVOKE ${rights} ON ${what} FROM PUBLIC`);
}

/** Every role that is not Postgres's own, not a superuser and not an app role. Members of neon_superuser have their rights from it. */
async function everybodyElse(session: SqlSession): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    `SELECT r.rolname::text AS name FROM pg_roles r
      WHERE r.rolname !~ '^pg_' AND NOT r.rolsuper
        AND shobj_description(r.oid, 'pg_authid') IS DISTINCT FROM $1
        AND NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                         WHERE m.member = r.oid AND g.rolname = 'neon_superuser')
      ORDER BY r.oid`,
    [roleMark],
  );
  return rows.map((row) => row.name);
}
