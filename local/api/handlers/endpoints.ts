import type { EndpointCreateRequest, EndpointUpdateRequest } from "@neondatabase/api-client";
import type { EndpointDocument, Operation, Plain, ProjectDocument } from "../../store/documents";
import { conflict, notBuilt, unprocessable } from "../apiError";
import { bodyOf, type Call, created, type Handler, type Handlers, noContent, ok, pathOf } from "../call";
import type { Plan } from "../callers";
import { type ApiContext, nowText } from "../context";
import { branchOf, endpointOf, endpointsOf, findBranch, findProject, maybeEndpoint, organizationOf } from "../find";
import { insertEndpoint } from "../newDocuments";
import { pickKnown } from "../pickKnown";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { checkComputeSize, checkSuspendTimeout } from "../rules/computeSize";
import { checkDisplayName } from "../rules/names";
import { checkLimit, planLimits } from "../rules/planLimits";
import { endpointView } from "../views/endpointView";
import { checkedProvisioner, checkedSettings, checkEndpointInput } from "./endpointInput";

const createProjectEndpoint: Handler = (call, context) => {
  const project = findProject(call, context);
  const { plan } = organizationOf(context, project);
  const { branch_id, ...input } = bodyOf<Plain<EndpointCreateRequest>>(call).endpoint;
  requireUnlocked(context, project.id);
  const branch = branchOf(context, project, branch_id);
  const fields = checkEndpointInput(input, project, plan);
  const others = endpointsOf(context, branch);
  if (fields.type === "read_write" && others.some(({ type }) => type === "read_write")) {
    throw conflict("read_write endpoint already exists");
  }
  if (fields.type === "read_only") checkReplicaCount(context, project, plan);
  if (branch.state !== "ready") throw unprocessable("branch not ready yet", { branch_id: branch.id });
  const endpoint = insertEndpoint(context, project, branch.id, fields);
  const operations = schedule(context, project.id, [
    {
      action: "start_compute",
      branchId: branch.id,
      endpointId: endpoint.id,
      work: { do: "openEndpoint", endpointId: endpoint.id },
    },
  ]);
  return created({ endpoint: endpointView(endpoint, context), operations });
};

function checkReplicaCount(context: ApiContext, project: ProjectDocument, plan: Plan): void {
  const replicas = context.store.list("endpoint", project.id).filter(({ type }) => type === "read_only").length;
  checkLimit("read-only endpoints", "ENDPOINTS_LIMIT_EXCEEDED", planLimits(plan).readReplicas, replicas + 1);
}

const updateProjectEndpoint: Handler = (call, context) => {
  const project = findProject(call, context);
  const endpoint = endpointOf(context, project, pathOf(call, "endpoint_id"));
  requireUnlocked(context, project.id);
  const input = bodyOf<Plain<EndpointUpdateRequest>>(call).endpoint;
  const updated = updatedEndpoint(context, project, endpoint, input);
  context.store.update("endpoint", endpoint.id, updated, updated.name);
  const operations = schedule(context, project.id, stepsOfUpdate(context, endpoint, updated));
  return ok({ endpoint: endpointView(updated, context), operations });
};

/** Taken over as they are. */
const updatableKeys = [
  "name",
  "autoscaling_limit_min_cu",
  "autoscaling_limit_max_cu",
  "suspend_timeout_seconds",
  "disabled",
  "pooler_enabled",
  "passwordless_access",
] as const;

type UpdateInput = Plain<EndpointUpdateRequest>["endpoint"];

function updatedEndpoint(
  context: ApiContext,
  project: ProjectDocument,
  endpoint: EndpointDocument,
  body: UpdateInput,
): EndpointDocument {
  const { branch_id, settings, provisioner } = body;
  const input = pickKnown(body, updatableKeys);
  if (branch_id !== undefined && branch_id !== endpoint.branch_id) throw notBuilt("moving a compute to another branch");
  if (input.name !== undefined) checkDisplayName("endpoint", input.name);
  const newSettings = checkedSettings(settings);
  const updated = {
    ...endpoint,
    ...input,
    ...(provisioner === undefined ? {} : { provisioner: checkedProvisioner(provisioner) }),
    ...(newSettings ? { settings: { ...endpoint.settings, ...newSettings } } : {}),
    updated_at: nowText(context),
  };
  checkComputeSize(updated.autoscaling_limit_min_cu, updated.autoscaling_limit_max_cu);
  if (input.suspend_timeout_seconds !== undefined) {
    checkSuspendTimeout(input.suspend_timeout_seconds, organizationOf(context, project).plan);
  }
  return updated;
}

