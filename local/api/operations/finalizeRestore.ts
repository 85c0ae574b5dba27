import type { BranchDocument, Work } from "../../store/documents";
import type { Store } from "../../store/store";
import type { ComputeRegistry } from "../computeRegistry";
import { scheduleDueId } from "../dueIds";
import type { WorkTools } from "./adoptContents";

/**
 * Lets a branch that was restored from a snapshot take the place of the one it was restored for: its name, whether it is the default
 * or protected, its computes and its backup schedule. The other one stays under its old name with an addition.
 */
export async function finalizeRestore(
  { branchId, targetId, oldName }: Extract<Work, { do: "finalizeRestore" }>,
  store: Store,
  computes: ComputeRegistry,
  { clock }: WorkTools,
): Promise<void> {
  const branch = store.get("branch", branchId);
  if (!branch) return;
  if (branch.restore_status !== "finalized") {
    store.transaction(() => replaceTarget(branch, targetId, oldName, store, clock.now().toISOString()));
  }
  for (const endpoint of store.list("endpoint", branch.project_id)) {
    if (endpoint.branch_id === branchId) await computes.moveEndpoint(endpoint.id);
  }
}

function replaceTarget(branch: BranchDocument, targetId: string, oldName: string, store: Store, now: string): void {
  const target = store.get("branch", targetId);
  if (!target) throw new Error(`branch ${targetId}, which was to be replaced, is gone`);
  const { name, protected: isProtected, annotation } = target;
  const old: BranchDocument = { ...target, name: oldName, default: false, protected: false, updated_at: now };
  // Nothing hangs on it any more, so it may be deleted although its project began with it.
  if (!old.parent_id) old.later_root = true;
  store.update("branch", targetId, old, oldName);
  const restored: BranchDocument = {
    ...branch,
    name,
    default: target.default,
    protected: isProtected,
    ...(annotation ? { annotation } : {}),
    restore_status: "finalized",
    snapshot_restored_at: now,
    updated_at: now,
  };
  store.update("branch", branch.id, restored, name);
  for (const endpoint of store.list("endpoint", branch.project_id)) {
    if (endpoint.branch_id !== targetId) continue;
    store.update("endpoint", endpoint.id, { ...endpoint, branch_id: branch.id, updated_at: now });
  }
  moveSchedule(targetId, branch.id, store);
}

function moveSchedule(fromId: string, toId: string, store: Store): void {
  const schedule = store.get("snapshotSchedule", fromId);
  if (!schedule) return;
  store.remove("snapshotSchedule", fromId);
  store.insert("snapshotSchedule", toId, schedule.project_id, { ...schedule, branch_id: toId });
  for (const due of store.all("due")) {
    if (!("schedule" in due.what) || due.what.branchId !== fromId) continue;
    const id = scheduleDueId(toId, due.what.schedule);
    store.remove("due", due.id);
    store.insert("due", id, "", { ...due, id, what: { ...due.what, branchId: toId } });
  }
}
