import type { TenantCompute, TenantDatabaseArgs, TenantPlan } from "./tenantDatabaseArgs";
import { policiesOf } from "./tenantPolicies";

/** The tenant's limits: its own, and where it sets none those of its plan. */
export function withPlan({ plan = {}, ...own }: TenantDatabaseArgs): TenantPlan {
  return {
    ...policiesOf(own, plan),
    compute: joinedCompute(plan.compute, own.compute),
    quota: joined(plan.quota, own.quota),
    historyRetentionSeconds: own.historyRetentionSeconds ?? plan.historyRetentionSeconds,
    allowedIps: own.allowedIps ?? plan.allowedIps,
    protectedBranch: own.protectedBranch ?? plan.protectedBranch,
    snapshots: own.snapshots ?? plan.snapshots,
    appRoles: own.appRoles ?? plan.appRoles,
    replicas: own.replicas ?? plan.replicas,
  };
}

function joinedCompute(below?: TenantCompute, above?: TenantCompute): TenantCompute | undefined {
  const pgSettings = joined(below?.pgSettings, above?.pgSettings);
  const compute = joined(below, above);
  return pgSettings === undefined ? compute : { ...compute, pgSettings };
}

function joined<Group extends object>(below: Group | undefined, above: Group | undefined): Group | undefined {
  if (below === undefined || above === undefined) return above ?? below;
  const set = Object.entries(above).filter(([, value]) => value !== undefined);
  return { ...below, ...(Object.fromEntries(set) as Partial<Group>) };
}
