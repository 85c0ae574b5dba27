import type { ProjectUpdateRequest } from "@neondatabase/api-client";
import type { Plain, ProjectDocument } from "../../store/documents";
import { findRecoverable } from "../access";
import { badRequest } from "../apiError";
import { bodyOf, type Handler, type Handlers, ok, pathOf, queryOf } from "../call";
import { type ApiContext, nowText } from "../context";
import { findProject, organizationOf } from "../find";
import { projectKinds } from "../newDocuments";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { checkDisplayName } from "../rules/names";
import { checkRetention } from "../rules/planLimits";
import { changedSettings, mergeEndpointDefaults } from "../rules/projectSettings";
import { projectDetails, projectListItem, projectView } from "../views/projectView";
import { isInside } from "../reach";
import { createProject, requestedOrganization } from "./createProject";
import { deleteProject, recoverProject } from "./deleteProject";

const listProjects: Handler = (call, context) => {
  const organization = requestedOrganization(call, context, queryOf<string>(call, "org_id"));
  const kind = queryOf<boolean>(call, "recoverable") ? "recoverableProject" : "project";
  const limit = queryOf<number>(call, "limit") ?? 10;
  const cursor = queryOf<string>(call, "cursor");
  const found = context.store.list(kind, organization.id, {
    beyondSeq: cursor ? seqOfCursor(context, cursor) : undefined,
    // A project-scoped key sees one of them.
    limit: call.caller.projectId === undefined ? limit : undefined,
    search: queryOf<string>(call, "search"),
  });
  const projects = found.filter((project) => isInside(call.caller, project));
  const last = projects.at(-1);
  return ok({
    applications: {},
    integrations: {},
    projects: projects.map((project) => projectListItem(project, context)),
    ...(last ? { pagination: { cursor: last.id } } : {}),
  });
};

/** As at Neon, the cursor is the id of the last project of the page; it holds also when that has been deleted since. */
function seqOfCursor({ store }: ApiContext, cursor: string): number {
  for (const kind of projectKinds) {
    const seq = store.seq(kind, cursor);
    if (seq !== undefined) return seq;
  }
  throw badRequest("invalid cursor", { cursor });
}

const getProject: Handler = (call, context) => {
  const { store, accessRules } = context;
  const id = pathOf(call, "project_id");
  const isShown = accessRules.showsDeletedProjects && !store.get("project", id);
  const project = isShown ? findRecoverable(call, context, id) : findProject(call, context);
  return ok({ project: projectDetails(project, context) });
};

const updateProject: Handler = (call, context) => {
  const project = findProject(call, context);
  const input = bodyOf<Plain<ProjectUpdateRequest>>(call).project;
  requireUnlocked(context, project.id);
  const organization = organizationOf(context, project);
  const { plan } = organization;
  if (input.name !== undefined) checkDisplayName("project", input.name);
  if (input.history_retention_seconds !== undefined) checkRetention(input.history_retention_seconds, plan);
  const settings = changedSettings(project.settings, input.settings, {
    pgVersion: project.pg_version,
    organization,
    patch: context.accessRules.settingsPatch,
    rules: context.accessRules,
  });
  const updated: ProjectDocument = {
    ...project,
    name: input.name ?? project.name,
    history_retention_seconds: input.history_retention_seconds ?? project.history_retention_seconds,
    default_endpoint_settings: mergeEndpointDefaults(
      project.default_endpoint_settings,
      input.default_endpoint_settings,
      { plan, rules: context.computeRules, pgVersion: project.pg_version },
    ),
    settings,
    ...hipaaSince(context, project, settings),
    updated_at: nowText(context),
  };
  context.store.update("project", project.id, updated, updated.name);
  const operations = schedule(context, project.id, stepsOfUpdate(context, project, updated));
  // A lower quota may be used up already. The counters look at what this transaction will have written.
  if (input.settings?.quota) setImmediate(() => context.usage.quotaChanged(project.id));
  return ok({ project: projectView(updated), operations });
};

/** When HIPAA was switched on, which is for good. */
const hipaaSince = (context: ApiContext, project: ProjectDocument, { hipaa }: ProjectDocument["settings"]) =>
  hipaa ? { hipaa_enabled_at: project.hipaa_enabled_at ?? nowText(context) } : {};

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

export const projectHandlers: Handlers = {
  createProject,
  listProjects,
  getProject,
  updateProject,
  deleteProject,
  recoverProject,
};
