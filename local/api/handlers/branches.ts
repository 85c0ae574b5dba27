import type { BranchUpdateRequest } from "@neondatabase/api-client";
import type { BranchDocument, Plain, ProjectDocument } from "../../store/documents";
import { notBuilt, unprocessable } from "../apiError";
import { bodyOf, type Handler, type Handlers, noContent, ok, queryOf } from "../call";
import { type ApiContext, nowText } from "../context";
import { branchesOf, endpointsOf, findBranch, findProject, maybeBranch } from "../find";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { annotationView, branchView } from "../views/branchView";
import { type BranchSort, branchPage } from "./branchPage";
import { checkBranchName, checkProtectedCount, createProjectBranch } from "./createBranch";

const search = (branches: BranchDocument[], text = "") => {
  const part = text.toLowerCase();
  return branches.filter(({ id, name }) => name.toLowerCase().includes(part) || id.includes(part));
};

const listProjectBranches: Handler = (call, context) => {
  const project = findProject(call, context);
  const sort: BranchSort = {
    by: queryOf<BranchSort["by"]>(call, "sort_by") ?? "updated_at",
    order: queryOf<BranchSort["order"]>(call, "sort_order") ?? "desc",
  };
  const all = search(branchesOf(context, project.id), queryOf<string>(call, "search"));
  const page = branchPage(all, sort, queryOf<string>(call, "cursor"), queryOf<number>(call, "limit"));
  const annotated = page.branches.filter((branch) => branch.annotation);
  return ok({
    branches: page.branches.map((branch) => branchView(branch, context)),
    annotations: Object.fromEntries(annotated.map((branch) => [branch.id, annotationView(branch)])),
    pagination: { ...(page.next ? { next: page.next } : {}), sort_by: sort.by, sort_order: sort.order.toUpperCase() },
  });
};

const getProjectBranch: Handler = (call, context) => {
  const branch = findBranch(call, context, findProject(call, context));
  return ok({ branch: branchView(branch, context), annotation: annotationView(branch) });
};

const updateProjectBranch: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  const input = bodyOf<Plain<BranchUpdateRequest>>(call).branch;
  requireUnlocked(context, project.id);
  // Nothing expires here, so that there is nothing to take back either.
  if (input.expires_at) throw notBuilt("updateProjectBranch with expires_at");
  if (input.name !== undefined && input.name !== branch.name) checkBranchName(context, project.id, input.name);
  if (input.protected && !branch.protected) checkProtectedCount(context, project);
  const updated: BranchDocument = {
    ...branch,
    name: input.name ?? branch.name,
    protected: input.protected ?? branch.protected,
    updated_at: nowText(context),
  };
  context.store.update("branch", branch.id, updated, updated.name);
  return ok({ branch: branchView(updated, context), operations: [] });
};

const setDefaultProjectBranch: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  requireUnlocked(context, project.id);
  const now = nowText(context);
  for (const other of branchesOf(context, project.id)) {
    const isDefault = other.id === branch.id;
    if (other.default === isDefault) continue;
    context.store.update("branch", other.id, { ...other, default: isDefault, updated_at: now });
  }
  return ok({ branch: branchView(findBranch(call, context, project), context), operations: [] });
};

const deleteProjectBranch: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = maybeBranch(context, project, call.path["branch_id"] ?? "");
  if (!branch) return noContent;
  requireUnlocked(context, project.id);
  checkDeletable(context, branch);
  return ok({ branch: branchView(branch, context), operations: removeBranch(context, project, branch) });
};

function checkDeletable(context: ApiContext, branch: BranchDocument): void {
  const detail = { branch_id: branch.id };
  if (branch.default) throw unprocessable("default branch cannot be deleted", detail);
  if (!branch.parent_id) throw unprocessable("root branch cannot be deleted", detail);
  if (branch.protected) throw unprocessable("protected branch cannot be deleted", detail);
  if (branchesOf(context, branch.project_id).some((other) => other.parent_id === branch.id)) {
    throw unprocessable("branch has children, delete them first", detail);
  }
}

/** Rows go now; the last operation removes listeners and files, and after a kill the note in the store does. */
function removeBranch(context: ApiContext, project: ProjectDocument, branch: BranchDocument) {
  const { store } = context;
  const endpoints = endpointsOf(context, branch);
  const cleanupId = `branch ${branch.id}`;
  store.insert("cleanup", cleanupId, "", {
    id: cleanupId,
    endpointIds: endpoints.map(({ id }) => id),
    branches: [
      { branchId: branch.id, projectId: project.id, pgVersion: project.pg_version, parentId: branch.parent_id },
    ],
  });
  store.removeAll("role", branch.id);
  store.removeAll("database", branch.id);
  for (const { id } of endpoints) store.remove("endpoint", id);
  store.remove("branch", branch.id);
  const suspends = endpoints.map(({ id }): Step => ({
    action: "suspend_compute",
    branchId: branch.id,
    endpointId: id,
  }));
  const work = { do: "cleanup", cleanupId } as const;
  return schedule(context, project.id, [...suspends, { action: "delete_timeline", branchId: branch.id, work }]);
}

export const branchHandlers: Handlers = {
  createProjectBranch,
  listProjectBranches,
  getProjectBranch,
  updateProjectBranch,
  setDefaultProjectBranch,
  deleteProjectBranch,
  countProjectBranches: (call, context) => {
    const all = branchesOf(context, findProject(call, context).id);
    return ok({ count: search(all, queryOf<string>(call, "search")).length });
  },
};
