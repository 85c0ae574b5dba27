import type { FoundContents } from "../../types";
import type { Cluster } from "../cluster";
import { asAdmin, SYSTEM_DATABASE } from "../sql";

/**
 * The roles that an API call can have made (members of `neon_superuser`) or that own a database, and all databases that belong to
 * users, by name.
 */
export async function readContents(cluster: Cluster): Promise<FoundContents> {
  return asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    const databases = await session.rows<{ name: string; ownerName: string }>(
      `SELECT datname AS name, pg_get_userbyid(datdba) AS "ownerName" FROM pg_database
        WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY datname`,
    );
    const roles = await session.rows<{ name: string; noLogin: boolean }>(
      `SELECT rolname AS name, NOT rolcanlogin AS "noLogin" FROM pg_roles r
        WHERE rolname NOT IN ('cloud_admin', 'neon_superuser') AND rolname !~ '^pg_'
          AND (EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles s ON s.oid = m.roleid
                        WHERE m.member = r.oid AND s.rolname = 'neon_superuser')
               OR EXISTS (SELECT FROM pg_database d WHERE d.datdba = r.oid))
        ORDER BY rolname`,
    );
    return { roles, databases };
  });
}
