import type { EndpointCreateRequest, EndpointUpdateRequest } from "@neondatabase/api-client";
import type { EndpointDocument, Operation, Plain, ProjectDocument } from "../../store/documents";
import { tooManyActive } from "../activeComputes";
import { badRequest, conflict, unprocessable } from "../apiError";
import { bodyOf, type Call, created, type Handler, type Handlers, noContent, ok, pathOf } from "../call";
import { type ApiContext, nowText } from "../context";
import {
  branchOf,
  endpointOf,
  endpointsOf,
  findBranch,
  findProject,
  maybeEndpoint,
  organizationOf,
  requireReady,
} from "../find";
import { insertEndpoint } from "../newDocuments";
import { pickKnown } from "../pickKnown";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { requireQuota } from "../requireQuota";
import { allowedSuspendTimeout, checkComputeSize, namesSize } from "../rules/computeSize";
import type { CompleteComputeRules } from "../rules/computeRules";
import { endpointView } from "../views/endpointView";
import {
  checkedProvisioner,
  checkedSettings,
  checkEndpointInput,
  checkEndpointName,
  checkReplicaCount,
} from "./endpointInput";

const createProjectEndpoint: Handler = (call, context) => {
  const project = findProject(call, context);
  const { plan } = organizationOf(context, project);
  const { branch_id, ...input } = bodyOf<Plain<EndpointCreateRequest>>(call).endpoint;
  requireUnlocked(context, project.id);
  const branch = branchOf(context, project, branch_id);
  const fields = checkEndpointInput(input, project, { plan, rules: context.computeRules });
  const others = endpointsOf(context, branch);
  if (fields.type === "read_write" && others.some(({ type }) => type === "read_write")) {
    throw conflict("read_write endpoint already exists");
  }
  checkReplicaCount(context, project, [fields]);
  requireReady(branch);
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

const updateProjectEndpoint: Handler = (call, context) => {
  const project = findProject(call, context);
  const endpoint = endpointOf(context, project, pathOf(call, "endpoint_id"));
  requireUnlocked(context, project.id);
  const input = bodyOf<Plain<EndpointUpdateRequest>>(call).endpoint;
  const updated = updatedEndpoint(context, project, endpoint, input);
  context.store.update("endpoint", endpoint.id, updated, updated.name);
  const steps = stepsOfUpdate(context, endpoint, updated);
  const isQuiet = steps.length > 0 && isIdle(context, endpoint) && context.computeRules.updateIdle === "nothing";
  if (isQuiet) tellPostgresSide(context, endpoint.id);
  const operations = schedule(context, project.id, isQuiet ? [] : steps);
  return ok({ endpoint: endpointView(updated, context), operations });
};

/** A compute that sleeps has nothing to do but to know. It is told when the transaction is over, and whatever became of it. */
function tellPostgresSide({ computes, log }: ApiContext, endpointId: string): void {
  queueMicrotask(() => {
    computes.updateEndpoint(endpointId).catch((error: unknown) => log(`${endpointId}: ${String(error)}`));
  });
}

const isIdle = (context: ApiContext, { id }: EndpointDocument) => context.computes.stateOf(id)?.state !== "active";

/** Taken over as they are. */
const updatableKeys = [
  "name",
  "autoscaling_limit_min_cu",
  "autoscaling_limit_max_cu",
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
  // Neon's document calls it deprecated: a compute stays with its branch.
  if (branch_id !== undefined && branch_id !== endpoint.branch_id) {
    throw badRequest("moving an endpoint to another branch is not supported", { branch_id });
  }
  if (input.name !== undefined) checkEndpointName(input.name);
  const newSettings = checkedSettings(settings, project.pg_version);
  const updated = {
    ...endpoint,
    ...input,
    ...(provisioner === undefined ? {} : { provisioner: checkedProvisioner(provisioner) }),
    ...(newSettings ? { settings: { ...endpoint.settings, ...newSettings } } : {}),
    updated_at: nowText(context),
  };
  const facts = { plan: organizationOf(context, project).plan, rules: context.computeRules };
  if (namesSize(body)) checkComputeSize(updated.autoscaling_limit_min_cu, updated.autoscaling_limit_max_cu, facts.plan);
  if (body.suspend_timeout_seconds !== undefined) {
    updated.suspend_timeout_seconds = allowedSuspendTimeout(body.suspend_timeout_seconds, facts);
  }
  return updated;
}

/** A name is only metadata. For the rest an idle compute wakes shortly and is suspended again; a disabled one is suspended. */
function stepsOfUpdate(context: ApiContext, before: EndpointDocument, after: EndpointDocument): Step[] {
  const configuration = ({ name: _name, updated_at: _at, ...rest }: EndpointDocument) => JSON.stringify(rest);
  if (configuration(before) === configuration(after)) return [];
  const ids = { branchId: after.branch_id, endpointId: after.id };
  const suspends = after.disabled || isIdle(context, after);
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
  context.store.remove("computeTimes", endpoint.id);
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

interface Change {
  /** The switch for a compute that is in the state already, or not in the one that is needed. */
  rule: "startActive" | "suspendIdle" | "restartIdle";
  /** Whether that switch decides. */
  isOdd: (isActive: boolean) => boolean;
  needsQuota: boolean;
  steps: (context: ApiContext, endpoint: EndpointDocument, isActive: boolean) => Step[];
}

/** The answer of start, suspend and restart: the endpoint, and the operations that lead there. */
function changeState({ rule, isOdd, needsQuota, steps }: Change): Handler {
  return (call: Call, context: ApiContext) => {
    const project = findProject(call, context);
    const endpoint = endpointOf(context, project, pathOf(call, "endpoint_id"));
    requireUnlocked(context, project.id);
    if (needsQuota) requireQuota(context, project, endpoint.branch_id);
    const isActive = !isIdle(context, endpoint);
    const answer: CompleteComputeRules[typeof rule] = isOdd(isActive) ? context.computeRules[rule] : "operations";
    if (answer === "refused") {
      throw unprocessable(`endpoint is ${isActive ? "active" : "idle"}`, { endpoint_id: endpoint.id });
    }
    const wanted = answer === "nothing" ? [] : steps(context, endpoint, isActive);
    const operations: Operation[] = schedule(context, project.id, wanted);
    return ok({ endpoint: endpointView(endpoint, context), operations });
  };
}

function startStep(context: ApiContext, endpoint: EndpointDocument, work: "start" | "restart"): Step {
  if (endpoint.disabled) throw unprocessable("endpoint is disabled", { endpoint_id: endpoint.id });
  const counts = context.computeRules.activeComputesLimitOn === "connectAndStart";
  const tooMany = counts ? tooManyActive(context, endpoint) : undefined;
  if (tooMany !== undefined) throw unprocessable(tooMany, {}, "ACTIVE_ENDPOINTS_LIMIT_EXCEEDED");
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
  startProjectEndpoint: changeState({
    rule: "startActive",
    isOdd: (isActive) => isActive,
    needsQuota: true,
    steps: (context, endpoint) => [startStep(context, endpoint, "start")],
  }),
  suspendProjectEndpoint: changeState({
    rule: "suspendIdle",
    isOdd: (isActive) => !isActive,
    needsQuota: false,
    steps: (_context, endpoint) => [suspendStep(endpoint)],
  }),
  restartProjectEndpoint: changeState({
    rule: "restartIdle",
    isOdd: (isActive) => !isActive,
    needsQuota: true,
    steps: (context, endpoint, isActive) =>
      isActive
        ? [{ ...suspendStep(endpoint), work: undefined }, startStep(context, endpoint, "restart")]
        : [startStep(context, endpoint, "start")],
  }),
};
