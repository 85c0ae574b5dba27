import type { LearnedTenant } from "../observe";
import type { OpenFleet } from "../openFleet";
import type { Plan } from "../plan";
import { applyTenant, followTenant, type RunShared, type WorkEntry } from "./applyTenant";
import type { TenantOutcome } from "./events";
import { failureOf } from "./failureOf";
import { outcomeOf } from "./outcomes";
import { type Running, settled } from "./runFleet";
import { isYoung } from "./youngProject";

/**
 * Tenants that are applied as they should be and may not be ready: the run that made them ended before Neon did. Known from the ledger, and
 * without it from the age of the project in the state. The value is since when, in milliseconds.
 */
export function unreadyTenants(open: OpenFleet, plan: Plan, learned: readonly LearnedTenant[]): Map<string, number> {
  const young = new Map(
    learned.filter((known) => isYoung(known.madeAtMs)).map((known) => [known.tenant, known.madeAtMs ?? 0]),
  );
  const unready = new Map<string, number>();
  for (const { tenant, action } of plan.entries) {
    const record = open.ledger.get(tenant);
    const since = record?.status === "waiting" ? Date.parse(record.at) : young.get(tenant);
    if (action === "unchanged" && since !== undefined) unready.set(tenant, since);
  }
  return unready;
}

/** Follows a tenant that was applied before; one whose operations failed is marked in its state and healed by an `up` at once. */
export async function settleUnready(
  entry: WorkEntry,
  since: number,
  shared: RunShared,
): Promise<Running<TenantOutcome>> {
  const projectId = entry.projectId ?? shared.open.ledger.get(entry.tenant)?.projectId;
  if (projectId === undefined) return settled(outcomeOf(entry, "unchanged"));
  const note = (text: string) =>
    shared.emit({ type: "note", tenant: entry.tenant, note: text, at: new Date().toISOString() });
  try {
    await followTenant(entry, { api: shared.apiOf(entry.spec), projectId, since }, shared);
    return settled(outcomeOf(entry, "unchanged"));
  } catch (error) {
    note(`its last run was cut off and it is not ready: ${failureOf(error).message}`);
    return applyTenant({ ...entry, action: "update" }, shared);
  }
}
