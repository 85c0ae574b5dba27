import type { OpenFleet } from "../openFleet";
import type { PlanAction } from "../plan";
import { isWork } from "../run/outcomes";
import { planTenants, type PlanOptions } from "./planTenants";

export interface TenantRow {
  tenant: string;
  plan?: string;
  region?: string;
  projectId?: string;
  /** `ready`, or what `apply` would have to do about it. */
  state: "ready" | "new" | "changed" | "failed" | "refused" | "unlisted" | "departed";
  /** ISO 8601; of the last successful apply. */
  appliedAt?: string;
}

const states: Record<PlanAction, TenantRow["state"]> = {
  create: "new",
  update: "changed",
  unchanged: "ready",
  refused: "refused",
  unlisted: "unlisted",
  departed: "departed",
};

/** Every tenant of the file and every known one that is no longer in it. Reads files only. */
export function listTenants(open: OpenFleet, options: PlanOptions = {}): TenantRow[] {
  const plan = planTenants(open, { ...options, allowUnlisted: true });
  return plan.entries.map((entry) => {
    const { tenant, spec, projectId, action } = entry;
    const record = open.ledger.get(tenant);
    const failed = record?.status === "failed" && isWork(entry);
    return {
      tenant,
      plan: spec?.plan ?? record?.spec?.plan,
      region: spec?.region ?? record?.spec?.region,
      projectId,
      state: failed ? "failed" : states[action],
      appliedAt: record?.status === "applied" || record?.status === "waiting" ? record.at : undefined,
    };
  });
}
