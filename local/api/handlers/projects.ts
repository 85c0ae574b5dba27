import type { ProjectUpdateRequest } from "@neondatabase/api-client";
import type { BranchDocument, Plain, ProjectDocument } from "../../store/documents";
import { badRequest, unprocessable } from "../apiError";
import { bodyOf, type Handler, type Handlers, ok, queryOf } from "../call";
import { type ApiContext, nowText } from "../context";
import { branchesOf, findProject, organizationOf } from "../find";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { checkDisplayName } from "../rules/names";
import { checkRetention } from "../rules/planLimits";
import { mergeEndpointDefaults, mergeSettings } from "../rules/projectSettings";
import { projectDetails, projectListItem, projectView } from "../views/projectView";
import { createProject, requestedOrganization } from "./createProject";

const listProjects: Handler = (call, context) => {
  const organization = requestedOrganization(call, context, queryOf<string>(call, "org_id"));
  const empty = { projects: [], applications: {}, integrations: {} };
  // Nothing is recoverable: a project is deleted for good.
  if (queryOf<boolean>(call, "recoverable")) return ok(empty);
  const limit = queryOf<number>(call, "limit") ?? 10;
  const cursor = queryOf<string>(call, "cursor");
  const projects = context.store.list("project", organization.id, {
    beyondSeq: cursor ? seqOfCursor(context, cursor) : undefined,
    limit,
    search: queryOf<string>(call, "search"),
  });
  const last = projects.at(-1);
  return ok({
    ...empty,
    projects: projects.map((project) => projectListItem(project, context)),
    ...(last ? { pagination: { cursor: last.id } } : {}),
  });
};

/** As at Neon, the cursor is the id of the last project of the page; it holds also when that has been deleted since. */
function seqOfCursor({ store }: ApiContext, cursor: string): number {
  const seq = store.seq("project", cursor) ?? store.seq("deletedProject", cursor);
  if (seq === undefined) throw badRequest("invalid cursor", { cursor });
  return seq;
}

const updateProject: Handler = (call, context) => {
  const project = findProject(call, context);
  const input = bodyOf<Plain<ProjectUpdateRequest>>(call).project;
  requireUnlocked(context, project.id);
  const { plan } = organizationOf(context, project);
  if (input.name !== undefined) checkDisplayName("project", input.name);
  if (input.history_retention_seconds !== undefined) checkRetention(input.history_retention_seconds, plan);
  const updated: ProjectDocument = {
    ...project,
    name: input.name ?? project.name,
    history_retention_seconds: input.history_retention_seconds ?? project.history_retention_seconds,
    default_endpoint_settings: mergeEndpointDefaults(
      project.default_endpoint_settings,
      input.default_endpoint_settings,
      plan,
    ),
    settings: mergeSettings(project.settings, input.settings),
    updated_at: nowText(context),
  };
  context.store.update("project", project.id, updated, updated.name);
  const operations = schedule(context, project.id, stepsOfUpdate(context, project, updated));
  return ok({ project: projectView(updated), operations });
};

/** Storage is told of a new retention; logical replication suspends every active compute. Everything else is metadata. */
function stepsOfUpdate(context: ApiContext, before: ProjectDocument, after: ProjectDocument): Step[] {
  const steps: Step[] = [];
  if (before.history_retention_seconds !== after.history_retention_seconds) {
    steps.push({ action: "apply_storage_config" });
  }
  if (!before.settings.enable_logical_replication && after.settings.enable_logical_replication) {
    for (const { id, branch_id } of context.store.list("endpoint", before.id)) {
      if (context.computes.stateOf(id)?.state !== "active") continue;
      const work = { do: "suspend", endpointId: id } as const;
      steps.push({ action: "suspend_compute", branchId: branch_id, endpointId: id, work });
    }
  }
  return steps;
}

/** The row goes at once; listeners and files follow in the background, after a kill at the next start. */
const deleteProject: Handler = (call, context) => {
  const project = findProject(call, context);
  requireUnlocked(context, project.id);
  const { store } = context;
  const branches = branchesOf(context, project.id);
  const protectedBranch = branches.find((branch) => branch.protected);
  if (protectedBranch) {
    throw unprocessable("project with protected branches cannot be deleted", { branch_id: protectedBranch.id });
  }
  const cleanupId = `project ${project.id}`;
  store.insert("cleanup", cleanupId, "", {
    id: cleanupId,
    endpointIds: store.list("endpoint", project.id).map(({ id }) => id),
    branches: childrenFirst(branches).map((branch) => ({
      branchId: branch.id,
      projectId: project.id,
      pgVersion: project.pg_version,
      parentId: branch.parent_id,
    })),
  });
  for (const branch of branches) {
    store.removeAll("role", branch.id);
    store.removeAll("database", branch.id);
  }
  for (const kind of ["endpoint", "branch", "operation"] as const) store.removeAll(kind, project.id);
  store.changeKind("project", "deletedProject", project.id);
  context.runner.wakeCleanup(cleanupId);
  return ok({ project: projectView(project) });
};

/** A child is always younger than its parent, and branches are listed by age. */
const childrenFirst = (branches: BranchDocument[]) => [...branches].reverse();

export const projectHandlers: Handlers = {
  createProject,
  listProjects,
  getProject: (call, context) => ok({ project: projectDetails(findProject(call, context), context) }),
  updateProject,
  deleteProject,
  listSharedProjects: () => ok({ projects: [] }),
  listProjectPermissions: (call, context) => {
    findProject(call, context);
    return ok({ project_permissions: [] });
  },
};
