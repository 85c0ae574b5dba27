import type { CompleteProjectSettings } from "../store/documents";
import type { Amounts } from "../store/usageDocuments";

export type Quota = CompleteProjectSettings["quota"];

/** A quota that is used up. */
export interface Exceeded {
  quota: keyof Quota;
  /** As the control plane calls it. */
  code: string;
  /** What a client that wants to connect gets to read. */
  text: string;
}

const exceeded = (quota: keyof Quota, name: string, subject = "Your project"): Exceeded => ({
  quota,
  code: `${name.replace(" ", "_").toUpperCase()}_QUOTA_EXCEEDED`,
  text: `${subject} has exceeded the ${name} quota. Upgrade your plan to increase limits.`,
});

const kinds = {
  active: exceeded("active_time_seconds", "active time"),
  compute: exceeded("compute_time_seconds", "compute time", "Your account or project"),
  written: exceeded("written_data_bytes", "written data"),
  transferred: exceeded("data_transfer_bytes", "data transfer"),
  size: exceeded("logical_size_bytes", "logical size"),
};

/** A quota of 0 is none. One that is used to the last second or byte is used up. */
const isUsedUp = (quota: number, used: number) => quota > 0 && used >= quota;

/** The first of the quotas of a billing period that is used up, if any. */
export function exceededBy(used: Amounts, quota: Quota): Exceeded | undefined {
  if (isUsedUp(quota.active_time_seconds, used.activeMs / 1000)) return kinds.active;
  if (isUsedUp(quota.compute_time_seconds, used.computeMs / 1000)) return kinds.compute;
  if (isUsedUp(quota.written_data_bytes, used.writtenBytes)) return kinds.written;
  if (isUsedUp(quota.data_transfer_bytes, used.transferredBytes)) return kinds.transferred;
  return undefined;
}

/** The quota of one branch, which knows no period: a branch may be as large as it, not larger. */
export function exceededBySize(logicalSizeBytes: number, quota: Quota): Exceeded | undefined {
  return quota.logical_size_bytes > 0 && logicalSizeBytes > quota.logical_size_bytes ? kinds.size : undefined;
}

/** Milliseconds until time alone uses up a quota, with computes of these sizes running. */
export function msUntilExceeded(used: Amounts, quota: Quota, sizes: readonly number[]): number {
  const cu = sizes.reduce((total, size) => total + size, 0);
  const left = (limitSeconds: number, usedMs: number, rate: number) =>
    limitSeconds > 0 && rate > 0 ? Math.max(0, limitSeconds * 1000 - usedMs) / rate : Infinity;
  return Math.ceil(
    Math.min(
      left(quota.active_time_seconds, used.activeMs, sizes.length),
      left(quota.compute_time_seconds, used.computeMs, cu),
    ),
  );
}

export const hasQuota = (quota: Quota): boolean => Object.values(quota).some((limit) => limit > 0);
