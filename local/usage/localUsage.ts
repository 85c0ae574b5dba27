import { badRequest, notFound } from "../api/apiError";
import type { BranchDocument } from "../store/documents";
import type { Store } from "../store/store";
import type { Usage } from "./usage";

/** What is added to the counters of a project by hand. */
export interface UsageToAdd {
  project_id: string;
  /** Default: the project's default branch. */
  branch_id?: string;
  active_time_seconds?: number;
  /** Seconds times CU. */
  compute_time_seconds?: number;
  written_data_bytes?: number;
  data_transfer_bytes?: number;
  /** Replaces the branch's logical size, until its Postgres is asked again: about once a second while it is awake. */
  logical_size_bytes?: number;
}

/** Usage that nobody caused; also at `POST /_local/usage`. */
export interface LocalUsage {
  /**
   * Adds to a project's counters, in the present hour. It is billed, shown and held against the project's quotas like real usage, so
   * that a test can have a tenant at 80 % of its quota. Resolves when computes that have to be suspended for it sleep.
   */
  add(usage: UsageToAdd): Promise<void>;
}

export const addableAmounts = [
  "active_time_seconds",
  "compute_time_seconds",
  "written_data_bytes",
  "data_transfer_bytes",
  "logical_size_bytes",
] as const;

/** The most that is added at once: sums of it stay exact. */
const most = 1e15;

export function localUsage(usage: Usage, store: Store): LocalUsage {
  return {
    async add(added) {
      for (const name of addableAmounts) checkAmount(name, added[name]);
      const branch = branchFor(store, added);
      const seconds = (value: number | undefined) => (value === undefined ? 0 : value * 1000);
      await usage.add({
        projectId: branch.project_id,
        branchId: branch.id,
        used: {
          activeMs: seconds(added.active_time_seconds),
          computeMs: seconds(added.compute_time_seconds),
          writtenBytes: added.written_data_bytes ?? 0,
          transferredBytes: added.data_transfer_bytes ?? 0,
        },
        logicalSizeBytes: added.logical_size_bytes,
      });
    },
  };
}

function checkAmount(name: string, value: unknown): void {
  if (value === undefined) return;
  const isBytes = name.endsWith("_bytes");
  const fits = typeof value === "number" && value >= 0 && value <= most && (!isBytes || Number.isInteger(value));
  if (!fits) throw badRequest(`${name} must be a number of ${isBytes ? "bytes" : "seconds"} from 0 to ${most}`);
}

function branchFor(store: Store, { project_id, branch_id }: UsageToAdd): BranchDocument {
  if (!store.get("project", String(project_id)))
    throw notFound("project not found", { project_id: String(project_id) });
  const branch = store
    .list("branch", project_id)
    .find((candidate) => (branch_id === undefined ? candidate.default : candidate.id === branch_id));
  if (!branch) throw notFound("branch not found", { branch_id: String(branch_id) });
  return branch;
}
