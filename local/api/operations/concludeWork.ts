import type { BranchDocument, RestoreNote, Work } from "../../store/documents";
import type { Store } from "../../store/store";

/** Writes down what the end of an operation means for what it worked on: it is ready, or what was begun is taken back. */
export function concludeWork(work: Work, isDone: boolean, store: Store, now: string): void {
  switch (work.do) {
    case "createBranch":
      if (isDone) enterState(work.branchId, "ready", store, now);
      return;
    case "restoreBranch":
      undoRestore(work.branchId, store);
      return enterState(work.branchId, "ready", store, now);
    case "archive":
    case "unarchive":
      if (isDone) enterState(work.branchId, work.do === "archive" ? "archived" : "ready", store, now);
      return;
    case "createSnapshot":
      return concludeSnapshot(work.snapshotId, isDone, store);
    default:
      return;
  }
}

/** Once the data of a branch is there, where it came from does not matter any more. */
function enterState(branchId: string, state: BranchDocument["state"], store: Store, now: string): void {
  const branch = store.get("branch", branchId);
  if (!branch) return;
  const { source: _source, ...rest } = branch;
  store.update("branch", branchId, { ...rest, state, state_changed_at: now, updated_at: now });
}

/** Nothing to do unless the restore failed before the data was in place. */
function undoRestore(branchId: string, store: Store): void {
  const branch = store.get("branch", branchId);
  if (!branch?.restoring) return;
  const { backup_id, ...before } = branch.restoring;
  if (backup_id !== undefined) {
    for (const child of store.list("branch", branch.project_id)) {
      if (child.parent_id === backup_id && child.id !== branchId) {
        store.update("branch", child.id, { ...child, parent_id: branchId });
      }
    }
    forgetBranch(backup_id, store);
  }
  store.update("branch", branchId, asBefore(branch, before));
}

function asBefore(branch: BranchDocument, before: Omit<RestoreNote, "backup_id">): BranchDocument {
  const { restoring: _restoring, ...rest } = branch;
  const { restore_id: _id, parent_id, parent_lsn, parent_timestamp, last_reset_at, expires_at } = before;
  return { ...rest, parent_id, parent_lsn, parent_timestamp, last_reset_at, expires_at };
}

/** The documents of a branch that has no data. */
function forgetBranch(branchId: string, store: Store): void {
  for (const kind of ["role", "removedRole", "database"] as const) store.removeAll(kind, branchId);
  store.remove("branch", branchId);
}

function concludeSnapshot(snapshotId: string, isDone: boolean, store: Store): void {
  const snapshot = store.get("snapshot", snapshotId);
  if (!snapshot) return;
  if (isDone) store.update("snapshot", snapshotId, { ...snapshot, state: "ready" });
  else store.remove("snapshot", snapshotId);
}
