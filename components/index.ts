export { TenantDatabase } from "./tenantDatabase";
export type { TenantAppRole } from "./tenantAppRoles";
export type { TenantReplica } from "./tenantReplicas";
export type { TenantCompute, TenantDatabaseArgs, TenantExtraDatabase, TenantQuota } from "./tenantDatabase";
