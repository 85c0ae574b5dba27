import type { BranchDocument, EndpointDocument, ProjectDocument } from "../../store/documents";
import { administeredProject, findRecoverable, requireAdmin } from "../access";
import { unprocessable } from "../apiError";
import { type Handler, ok, pathOf } from "../call";
import { childrenFirst } from "../childrenFirst";
import { type ApiContext, nowText } from "../context";
import { branchesOf, organizationOf } from "../find";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { setExpiry } from "../rules/expiry";
import { checkProjectCount } from "../rules/projectCount";
import { setSchedule } from "../snapshotSchedules";
import { branchView } from "../views/branchView";
import { projectView } from "../views/projectView";

/** How long a deleted project can be recovered. */
const recoveryMs = 7 * 86_400_000;

const dueId = (projectId: string) => `project ${projectId}`;

/** `deleteProject`: its endpoints are gone at once; everything else stays as it is until nobody can recover it any more. */
export const deleteProject: Handler = (call, context) => {
  const project = administeredProject(call, context);
  requireUnlocked(context, project.id);
  const { store } = context;
  const branches = branchesOf(context, project.id);
  const protectedBranch = branches.find((branch) => branch.protected);
  if (protectedBranch) {
    throw unprocessable("project with protected branches cannot be deleted", { branch_id: protectedBranch.id });
  }
  // The project is taken away first: the operations below are nobody's to see.
  const endpoints = store.list("endpoint", project.id);
  for (const { id } of branches) store.changeKind("branch", "deletedBranch", id);
  for (const { id } of endpoints) store.changeKind("endpoint", "deletedEndpoint", id);
  if (context.accessRules.projectDeletion === "permanent") {
    store.changeKind("project", "recoverableProject", project.id);
    purgeProject(context, project.id);
    return ok({ project: projectView(project) });
  }
  const deletedAt = context.clock.now();
  const recoverableUntil = new Date(deletedAt.getTime() + recoveryMs);
  store.changeKind("project", "recoverableProject", project.id);
  store.update("recoverableProject", project.id, {
    ...project,
    deleted_at: deletedAt.toISOString(),
    recoverable_until: recoverableUntil.toISOString(),
  });
  context.timetable.set(dueId(project.id), recoverableUntil, { expires: "project", projectId: project.id });
  schedule(context, project.id, endpoints.map(stepToClose));
  return ok({ project: projectView(project) });
};

const stepToClose = ({ id, branch_id }: EndpointDocument): Step => ({
  action: "suspend_compute",
  branchId: branch_id,
  endpointId: id,
  work: { do: "closeEndpoint", endpointId: id },
});

const stepToOpen = ({ id, branch_id }: EndpointDocument): Step => ({
  action: "start_compute",
  branchId: branch_id,
  endpointId: id,
  work: { do: "openEndpoint", endpointId: id },
});

/** `recoverProject`: its operations wait for those of the deletion. */
export const recoverProject: Handler = (call, context) => {
  const { store } = context;
  const id = pathOf(call, "project_id");
  if (store.get("project", id)) {
    const { id: existing } = administeredProject(call, context);
    throw unprocessable("project is not deleted", { project_id: existing });
  }
  const { deleted_at: _at, recoverable_until: _until, ...former } = findRecoverable(call, context, id);
  requireAdmin(call.caller, former.org_id);
  checkProjectCount(context, organizationOf(context, former), { isRecovered: true });
  const project: ProjectDocument = { ...former, updated_at: nowText(context) };
  store.changeKind("recoverableProject", "project", id);
  store.update("project", id, project);
  const branches = store.list("deletedBranch", id);
  const endpoints = store.list("deletedEndpoint", id);
  for (const branch of branches) store.changeKind("deletedBranch", "branch", branch.id);
  for (const endpoint of endpoints) store.changeKind("deletedEndpoint", "endpoint", endpoint.id);
  context.timetable.remove(dueId(id));
  for (const branch of branches) resumeTimetable(context, branch);
  schedule(context, id, endpoints.map(stepToOpen));
  return ok({ project: projectView(project), branches: branches.map((branch) => branchView(branch, context)) });
};

/** What came due of a branch meanwhile had nothing to act on. */
function resumeTimetable(context: ApiContext, branch: BranchDocument): void {
  setExpiry(context, branch);
  const schedule = context.store.get("snapshotSchedule", branch.id);
  if (schedule) setSchedule(context, branch, schedule.items);
}

/** Removes a deleted project for good, inside a transaction: rows go at once, files after it and, after a kill, at the next start. */
export function purgeProject({ store, runner }: ApiContext, projectId: string): void {
  const project = store.get("recoverableProject", projectId);
  if (!project) return;
  const branches = store.list("deletedBranch", projectId);
  const cleanupId = `project ${projectId}`;
  store.insert("cleanup", cleanupId, "", {
    id: cleanupId,
    endpointIds: store.list("deletedEndpoint", projectId).map(({ id }) => id),
    branches: childrenFirst(branches).map((branch) => ({
      branchId: branch.id,
      projectId,
      pgVersion: project.pg_version,
      parentId: branch.parent_id,
    })),
    snapshotIds: store.list("snapshot", projectId).map(({ id }) => id),
  });
  for (const branch of branches) {
    for (const kind of ["role", "removedRole", "database"] as const) store.removeAll(kind, branch.id);
  }
  for (const kind of ownedKinds) store.removeAll(kind, projectId);
  store.changeKind("recoverableProject", "deletedProject", projectId);
  runner.wakeCleanup(cleanupId);
}

/** Kinds of documents whose parent is the project. */
const ownedKinds = [
  "deletedBranch",
  "deletedEndpoint",
  "operation",
  "snapshot",
  "snapshotSchedule",
  "permission",
  "jwks",
  "transferRequest",
  "projectVpcEndpoint",
] as const;
