import type { TenantSpec } from "./tenantSpec";

/** A spec as an earlier release wrote it into state or ledger: what it did not know yet is empty. */
export function completeSpec(spec: Partial<TenantSpec> & Pick<TenantSpec, "tenant">): TenantSpec {
  const { tenant } = spec;
  return {
    displayName: tenant,
    projectName: tenant,
    databases: [],
    roles: [],
    allowDelete: [],
    appRoles: [],
    replicas: [],
    protection: true,
    tags: {},
    ...spec,
  };
}
