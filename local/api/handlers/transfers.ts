import type { TransferProjectsToOrganizationRequest } from "@neondatabase/api-client";
import type { ProjectDocument, TransferRequestDocument } from "../../store/documents";
import { administered, administeredProject, requirePerson } from "../access";
import { ApiError, badRequest, notFound, unprocessable } from "../apiError";
import { bodyOf, type Call, created, type Handler, type Handlers, noContent, ok, pathOf, type Reply } from "../call";
import type { LocalOrganization, Plan } from "../callers";
import { type ApiContext, nowText } from "../context";
import { findOrganization, organizationOf } from "../find";
import { requireUnlocked } from "../operations/schedule";
import { countProjects } from "../rules/projectCount";
import { removeProjectKeys } from "./apiKeys";
import { requestedOrganization } from "./createProject";
import { offersRegion } from "./regions";

/** What a transfer would break, by Neon's name for it. */
interface UnsatisfiedLimit {
  name: "subscription_type" | "projects_count" | "project_region";
  expected: string;
  actual: string;
}

const planRank: Record<Plan, number> = { free: 0, launch: 1, scale: 2 };

/** A project goes to an organization whose plan is not lower than that of its own. */
function unsatisfiedLimits(
  context: ApiContext,
  projects: ProjectDocument[],
  destination: LocalOrganization,
): UnsatisfiedLimit[] {
  const plans = projects.map((project) => organizationOf(context, project).plan);
  const highest = plans.reduce<Plan>((most, plan) => (planRank[plan] > planRank[most] ? plan : most), "free");
  const limits: UnsatisfiedLimit[] = [];
  if (planRank[highest] > planRank[destination.plan]) {
    limits.push({ name: "subscription_type", expected: highest, actual: destination.plan });
  }
  const count = countProjects(context, destination.id) + projects.length;
  if (count > destination.projectsLimit) {
    limits.push({ name: "projects_count", expected: String(destination.projectsLimit), actual: String(count) });
  }
  const elsewhere = projects.find(({ region_id }) => !offersRegion(destination, region_id));
  if (elsewhere) {
    const expected = (destination.regions ?? []).join(",");
    limits.push({ name: "project_region", expected, actual: elsewhere.region_id });
  }
  return limits;
}

/** Id, hosts, data and whom it is shared with stay; keys for this project alone, which are of the former organization, end. */
function transfer(context: ApiContext, project: ProjectDocument, destination: LocalOrganization): void {
  const { store } = context;
  removeProjectKeys(context, project.org_id, project.id);
  store.removeAll("transferRequest", project.id);
  store.update("project", project.id, { ...project, org_id: destination.id, updated_at: nowText(context) });
  store.changeParent("project", project.id, destination.id);
}

/** `transferProjectsFromOrgToOrg`: all of them or none, by a person who manages the source and is in the destination. */
const transferProjectsFromOrgToOrg: Handler = (call, context) => {
  requirePerson(call);
  const source = administered(call, context, pathOf(call, "source_org_id"));
  const body = bodyOf<TransferProjectsToOrganizationRequest>(call);
  const destination = findOrganization(context, call.caller, body.destination_org_id);
  if (source.id === destination.id) throw badRequest("source and destination organization must differ");
  const projects = [...new Set(body.project_ids)].map((id) => {
    const project = context.store.get("project", id);
    if (project?.org_id !== source.id) throw notFound("project not found", { project_id: id });
    return project;
  });
  for (const { id } of projects) requireUnlocked(context, id);
  const limits = unsatisfiedLimits(context, projects, destination);
  if (limits.length) return { status: 406, body: { limits } };
  for (const project of projects) transfer(context, project, destination);
  return ok({});
};

/** Sunset at Neon (2026-07-01): no project belongs to a person any more, so that none is found. */
const transferProjectsFromUserToOrg: Handler = (call, context) => {
  requirePerson(call);
  const { destination_org_id, project_ids } = bodyOf<TransferProjectsToOrganizationRequest>(call);
  findOrganization(context, call.caller, destination_org_id);
  throw notFound("project not found in the personal account", { project_id: project_ids[0] ?? "" });
};

const defaultTtlSeconds = 86_400;
/** Neon's longest is not known; ours is a year. */
const maxTtlSeconds = 365 * 86_400;

const createProjectTransferRequest: Handler = (call, context) => {
  const project = administeredProject(call, context);
  const { ttl_seconds: ttl = defaultTtlSeconds } = bodyOf<{ ttl_seconds?: number } | undefined>(call) ?? {};
  if (ttl < 1 || ttl > maxTtlSeconds) throw badRequest(`ttl_seconds must be between 1 and ${maxTtlSeconds}`);
  const now = context.clock.now();
  const request: TransferRequestDocument = {
    id: context.random.uuid(),
    project_id: project.id,
    created_at: now.toISOString(),
    expires_at: new Date(now.getTime() + ttl * 1000).toISOString(),
  };
  return created(context.store.insert("transferRequest", request.id, project.id, request));
};

/** Who knows the request takes the project over, into an organization of theirs. */
const acceptProjectTransferRequest: Handler = (call, context): Reply => {
  if (call.caller.projectId !== undefined) {
    throw new ApiError(403, "project-scoped API keys are not allowed to accept projects");
  }
  const project = projectOfRequest(call, context);
  const { org_id: wanted } = bodyOf<{ org_id?: string } | undefined>(call) ?? {};
  const destination = requestedOrganization(call, context, wanted);
  if (destination.id === project.org_id) {
    throw unprocessable("project belongs to this organization already", { org_id: destination.id });
  }
  requireUnlocked(context, project.id);
  const reasons = unsatisfiedLimits(context, [project], destination).map(({ name, expected, actual }) => ({
    code: name,
    message: `${name} is not satisfied; expected:"${expected}", actual:"${actual}"`,
  }));
  if (reasons.length) return { status: 406, body: { reasons } };
  transfer(context, project, destination);
  return noContent;
};

function projectOfRequest(call: Call, { store, clock }: ApiContext): ProjectDocument {
  const id = pathOf(call, "request_id");
  const request = store.get("transferRequest", id);
  const project = store.get("project", pathOf(call, "project_id"));
  const isValid =
    request && request.project_id === project?.id && Date.parse(request.expires_at) > clock.now().getTime();
  if (!isValid || !project) throw notFound("project transfer request not found", { request_id: id });
  return project;
}

export const transferHandlers: Handlers = {
  transferProjectsFromOrgToOrg,
  transferProjectsFromUserToOrg,
  createProjectTransferRequest,
  acceptProjectTransferRequest,
};
