import type { PlanEntry } from "../plan";
import type { TenantOutcome } from "./events";

/** The outcome of an entry that nothing was run for. */
export function outcomeOf(entry: PlanEntry, state: TenantOutcome["state"]): TenantOutcome {
  const refusal = entry.refusals[0];
  const error = refusal && { code: refusal.code, message: `${refusal.reason}. ${refusal.wayOut}` };
  const { tenant, spec, projectId } = entry;
  return { tenant, state, plan: spec?.plan, region: spec?.region, projectId, seconds: 0, changes: {}, error };
}

/** True for an entry that the engine has to be run for. */
export function isWork({ action }: PlanEntry): boolean {
  return action === "create" || action === "update";
}

/** The state of an entry that an apply leaves alone; one that it did not come to is skipped. */
export function settledState(entry: PlanEntry): TenantOutcome["state"] {
  return entry.action === "create" || entry.action === "update" ? "skipped" : entry.action;
}

/** The outcome of an entry that the engine ended well, from its resource counts. */
export function createdOutcome(entry: PlanEntry, changes: Record<string, number>): TenantOutcome {
  const state = entry.action === "create" ? "created" : changed(changes) ? "updated" : "unchanged";
  return { ...outcomeOf(entry, state), changes };
}

function changed(changes: Record<string, number>): boolean {
  return Object.entries(changes).some(([kind, count]) => kind !== "same" && count > 0);
}
