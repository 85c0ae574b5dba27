import type { Store } from "../store/store";
import type { UsageBranchDocument, UsageHourDocument, UsageProjectDocument } from "../store/usageDocuments";

export const usageOfProject = (store: Store, projectId: string): UsageProjectDocument | undefined =>
  store.get("usageProject", projectId);

export const usageOfBranch = (store: Store, branchId: string): UsageBranchDocument | undefined =>
  store.get("usageBranch", branchId);

/** The calendar month of a moment, in UTC: `2026-11`. */
export const monthText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 7);

/** Hours are kept by project and calendar month, so that a range of time is read without the rest. */
export const usageMonth = (projectId: string, hourMs: number): string => `${projectId} ${monthText(hourMs)}`;

/** The hours of the calendar months that a range of time touches. */
export function usageHours(store: Store, projectId: string, fromMs: number, toMs: number): UsageHourDocument[] {
  const hours: UsageHourDocument[] = [];
  const from = new Date(fromMs);
  let monthMs = Date.UTC(from.getUTCFullYear(), from.getUTCMonth());
  while (monthMs < toMs) {
    hours.push(...store.list("usageHour", usageMonth(projectId, monthMs)));
    const month = new Date(monthMs);
    monthMs = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1);
  }
  return hours;
}
