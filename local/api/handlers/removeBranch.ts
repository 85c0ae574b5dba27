import type { BranchDocument, Operation, ProjectDocument } from "../../store/documents";
import { ApiError, withDetail } from "../apiError";
import type { ApiContext } from "../context";
import { branchExpiryId } from "../dueIds";
import { branchesOf, endpointsOf } from "../find";
import { schedule, type Step } from "../operations/schedule";
import { removeSchedule } from "../snapshotSchedules";

/** Refuses what Neon does not delete: the default branch, the one the project began with, a protected one, one with children. */
export function checkDeletable(context: ApiContext, branch: BranchDocument): void {
  const refuse = (sentence: string) => {
    const message = withDetail(sentence, { branch_id: branch.id });
    return new ApiError(context.branchRules.deleteRefusedStatus, message);
  };
  if (branch.default) throw refuse("default branch cannot be deleted");
  if (!branch.parent_id && !branch.later_root) throw refuse("root branch cannot be deleted");
  if (branch.protected) throw refuse("protected branch cannot be deleted");
  if (branchesOf(context, branch.project_id).some((other) => other.parent_id === branch.id)) {
    throw refuse("branch has children, delete them first");
  }
}

/** Rows go now; the last operation removes listeners and files, and after a kill the note in the store does. Snapshots stay. */
export function removeBranch(context: ApiContext, project: ProjectDocument, branch: BranchDocument): Operation[] {
  const { store, timetable } = context;
  const endpoints = endpointsOf(context, branch);
  const cleanupId = `branch ${branch.id}`;
  store.insert("cleanup", cleanupId, "", {
    id: cleanupId,
    endpointIds: endpoints.map(({ id }) => id),
    branches: [
      { branchId: branch.id, projectId: project.id, pgVersion: project.pg_version, parentId: branch.parent_id },
    ],
  });
  for (const kind of ["role", "removedRole", "database"] as const) store.removeAll(kind, branch.id);
  for (const { id } of endpoints) store.remove("endpoint", id);
  timetable.remove(branchExpiryId(branch.id));
  removeSchedule(context, branch.id);
  store.remove("branch", branch.id);
  const suspends = endpoints.map(({ id }): Step => ({
    action: "suspend_compute",
    branchId: branch.id,
    endpointId: id,
  }));
  const work = { do: "cleanup", cleanupId } as const;
  return schedule(context, project.id, [...suspends, { action: "delete_timeline", branchId: branch.id, work }]);
}
