import { NeonError } from "../../api/errors";
import type { SqlSession } from "../../sql";
import { inLists, privileges, type WantedRole } from "./roleGrants";

interface Relation {
  /** `schema.name`, quoted. */
  readonly name: string;
  readonly sequence: boolean;
  /** True where the session's role may grant on it. */
  readonly ours: boolean;
}

/** Grants present and future tables and sequences of the schemas; says which present ones belong to somebody else. */
export async function grant(session: SqlSession, wanted: WantedRole): Promise<string[]> {
  const { schemas } = wanted;
  const role = session.identifier(wanted.name);
  const may = privileges[wanted.access];
  await refuseMissing(session, schemas);
  const [{ database = "" } = {}] = await session.rows<{ database: string }>(
    "SELECT current_database()::text AS database",
  );
  await session.run(`GRANT CONNECT ON DATABASE ${session.identifier(database)} TO ${role}`);
  const names = inLists(schemas.map((schema) => session.identifier(schema)));
  for (const list of names) {
    await session.run(`GRANT USAGE ON SCHEMA ${list} TO ${role}`);
    await session.run(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${list} GRANT ${may.tables} ON TABLES TO ${role}`);
    await session.run(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${list} GRANT ${may.sequences} ON SEQUENCES TO ${role}`);
  }
  const all = await relationsIn(session, schemas);
  const grantable = (sequence: boolean): string[] =>
    inLists(all.filter((it) => it.ours && it.sequence === sequence).map((it) => it.name));
  for (const list of grantable(false)) await session.run(`GRANT ${may.tables} ON TABLE ${list} TO ${role}`);
  for (const list of grantable(true)) await session.run(`GRANT ${may.sequences} ON SEQUENCE ${list} TO ${role}`);
  await refuseIneffective(session, wanted.name, schemas);
  const foreign = all.filter((it) => !it.ours).map((it) => it.name);
  return foreign.length === 0
    ? []
    : [`${foreign.length} objects of other owners in database ${database} are not granted to it (${some(foreign)})`];
}

/** Takes from the role everything that {@link grant} gives in this database, whichever schemas that was in. */
export async function revokeAll(session: SqlSession, name: string): Promise<void> {
  const role = session.identifier(name);
  const rows = await session.rows<{ schema: string }>(
    `SELECT DISTINCT n.nspname::text AS schema
       FROM pg_shdepend s
       LEFT JOIN pg_class c ON s.classid = 'pg_class'::regclass AND c.oid = s.objid
       LEFT JOIN pg_default_acl a ON s.classid = 'pg_default_acl'::regclass AND a.oid = s.objid
       JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, a.defaclnamespace,
                                               CASE WHEN s.classid = 'pg_namespace'::regclass THEN s.objid END)
      WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND s.refclassid = 'pg_authid'::regclass AND s.deptype = 'a'
        AND s.refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1)`,
    [name],
  );
  const schemas = rows.map((row) => row.schema);
  for (const list of inLists(schemas.map((schema) => session.identifier(schema)))) {
    await session.run(`REVOKE ALL ON SCHEMA ${list} FROM ${role}`);
    await session.run(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${list} REVOKE ALL ON TABLES FROM ${role}`);
    await session.run(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${list} REVOKE ALL ON SEQUENCES FROM ${role}`);
  }
  const ours = (await relationsIn(session, schemas)).filter((relation) => relation.ours);
  for (const sequence of [false, true]) {
    const names = ours.filter((relation) => relation.sequence === sequence).map((relation) => relation.name);
    const kind = sequence ? "SEQUENCE" : "TABLE";
    for (const list of inLists(names)) await session.run(`REVOKE ALL ON ${kind} ${list} FROM ${role}`);
  }
}

/** Tables, views and sequences; what belongs to an extension is the extension's. */
function relationsIn(session: SqlSession, schemas: readonly string[]): Promise<Relation[]> {
  return session.rows<Relation>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind = 'S' AS sequence,
            pg_has_role(c.relowner, 'USAGE') AS ours
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND NOT EXISTS (SELECT FROM pg_depend d
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY c.oid`,
    [schemas],
  );
}

async function refuseMissing(session: SqlSession, schemas: readonly string[]): Promise<void> {
  const rows = await session.rows<{ schema: string }>(
    "SELECT nspname::text AS schema FROM pg_namespace WHERE nspname = ANY ($1::text[])",
    [schemas],
  );
  const there = new Set(rows.map((row) => row.schema));
  const missing = schemas.filter((schema) => !there.has(schema));
  if (missing.length === 0) return;
  throw new NeonError("NEON_NOT_FOUND", `there is no schema ${missing.join(", ")} in this database`, {
    hint: "Make it first, as the database's owner, or take it out of schemas.",
  });
}

/** Postgres only warns where the session's role may not pass on what it grants. */
async function refuseIneffective(session: SqlSession, name: string, schemas: readonly string[]): Promise<void> {
  const rows = await session.rows<{ what: string }>(
    `SELECT 'database ' || current_database() AS what WHERE NOT has_database_privilege($1, current_database(), 'CONNECT')
      UNION ALL
     SELECT 'schema ' || nspname FROM pg_namespace
      WHERE nspname = ANY ($2::text[]) AND NOT has_schema_privilege($1, oid, 'USAGE')`,
    [name, schemas],
  );
  if (rows.length === 0) return;
  throw new NeonError("NEON_FORBIDDEN", `${some(rows.map((row) => row.what))} cannot be granted to role ${name}`, {
    hint: "The owner's URI must be that of the role that owns the database and its schemas.",
  });
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} …`;
}
