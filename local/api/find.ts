import type {
  BranchDocument,
  DatabaseDocument,
  EndpointDocument,
  ProjectDocument,
  RoleDocument,
} from "../store/documents";
import { canReach } from "./reach";
import { notFound, unprocessable } from "./apiError";
import { type Call, pathOf } from "./call";
import type { Caller, LocalOrganization } from "./callers";
import type { ApiContext } from "./context";

/** The project of the path, if it exists and the caller may reach it; otherwise 404 without telling which. */
export function findProject(call: Call, context: ApiContext): ProjectDocument {
  const id = pathOf(call, "project_id");
  const project = context.store.get("project", id);
  if (!project || !canReach(context, call.caller, project)) throw notFound("project not found", { project_id: id });
  return project;
}

export function findBranch(call: Call, context: ApiContext, project: ProjectDocument): BranchDocument {
  return branchOf(context, project, pathOf(call, "branch_id"));
}

export function branchOf(context: ApiContext, project: ProjectDocument, branchId: string): BranchDocument {
  const branch = maybeBranch(context, project, branchId);
  if (!branch) throw notFound("branch not found", { branch_id: branchId });
  return branch;
}

/** For deletes, which answer 204 when there is nothing to delete. */
export function maybeBranch(context: ApiContext, project: ProjectDocument, id: string): BranchDocument | undefined {
  const branch = context.store.get("branch", id);
  return branch?.project_id === project.id ? branch : undefined;
}

/** Refuses a branch whose data is not there yet; an archived one comes back when it is used. */
export function requireReady({ id, state }: BranchDocument): void {
  if (state !== "ready" && state !== "archived") throw unprocessable("branch not ready yet", { branch_id: id });
}

export function endpointOf(context: ApiContext, project: ProjectDocument, endpointId: string): EndpointDocument {
  const endpoint = maybeEndpoint(context, project, endpointId);
  if (!endpoint) throw notFound("endpoint not found", { endpoint_id: endpointId });
  return endpoint;
}

export function maybeEndpoint(context: ApiContext, project: ProjectDocument, id: string): EndpointDocument | undefined {
  const endpoint = context.store.get("endpoint", id);
  return endpoint?.project_id === project.id ? endpoint : undefined;
}

export function roleOf(context: ApiContext, branch: BranchDocument, name: string): RoleDocument {
  const role = context.store.get("role", `${branch.id}/${name}`);
  if (!role) throw notFound("role not found for branch", { role_name: name, branch_id: branch.id });
  return role;
}

export function databaseOf(context: ApiContext, branch: BranchDocument, name: string): DatabaseDocument {
  const database = context.store.get("database", `${branch.id}/${name}`);
  if (!database) throw notFound("database not found for branch", { database_name: name, branch_id: branch.id });
  return database;
}

export const branchesOf = (context: ApiContext, projectId: string): BranchDocument[] =>
  context.store.list("branch", projectId);

export const endpointsOf = (context: ApiContext, branch: BranchDocument): EndpointDocument[] =>
  context.store.list("endpoint", branch.project_id).filter((endpoint) => endpoint.branch_id === branch.id);

/** An organization that the caller is in. */
export function findOrganization(context: ApiContext, caller: Caller, orgId: string): LocalOrganization {
  const organization = context.organizations.find(({ id }) => id === orgId);
  if (!organization || !caller.orgIds.includes(orgId)) throw notFound("organization not found", { org_id: orgId });
  return organization;
}

/** The organization that a project belongs to. */
export function organizationOf(context: ApiContext, project: ProjectDocument): LocalOrganization {
  const organization = context.organizations.find(({ id }) => id === project.org_id);
  if (!organization) throw new Error(`organization ${project.org_id} of project ${project.id} is not configured`);
  return organization;
}
