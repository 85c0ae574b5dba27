import type { ProjectDocument, RecoverableProjectDocument } from "../store/documents";
import { ApiError, notFound } from "./apiError";
import type { Call } from "./call";
import type { Caller, LocalOrganization } from "./callers";
import type { ApiContext } from "./context";
import { findOrganization, findProject } from "./find";
import { isInside } from "./reach";

/** What Neon answers a key of an organization where only a person may act. */
const notForOrganizationKeys = "not allowed for organization API keys";

/** Refuses keys that are no person's. */
export function requirePerson(call: Call): NonNullable<Caller["user"]> {
  if (!call.caller.user) throw new ApiError(403, notForOrganizationKeys);
  return call.caller.user;
}

/** Refuses members and project-scoped keys. */
export function requireAdmin(caller: Caller, orgId: string): void {
  if (!caller.adminOf.includes(orgId)) throw new ApiError(403, "only organization admins are allowed to do this");
}

/** An organization of the caller's; 403 unless the caller manages it. */
export function administered(call: Call, context: ApiContext, orgId: string): LocalOrganization {
  const organization = findOrganization(context, call.caller, orgId);
  requireAdmin(call.caller, orgId);
  return organization;
}

/** The project of the path; 403 where it is only shared with the caller. */
export function ownProject(call: Call, context: ApiContext): ProjectDocument {
  const project = findProject(call, context);
  if (!isInside(call.caller, project)) throw new ApiError(403, "the project is only shared with you");
  return project;
}

/** The project of the path; 403 unless the caller manages its organization. */
export function administeredProject(call: Call, context: ApiContext): ProjectDocument {
  const project = findProject(call, context);
  requireAdmin(call.caller, project.org_id);
  return project;
}

/** A deleted project whose data is still there, of an organization of the caller's. */
export function findRecoverable(call: Call, context: ApiContext, projectId: string): RecoverableProjectDocument {
  const project = context.store.get("recoverableProject", projectId);
  if (!project || !isInside(call.caller, project)) throw notFound("project not found", { project_id: projectId });
  return project;
}
