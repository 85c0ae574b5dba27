import { NeonError } from "../../api/errors";
import type { SqlSession } from "../../sql";
import { grant, revokeAll } from "./grant";
import { narrowPublic } from "./narrowPublic";
import { roleMark, type WantedRole } from "./roleGrants";

/** What an apply found and could not do. */
export interface AppliedRole {
  /** True where a role of this name was there before. */
  readonly existed: boolean;
  /** What is not as one would expect; without secrets. */
  readonly notes: readonly string[];
}

/**
 * Makes the role, its password and its grants in this database exactly as wanted, whatever was there: after a killed run, a restore to
 * before its creation, a change by hand. In one transaction, so that a running program never sees it without its grants.
 */
export async function applyRole(session: SqlSession, wanted: WantedRole): Promise<AppliedRole> {
  // Two sessions that grant on one object at a time would fail each other.
  await session.run("SELECT pg_advisory_xact_lock(hashtext('neon-tenants app role'))");
  const existed = await ensureRole(session, wanted);
  await revokeAll(session, wanted.name);
  const notes = await grant(session, wanted);
  return { existed, notes: [...notes, ...(await narrowPublic(session, wanted.name))] };
}

async function ensureRole(session: SqlSession, { name, password }: WantedRole): Promise<boolean> {
  const role = session.identifier(name);
  const [found] = await session.rows<{ powerful: boolean }>(
    `SELECT r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls
         OR r.rolname = current_user
         OR EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                    WHERE m.member = r.oid AND (g.rolname = 'neon_superuser' OR pg_has_role(g.oid, current_user, 'USAGE')))
         AS powerful
       FROM pg_roles r WHERE r.rolname = $1`,
    [name],
  );
  if (found?.powerful) {
    throw new NeonError("NEON_ALREADY_EXISTS", `role ${name} is there already and may do more than an app role may`, {
      hint: "Choose another name: a role that Neon made or that owns the database is not turned into an app role.",
    });
  }
  // In clear over TLS, as Neon asks for: it refuses a password that was hashed before.
  const login = `LOGIN PASSWORD ${session.literal(password)}`;
  await session.run(found ? `ALTER ROLE ${role} ${login}` : `CREATE ROLE ${role} ${login}`);
  await session.run(`COMMENT ON ROLE ${role} IS ${session.literal(roleMark)}`);
  return found !== undefined;
}
