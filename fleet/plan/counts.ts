import type { ChangeClass, PlanAction, PlanEntry } from "./plan";

/** Tenants by action. */
export function countActions(entries: readonly PlanEntry[]): Record<PlanAction, number> {
  const counts = { create: 0, update: 0, unchanged: 0, refused: 0, unlisted: 0, departed: 0 };
  for (const entry of entries) counts[entry.action]++;
  return counts;
}

/** Field changes by class. */
export function countClasses(entries: readonly PlanEntry[]): Record<ChangeClass, number> {
  const counts = { inPlace: 0, restartsCompute: 0, reducesProtection: 0, maySuspend: 0, refused: 0 };
  for (const change of entries.flatMap((entry) => entry.changes)) counts[change.class]++;
  return counts;
}
