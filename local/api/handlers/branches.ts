import type { BranchUpdateRequest } from "@neondatabase/api-client";
import type { BranchDocument, Plain } from "../../store/documents";
import { notFound, unprocessable } from "../apiError";
import { bodyOf, type Handler, type Handlers, noContent, ok, pathOf, queryOf } from "../call";
import { nowText } from "../context";
import { branchesOf, findBranch, findProject, maybeBranch, requireReady } from "../find";
import { requireUnlocked, schedule, unarchiveStep } from "../operations/schedule";
import { checkMayExpire, expiryOf, setExpiry } from "../rules/expiry";
import { annotationView, branchView } from "../views/branchView";
import { type BranchSort, branchPage } from "./branchPage";
import { checkBranchName, checkProtectedCount, createProjectBranch } from "./createBranch";
import { checkDeletable, removeBranch } from "./removeBranch";
import { restoreProjectBranch } from "./restoreBranch";

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
  if (input.name !== undefined && input.name !== branch.name) checkBranchName(context, project.id, input.name);
  if (input.protected && !branch.protected) checkProtectedCount(context, project);
  if (input.protected && branch.state === "archived") {
    throw unprocessable("archived branch cannot be protected", { branch_id: branch.id });
  }
  const updated: BranchDocument = {
    ...branch,
    name: input.name ?? branch.name,
    protected: input.protected ?? branch.protected,
    updated_at: nowText(context),
    ...(input.expires_at === null ? { expires_at: undefined, ttl_interval_seconds: undefined } : {}),
    ...(input.expires_at ? expiryOf(context, input.expires_at) : {}),
  };
  checkMayExpire(context, updated);
  context.store.update("branch", branch.id, updated, updated.name);
  setExpiry(context, updated);
  return ok({ branch: branchView(updated, context), operations: [] });
};

const setDefaultProjectBranch: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  requireUnlocked(context, project.id);
  requireReady(branch);
  checkMayExpire(context, { ...branch, default: true });
  const now = nowText(context);
  for (const other of branchesOf(context, project.id)) {
    const isDefault = other.id === branch.id;
    if (other.default === isDefault) continue;
    context.store.update("branch", other.id, { ...other, default: isDefault, updated_at: now });
  }
  const operations = schedule(context, project.id, branch.state === "archived" ? [unarchiveStep(branch.id)] : []);
  return ok({ branch: branchView(findBranch(call, context, project), context), operations });
};

/** Deleted branches cannot be recovered (below), so `hard_delete` makes no difference. */
const deleteProjectBranch: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = maybeBranch(context, project, pathOf(call, "branch_id"));
  if (!branch) return noContent;
  requireUnlocked(context, project.id);
  checkDeletable(context, branch);
  return ok({ branch: branchView(branch, context), operations: removeBranch(context, project, branch) });
};

/**
 * As for an account without the preview feature of recovering branches, which Neon took out of its later documents: no deleted branch
 * is there to be recovered.
 */
const recoverProjectBranch: Handler = (call, context) => {
  const project = findProject(call, context);
  const id = pathOf(call, "branch_id");
  if (maybeBranch(context, project, id)) throw unprocessable("branch is not deleted", { branch_id: id });
  throw notFound("branch not found", { branch_id: id });
};

export const branchHandlers: Handlers = {
  createProjectBranch,
  listProjectBranches,
  getProjectBranch,
  updateProjectBranch,
  setDefaultProjectBranch,
  restoreProjectBranch,
  deleteProjectBranch,
  recoverProjectBranch,
  countProjectBranches: (call, context) => {
    const all = branchesOf(context, findProject(call, context).id);
    return ok({ count: search(all, queryOf<string>(call, "search")).length });
  },
};
