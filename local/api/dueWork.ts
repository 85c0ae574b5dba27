import type { BranchDocument, DueDocument } from "../store/documents";
import type { ApiContext } from "./context";
import { purgeProject } from "./handlers/deleteProject";
import { checkDeletable, removeBranch } from "./handlers/removeBranch";
import { setExpiry } from "./rules/expiry";
import { removeSnapshot } from "./snapshots";
import { performSchedule } from "./snapshotSchedules";

/** Things of a deleted project wait, in case that it is recovered; that long, in milliseconds, at a time. */
const deletedProjectWaitMs = 3_600_000;

/** From now on branches and snapshots expire and backup schedules are kept. */
export function startTimetable(context: ApiContext): void {
  const { store, timetable } = context;
  // A server may have died between the time of an expiry and a moment at which its project was idle.
  store.transaction(() => {
    for (const branch of store.all("branch")) if (branch.expires_at) setExpiry(context, branch);
  });
  timetable.start((due) => performDue(context, due));
}

function performDue(context: ApiContext, due: DueDocument): void {
  const { what } = due;
  const { store } = context;
  if ("schedule" in what) {
    if (mustWait(context, due, store.get("branch", what.branchId))) return;
    return performSchedule(context, what.branchId, what.schedule, new Date(due.at));
  }
  if (what.expires === "project") return purgeProject(context, what.projectId);
  if (what.expires === "snapshot") {
    const snapshot = store.get("snapshot", what.snapshotId);
    if (snapshot && !mustWait(context, due, snapshot)) removeSnapshot(context, snapshot);
    return;
  }
  const branch = store.get("branch", what.branchId);
  if (!branch?.expires_at || mustWait(context, due, branch)) return;
  if (store.count("pending", branch.project_id) === 0) return expireBranch(context, branch.id);
  context.runner.whenIdle(branch.project_id, () => expireBranch(context, branch.id));
}

/** Whether its project is deleted for now: then it is due once more later. */
function mustWait({ store, clock, timetable }: ApiContext, due: DueDocument, of?: { project_id: string }): boolean {
  if (!of || store.get("project", of.project_id)) return false;
  timetable.set(due.id, new Date(clock.now().getTime() + deletedProjectWaitMs), due.what);
  return true;
}

/** Its expiry may have been put off or taken back meanwhile. */
function expireBranch(context: ApiContext, branchId: string): void {
  const branch = context.store.get("branch", branchId);
  const project = branch && context.store.get("project", branch.project_id);
  if (!branch?.expires_at || !project) return;
  if (Date.parse(branch.expires_at) > context.clock.now().getTime()) return setExpiry(context, branch);
  if (isDeletable(context, branch)) removeBranch(context, project, branch);
}

/** Always, by the rules of expiring branches; what stands against it all the same is not overruled. */
function isDeletable(context: ApiContext, branch: BranchDocument): boolean {
  try {
    checkDeletable(context, branch);
    return true;
  } catch {
    return false;
  }
}
