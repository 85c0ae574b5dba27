export { TenantDatabase } from "./tenantDatabase";
export type { TenantCompute, TenantDatabaseArgs, TenantExtraDatabase, TenantQuota } from "./tenantDatabase";
