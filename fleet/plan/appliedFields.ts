import type { TenantSpec } from "../config";

/** Simple fields that an apply sends to Neon or writes into the state. */
const simpleFields = [
  "projectName",
  "region",
  "pgVersion",
  "branchName",
  "databaseName",
  "roleName",
  "historyRetentionSeconds",
  "allowedIps",
  "protectedBranch",
  "protection",
] as const satisfies readonly (keyof TenantSpec)[];

/**
 * What an apply of a tenant depends on, flat and by field: `quota.computeTimeSeconds`, `databases.reporting`. Both the hash and the list of
 * changes are made from it, so that they never disagree. Left out is what reaches neither Neon nor the state: display name, tags, and the
 * names of the plan and of the residency rule, whose limits and region are there themselves.
 */
export function appliedFields(spec: TenantSpec): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const set = (field: string, value: unknown): void => {
    if (value !== undefined) fields.set(field, value);
  };
  for (const field of simpleFields) set(field, spec[field]);
  // The id is Neon's; the name in the file may change as long as the id stays.
  set("organization", spec.organizationId ?? spec.organization);
  for (const [name, value] of Object.entries(spec.compute ?? {})) set(`compute.${name}`, value);
  for (const [name, value] of Object.entries(spec.quota ?? {})) set(`quota.${name}`, value);
  // A ledger's spec may be older than a field of ours, so lists may be missing in it.
  for (const { name, owner } of spec.databases ?? []) set(`databases.${name}`, owner === undefined ? {} : { owner });
  for (const name of spec.roles ?? []) set(`roles.${name}`, {});
  for (const name of spec.allowDelete ?? []) set(`allowDelete.${name}`, true);
  return fields;
}

/** JSON with the keys of every object in order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}
