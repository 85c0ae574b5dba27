import type { Cluster } from "../cluster";
import { asAdmin, SYSTEM_DATABASE, type AdminSession } from "../sql";

/** The first id that Postgres gives to what users make. */
const FIRST_USER_OID = 16384;

/** What an extension brought along stays: it is there again wherever the extension is made. */
const OF_EXTENSION =
  "EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

/** Leaves the schemas of every database and none of their rows: init_source `schema-only` of createProjectBranch. */
export async function emptyTables(cluster: Cluster): Promise<void> {
  const databases = await asAdmin(cluster, SYSTEM_DATABASE, (session) =>
    session.rows<{ name: string }>("SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate"),
  );
  for (const { name } of databases) await asAdmin(cluster, name, emptyDatabase);
}

/** The statements are quoted by Postgres itself. No trigger of the user's runs. */
async function emptyDatabase(session: AdminSession): Promise<void> {
  await session.run("SET session_replication_role = replica");
  const tables = await named(session, "'r', 'p'");
  if (tables.length > 0) await session.run(`TRUNCATE ${tables.join(", ")} CASCADE`);
  for (const sequence of await named(session, "'S'")) await session.run(`ALTER SEQUENCE ${sequence} RESTART`);
  for (const view of await named(session, "'m'")) await session.run(`REFRESH MATERIALIZED VIEW ${view} WITH NO DATA`);
  await session.rows("SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
  // Statistics hold values of rows.
  for (const [catalog, id] of [
    ["pg_statistic", "starelid"],
    ["pg_statistic_ext_data", "stxoid"],
  ]) {
    await session.run(`DELETE FROM ${catalog} WHERE ${id} >= ${FIRST_USER_OID}`);
  }
}

async function named(session: AdminSession, kinds: string): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN (${kinds}) AND c.oid >= ${FIRST_USER_OID} AND c.relpersistence <> 't'
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT ${OF_EXTENSION}
      ORDER BY c.oid`,
  );
  return rows.map(({ name }) => name);
}
