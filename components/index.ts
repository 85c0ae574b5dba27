export { TenantDatabase } from "./tenantDatabase";
export type { TenantAppRole } from "./tenantAppRoles";
export type { TenantMaintenanceWindow, TenantPolicies, TenantPreloadLibraries } from "./tenantPolicies";
export type { TenantReplica } from "./tenantReplicas";
export type { TenantSnapshots } from "./tenantSnapshots";
export type {
  TenantAdopt,
  TenantCompute,
  TenantDatabaseArgs,
  TenantExtraDatabase,
  TenantPlan,
  TenantQuota,
} from "./tenantDatabaseArgs";