/** A name is only metadata. For the rest an idle compute wakes shortly and is suspended again; a disabled one is suspended. */
function stepsOfUpdate(context: ApiContext, before: EndpointDocument, after: EndpointDocument): Step[] {
  const configuration = ({ name: _name, updated_at: _at, ...rest }: EndpointDocument) => JSON.stringify(rest);
  if (configuration(before) === configuration(after)) return [];
  const ids = { branchId: after.branch_id, endpointId: after.id };
  const isActive = context.computes.stateOf(after.id)?.state === "active";
  const suspends = after.disabled || !isActive;
  return [
    { action: "apply_config", ...ids, work: { do: "updateEndpoint", endpointId: after.id } },
    ...(suspends ? [suspendStep(after)] : []),
  ];
}

const suspendStep = (endpoint: EndpointDocument): Step => ({
  action: "suspend_compute",
  branchId: endpoint.branch_id,
  endpointId: endpoint.id,
  work: { do: "suspend", endpointId: endpoint.id },
});

const deleteProjectEndpoint: Handler = (call, context) => {
  const project = findProject(call, context);
  const endpoint = maybeEndpoint(context, project, pathOf(call, "endpoint_id"));
  if (!endpoint) return noContent;
  requireUnlocked(context, project.id);
  if (branchOf(context, project, endpoint.branch_id).protected) {
    throw unprocessable("endpoint of a protected branch cannot be deleted", { endpoint_id: endpoint.id });
  }
  const shown = endpointView(endpoint, context);
  const cleanupId = `endpoint ${endpoint.id}`;
  context.store.insert("cleanup", cleanupId, "", { id: cleanupId, endpointIds: [endpoint.id], branches: [] });
  context.store.remove("endpoint", endpoint.id);
  const operations = schedule(context, project.id, [
    {
      action: "suspend_compute",
      branchId: endpoint.branch_id,
      endpointId: endpoint.id,
      work: { do: "cleanup", cleanupId },
    },
  ]);
  return ok({ endpoint: shown, operations });
};

/** The answer of start, suspend and restart: the endpoint, and the operations that lead there. */
function changeState(steps: (endpoint: EndpointDocument, isActive: boolean) => Step[]): Handler {
  return (call: Call, context: ApiContext) => {
    const project = findProject(call, context);
    const endpoint = endpointOf(context, project, pathOf(call, "endpoint_id"));
    requireUnlocked(context, project.id);
    const isActive = context.computes.stateOf(endpoint.id)?.state === "active";
    const operations: Operation[] = schedule(context, project.id, steps(endpoint, isActive));
    return ok({ endpoint: endpointView(endpoint, context), operations });
  };
}

function startStep(endpoint: EndpointDocument, work: "start" | "restart"): Step {
  if (endpoint.disabled) throw unprocessable("endpoint is disabled", { endpoint_id: endpoint.id });
  return {
    action: "start_compute",
    branchId: endpoint.branch_id,
    endpointId: endpoint.id,
    work: { do: work, endpointId: endpoint.id },
  };
}

const viewAll = (endpoints: EndpointDocument[], context: ApiContext) =>
  ok({ endpoints: endpoints.map((endpoint) => endpointView(endpoint, context)) });

export const endpointHandlers: Handlers = {
  createProjectEndpoint,
  updateProjectEndpoint,
  deleteProjectEndpoint,
  getProjectEndpoint: (call, context) => {
    const endpoint = endpointOf(context, findProject(call, context), pathOf(call, "endpoint_id"));
    return ok({ endpoint: endpointView(endpoint, context) });
  },
  listProjectEndpoints: (call, context) =>
    viewAll(context.store.list("endpoint", findProject(call, context).id), context),
  listProjectBranchEndpoints: (call, context) => {
    const branch = findBranch(call, context, findProject(call, context));
    return viewAll(endpointsOf(context, branch), context);
  },
  /** Nothing to do for an active compute. */
  startProjectEndpoint: changeState((endpoint, isActive) => (isActive ? [] : [startStep(endpoint, "start")])),
  /** Nothing to do for an idle compute. */
  suspendProjectEndpoint: changeState((endpoint, isActive) => (isActive ? [suspendStep(endpoint)] : [])),
  /** An idle compute is started: here computes are idle at times when they would be active at Neon. */
  restartProjectEndpoint: changeState((endpoint, isActive) =>
    isActive
      ? [{ ...suspendStep(endpoint), work: undefined }, startStep(endpoint, "restart")]
      : [startStep(endpoint, "start")],
  ),
};
