import { canonicalJson } from "./appliedFields";
import type { FieldChange, Refusal } from "./plan";

const elsewhere = (what: string): string =>
  `Write the former value back. To move the customer, list a second tenant with the new ${what}, copy the data with pg_dump and pg_restore, then run destroy for the first.`;

const immutable: Record<string, { code: string; what: string; why: string; wayOut: string }> = {
  region: {
    code: "FLEET_REGION_IMMUTABLE",
    what: "region",
    why: "Neon cannot move a project to another region",
    wayOut: elsewhere("region"),
  },
  pgVersion: {
    code: "FLEET_POSTGRES_IMMUTABLE",
    what: "PostgreSQL version",
    why: "Neon cannot change the major version of a project",
    wayOut: elsewhere("version"),
  },
  organization: {
    code: "FLEET_ORGANIZATION_IMMUTABLE",
    what: "organization",
    why: "a project changes its organization by a transfer, never by an apply",
    wayOut: "Write the former organization back; a transfer of the project at Neon is a step of its own.",
  },
  databaseName: {
    code: "FLEET_DATABASE_IMMUTABLE",
    what: "name of the first database",
    why: "the database was made with the project, and another name would mean another, empty one",
    wayOut: "Write the former name back, or list the new name under databases beside it.",
  },
  roleName: {
    code: "FLEET_ROLE_IMMUTABLE",
    what: "name of the first role",
    why: "Neon cannot rename a role",
    wayOut: "Write the former name back, or list the new name under roles beside it.",
  },
};

/** Inputs of the provider that Neon changes in one direction only; the sentence is the provider's. */
const oneWay: Record<string, string> = {
  enableLogicalReplication: "FLEET_LOGICAL_REPLICATION_IMMUTABLE",
  hipaa: "FLEET_HIPAA_IMMUTABLE",
  allowedIps: "FLEET_ALLOWED_IPS_REMOVED",
};

const deletions: Record<string, [what: string, code: string]> = {
  databases: ["database", "FLEET_DATABASE_DELETE_REFUSED"],
  roles: ["role", "FLEET_ROLE_DELETE_REFUSED"],
  appRoles: ["app role", "FLEET_APP_ROLE_DELETE_REFUSED"],
  replicas: ["replica", "FLEET_REPLICA_DELETE_REFUSED"],
};

/** Why a refused change of a tenant is refused, and the way out. */
export function refusalOf(tenant: string, change: FieldChange): Refusal {
  const known = immutable[change.field === "organizationId" ? "organization" : change.field];
  if (known !== undefined) {
    const { code, what, why, wayOut } = known;
    const reason = `The ${what} of ${tenant} cannot change from ${String(change.from)} to ${String(change.to)}: ${why}`;
    return { code, reason, wayOut };
  }
  if (change.refusal !== undefined) {
    const { field, from, to, refusal } = change;
    const what = to === undefined ? "be removed" : `change from ${canonicalJson(from)} to ${canonicalJson(to)}`;
    const reason = `${field} of ${tenant} cannot ${what}: ${refusal.reason}`;
    return { code: oneWay[field] ?? "FLEET_CHANGE_REFUSED", reason, wayOut: refusal.wayOut };
  }
  const dot = change.field.indexOf(".");
  const [what, code] = deletions[change.field.slice(0, dot)] ?? ["entry", "FLEET_DELETE_REFUSED"];
  const name = change.field.slice(dot + 1);
  return {
    code,
    reason: `The ${what} ${name} of ${tenant} is no longer listed, and leaving it out of the file does not delete it`,
    wayOut: `List it again. To drop it, first apply allowDelete: [${name}] with it still listed, then remove it.`,
  };
}

/** A tenant whose key differs from a known one in case only. */
export function caseRefusal(tenant: string, twin: string): Refusal {
  return {
    code: "FLEET_TENANT_CASE",
    reason: `${tenant} differs from the known tenant ${twin} in case only, so on many disks both have the same stack`,
    wayOut: `Write ${twin} again; the key of a tenant never changes, its displayName may.`,
  };
}
