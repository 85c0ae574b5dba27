import type { TenantSpec } from "../config";

/**
 * What an apply of a tenant sends to Neon or writes into its state, flat and by field: `quota.computeTimeSeconds`, `databases.reporting`.
 * Both the hash and the list of changes are made from it, so that they never disagree. The display name, the tags and the name of the plan
 * count too, because the state holds the resolved entry. `departed` does not: nothing is applied for a tenant that has left.
 */
export function appliedFields(spec: TenantSpec): Map<string, unknown> {
  const {
    compute,
    quota,
    tags,
    databases,
    roles,
    appRoles,
    replicas,
    allowDelete,
    departed: _departed,
    ...simple
  } = spec;
  const fields = new Map<string, unknown>();
  const set = (field: string, value: unknown): void => {
    if (value !== undefined) fields.set(field, value);
  };
  for (const [field, value] of Object.entries(simple)) set(field, value);
  for (const [group, values] of Object.entries({ compute, quota, tags })) {
    for (const [name, value] of Object.entries(values ?? {})) set(`${group}.${name}`, value);
  }
  // The entry that a ledger or a state remembers may be older than one of these lists.
  for (const { name, owner } of databases ?? []) set(`databases.${name}`, owner === undefined ? {} : { owner });
  for (const name of roles ?? []) set(`roles.${name}`, {});
  for (const { name, ...role } of appRoles ?? []) set(`appRoles.${name}`, role);
  for (const { name, ...size } of replicas ?? []) set(`replicas.${name}`, size);
  for (const name of allowDelete ?? []) set(`allowDelete.${name}`, true);
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
