import type { BranchDocument, ProjectDocument } from "../store/documents";
import type { Amounts } from "../store/usageDocuments";
import { readHistory } from "./history";
import { periodOf } from "./period";
import type { Usage } from "./usage";

/** Counters of a billing period as Neon names them, in whole seconds and bytes. */
function counters(used: Amounts) {
  const computeSeconds = Math.floor(used.computeMs / 1000);
  return {
    active_time_seconds: Math.floor(used.activeMs / 1000),
    compute_time_seconds: computeSeconds,
    cpu_used_sec: computeSeconds,
    written_data_bytes: used.writtenBytes,
    data_transfer_bytes: used.transferredBytes,
  };
}

/** A project's counters of the present billing period, with the lag that quotas have too. */
export function projectCounters(usage: Usage, project: ProjectDocument) {
  return counters(usage.quotas.noticed(project).used);
}

/**
 * The project's storage of the present billing period in byte-hours, as it is billed: root and child branches and the WAL that is kept
 * for restores. Snapshots are not in it.
 */
export function storageByteHours(usage: Usage, project: ProjectDocument): number {
  const nowMs = usage.nowMs();
  const { startMs } = periodOf(nowMs, usage.rules.periodAnchorDay);
  const { figures } = readHistory(usage, project, nowMs);
  const { rootByteHours, childByteHours, historyByteHours } = figures({ fromMs: startMs, toMs: nowMs });
  return Math.floor(rootByteHours + childByteHours + historyByteHours);
}

/** Bytes that the project's branches store now, without the WAL that is kept for restores. */
export function storedBytes(usage: Usage, projectId: string): number {
  return usage.meter.branchesOf(projectId).reduce((total, { stored }) => total + stored.root + stored.child, 0);
}

/** The branch's counters of the present billing period; its logical size if its Postgres was ever asked. */
export function branchCounters(usage: Usage, branch: BranchDocument) {
  const nowMs = usage.nowMs();
  usage.meter.countUntil(nowMs, branch.project_id);
  const { used, logicalSizeBytes } = usage.meter.branch(branch.id, branch.project_id, nowMs);
  return {
    ...counters(used),
    ...(logicalSizeBytes === undefined ? {} : { logical_size: logicalSizeBytes }),
  };
}
