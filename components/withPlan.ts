import type { TenantDatabaseArgs, TenantPlan } from "./tenantDatabaseArgs";

/** The tenant's limits: its own, and where it sets none those of its plan. */
export function withPlan({ plan = {}, ...own }: TenantDatabaseArgs): TenantPlan {
  return {
    compute: joined(plan.compute, own.compute),
    quota: joined(plan.quota, own.quota),
    historyRetentionSeconds: own.historyRetentionSeconds ?? plan.historyRetentionSeconds,
    allowedIps: own.allowedIps ?? plan.allowedIps,
    protectedBranch: own.protectedBranch ?? plan.protectedBranch,
    snapshots: own.snapshots ?? plan.snapshots,
    appRoles: own.appRoles ?? plan.appRoles,
    replicas: own.replicas ?? plan.replicas,
  };
}

function joined<Group extends object>(below: Group | undefined, above: Group | undefined): Group | undefined {
  if (below === undefined || above === undefined) return above ?? below;
  const set = Object.entries(above).filter(([, value]) => value !== undefined);
  return { ...below, ...(Object.fromEntries(set) as Partial<Group>) };
}
