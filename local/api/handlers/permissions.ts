import type { GrantPermissionToProjectRequest } from "@neondatabase/api-client";
import type { PermissionDocument, ProjectDocument } from "../../store/documents";
import { ownProject } from "../access";
import { badRequest, conflict, notFound } from "../apiError";
import { bodyOf, type Handler, type Handlers, ok, pathOf, queryOf } from "../call";
import { type ApiContext, nowText } from "../context";
import { findProject } from "../find";
import { isSame } from "../members";
import { isInside } from "../reach";
import { projectListItem } from "../views/projectView";

/** Whom a project is shared with can change everything in it, but not delete, transfer or share it. */
const grantPermissionToProject: Handler = (call, context) => {
  const project = ownProject(call, context);
  const { email } = bodyOf<GrantPermissionToProjectRequest>(call);
  if (context.store.list("permission", project.id).some((each) => isSame(each.granted_to_email, email))) {
    throw conflict("project is shared with this user already", { email });
  }
  const permission: PermissionDocument = {
    id: context.random.uuid(),
    granted_to_email: email,
    granted_at: nowText(context),
  };
  return ok(context.store.insert("permission", permission.id, project.id, permission));
};

const revokePermissionFromProject: Handler = (call, context) => {
  const project = ownProject(call, context);
  const id = pathOf(call, "permission_id");
  const found = context.store.list("permission", project.id).find((permission) => permission.id === id);
  if (!found) throw notFound("permission not found", { permission_id: id });
  context.store.remove("permission", id);
  return ok({ ...found, revoked_at: nowText(context) });
};

/** What is shared with the person of the key, in the order of the sharing; an organization's key is nobody's. */
const listSharedProjects: Handler = (call, context) => {
  const shared = sharedWith(context, call.caller.user?.email).filter((project) => !isInside(call.caller, project));
  const found = matching(shared, queryOf<string>(call, "search"));
  const cursor = queryOf<string>(call, "cursor");
  const at = cursor ? found.findIndex(({ id }) => id === cursor) : -1;
  if (cursor && at < 0) throw badRequest("invalid cursor", { cursor });
  const projects = found.slice(at + 1, at + 1 + (queryOf<number>(call, "limit") ?? 10));
  const last = projects.at(-1);
  return ok({
    projects: projects.map((project) => projectListItem(project, context)),
    ...(last ? { pagination: { cursor: last.id } } : {}),
  });
};

function sharedWith({ store }: ApiContext, email: string | undefined): ProjectDocument[] {
  if (email === undefined) return [];
  return store.allEntries("permission").flatMap(({ parent, doc }) => {
    const project = isSame(doc.granted_to_email, email) ? store.get("project", parent) : undefined;
    return project ? [project] : [];
  });
}

function matching(projects: ProjectDocument[], search = ""): ProjectDocument[] {
  const part = search.toLowerCase();
  return projects.filter(({ id, name }) => name.toLowerCase().includes(part) || id.includes(part));
}

export const permissionHandlers: Handlers = {
  grantPermissionToProject,
  revokePermissionFromProject,
  listSharedProjects,
  listProjectPermissions: (call, context) => {
    const { id } = findProject(call, context);
    return ok({ project_permissions: context.store.list("permission", id) });
  },
};
