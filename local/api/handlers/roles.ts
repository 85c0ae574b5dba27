import type { RoleCreateRequest } from "@neondatabase/api-client";
import type { BranchDocument, Operation, ProjectDocument, RoleDocument, Work } from "../../store/documents";
import { ApiError, conflict, unprocessable } from "../apiError";
import { bodyOf, type Call, created, type Handler, type Handlers, noContent, ok, pathOf } from "../call";
import { type ApiContext, nowText } from "../context";
import { endpointsOf, findBranch, findProject, requireReady, roleOf } from "../find";
import { newPassword } from "../ids";
import { insertRole } from "../newDocuments";
import { rememberRemovedRole } from "../operations/adoptContents";
import { requireUnlocked, schedule } from "../operations/schedule";
import { requireQuota } from "../requireQuota";
import { checkRoleName } from "../rules/names";
import { checkLimit, rolesPerBranch } from "../rules/planLimits";
import { roleView } from "../views/roleView";

/**
 * The branch that a change is for: its project must have no running operation and no quota that is used up, and its data must be
 * there.
 */
export function branchToChange(call: Call, context: ApiContext): { project: ProjectDocument; branch: BranchDocument } {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  requireUnlocked(context, project.id);
  requireReady(branch);
  requireQuota(context, project, branch.id);
  return { project, branch };
}

/** Roles and databases are changed by `apply_config`, on the branch's read-write compute where it has one. */
export function applyConfig(context: ApiContext, branch: BranchDocument, work: Work): Operation[] {
  const endpoint = endpointsOf(context, branch).find(({ type }) => type === "read_write");
  return schedule(context, branch.project_id, [
    { action: "apply_config", branchId: branch.id, endpointId: endpoint?.id, work },
  ]);
}

const createProjectBranchRole: Handler = (call, context) => {
  const { branch } = branchToChange(call, context);
  const { name, no_login } = bodyOf<RoleCreateRequest>(call).role;
  checkRoleName(name);
  if (context.store.get("role", `${branch.id}/${name}`)) throw conflict("role already exists", { role_name: name });
  checkLimit("roles", "ROLES_LIMIT_EXCEEDED", rolesPerBranch, context.store.count("role", branch.id) + 1);
  const role = insertRole(context, branch.id, name, no_login);
  const operations = applyConfig(context, branch, { do: "createRole", branchId: branch.id, role: name });
  return created({ role: roleView(role, true), operations });
};

const deleteProjectBranchRole: Handler = (call, context) => {
  const project = findProject(call, context);
  const name = pathOf(call, "role_name");
  const role = context.store.get("role", `${findBranch(call, context, project).id}/${name}`);
  if (!role) return noContent;
  const { branch } = branchToChange(call, context);
  const owned = context.store.list("database", branch.id).find((database) => database.owner_name === name);
  if (owned) {
    throw unprocessable("role owns a database and cannot be deleted", { role_name: name, database_name: owned.name });
  }
  rememberRemovedRole(role, context.store);
  const operations = applyConfig(context, branch, { do: "dropRole", branchId: branch.id, role: name });
  return ok({ role: roleView(role), operations });
};

const resetProjectBranchRolePassword: Handler = (call, context) => {
  const { branch } = branchToChange(call, context);
  const role = roleOf(context, branch, pathOf(call, "role_name"));
  if (role.no_login) throw unprocessable("role cannot log in and has no password", { role_name: role.name });
  const updated: RoleDocument = { ...role, password: newPassword(context.random), updated_at: nowText(context) };
  context.store.update("role", `${branch.id}/${role.name}`, updated);
  const operations = applyConfig(context, branch, { do: "setPassword", branchId: branch.id, role: role.name });
  return ok({ role: roleView(updated, true), operations });
};

/** The role with its password, or 412 where there is none to show. */
export function roleWithPassword(context: ApiContext, project: ProjectDocument, role: RoleDocument): RoleDocument {
  if (!project.store_passwords) throw new ApiError(412, "passwords are not stored for this project");
  if (role.no_login) throw new ApiError(412, `role has no password; role_name:"${role.name}"`);
  return role;
}

const getProjectBranchRolePassword: Handler = (call, context) => {
  const project = findProject(call, context);
  const role = roleOf(context, findBranch(call, context, project), pathOf(call, "role_name"));
  return ok({ password: roleWithPassword(context, project, role).password });
};

export const roleHandlers: Handlers = {
  createProjectBranchRole,
  deleteProjectBranchRole,
  resetProjectBranchRolePassword,
  getProjectBranchRolePassword,
  listProjectBranchRoles: (call, context) => {
    const branch = findBranch(call, context, findProject(call, context));
    return ok({ roles: context.store.list("role", branch.id).map((role) => roleView(role)) });
  },
  getProjectBranchRole: (call, context) => {
    const branch = findBranch(call, context, findProject(call, context));
    return ok({ role: roleView(roleOf(context, branch, pathOf(call, "role_name"))) });
  },
};
