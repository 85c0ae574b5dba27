import type { QuotaSpec } from "../config";
import { countClasses } from "./counts";
import type { FieldChange, Plan, PlanEntry, QuotaUse } from "./plan";

/** One of the five limits of a billing period. */
export type QuotaName = keyof QuotaSpec;

/** What a tenant has used of the quotas that are lowered, or the code of the error that kept it from being learnt. */
export type TenantUse = Partial<Record<QuotaName, number>> | { error: string };

/** Tenants whose apply would lower a quota that is not known to leave room, with the quotas. */
export function loweredQuotas(plan: Plan): { entry: PlanEntry; quotas: QuotaName[] }[] {
  return plan.entries.flatMap((entry) => {
    const quotas = entry.action === "update" ? entry.changes.flatMap((change) => quotaOf(change) ?? []) : [];
    return quotas.length > 0 ? [{ entry, quotas }] : [];
  });
}

/**
 * The plan with what is used of every lowered quota. One that leaves room is in place; one that is used up already, and one of which
 * nothing could be learnt, may suspend.
 */
export function withQuotaUse(plan: Plan, uses: ReadonlyMap<string, TenantUse>): Plan {
  const entries = plan.entries.map((entry) => {
    const use = uses.get(entry.tenant);
    return use === undefined ? entry : { ...entry, changes: entry.changes.map((change) => judged(change, use)) };
  });
  return { ...plan, entries, classes: countClasses(entries) };
}

function judged(change: FieldChange, tenantUse: TenantUse): FieldChange {
  const quota = quotaOf(change);
  if (quota === undefined) return change;
  const use = useOf(tenantUse, quota, change.to as number);
  return { ...change, class: use.isUsedUp === false ? "inPlace" : "maySuspend", use };
}

function useOf(tenantUse: TenantUse, quota: QuotaName, limit: number): QuotaUse {
  if ("error" in tenantUse) return { error: tenantUse.error };
  const used = tenantUse[quota];
  return used === undefined ? {} : { used, isUsedUp: used >= limit };
}

/** A replica that is switched off may suspend too, and has no quota. */
function quotaOf({ field, class: kind }: FieldChange): QuotaName | undefined {
  return kind === "maySuspend" && field.startsWith("quota.") ? (field.slice("quota.".length) as QuotaName) : undefined;
}
