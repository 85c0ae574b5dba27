import type { Endpoint, EndpointSettingsData, EndpointType } from "@neondatabase/api-client";
import {
  computeLimitProblems,
  declaredIn,
  declaredOf,
  driftedDeclared,
  driftOf,
  type EndpointDeclared,
  endpointFields,
  hasUnknown,
  type Values,
} from "../fields";
import { checkResource, diffResource } from "./checkResource";
import { pooledHostOf } from "./connection";
import type { Created, Lifecycle, LifecycleContext } from "./context";
import { createOnce } from "./createOnce";
import { observedPreload, preloadRequest } from "./project/requests";
import {
  adoptedInThisRun,
  finished,
  keeping,
  placeOf,
  refuseLockedDelete,
  stateOf,
  targetOf,
  text,
  unlessGone,
  waitForRunning,
} from "./subResource";

const place = ["projectId", "endpointId"] as const;

/** The life of an Endpoint. It holds no data: it has no lock, and one that vanished is made again. */
export const endpointLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({
    inputs: news,
    problems: [...checkResource(endpointFields, olds, news), ...computeLimitProblems(news)],
  }),
  diff: (outputs, news) => diffResource(endpointFields, outputs, news),
  follow,
  create: createEndpoint,

  read: async (context, id, outputs) => {
    const { projectId, endpointId } = placeOf(id, outputs, place);
    const endpoint = await unlessGone(() => context.api.getEndpoint(projectId, endpointId));
    if (!endpoint) return undefined;
    const drifted = driftedDeclared(endpointFields, declaredIn(outputs), observedEndpoint(endpoint));
    return { id, outputs: { ...outputsOf(endpoint), declared: drifted }, inputs: drifted };
  },

  update: async (context, id, outputs, news) => {
    const before = await follow(context, id, stateOf(outputs), news);
    const changes = diffResource(endpointFields, before, news);
    const target = targetOf(endpointFields, news, changes);
    const { projectId, endpointId } = placeOf(id, before, place);
    const sent = changes.filter((change) => !change.rememberOnly).map((change) => change.path);
    const endpoint = await keeping(id, before, news, async () => {
      const dirty = sent.length > 0 ? sent : await driftOfSettled(context, projectId, endpointId, target);
      return patchEndpoint(context, projectId, endpointId, target, dirty);
    });
    return { ...before, ...(endpoint ? outputsOf(endpoint) : {}), declared: declaredOf(endpointFields, news) };
  },

  delete: async (context, id, outputs) => {
    const { projectId, endpointId } = placeOf(id, outputs, place);
    const what = `compute ${endpointId} of project ${projectId}`;
    refuseLockedDelete(context, id, { what, open: true, unlock: "" });
    await context.api.waitForOperations(await context.api.deleteEndpoint(projectId, endpointId));
  },
};

/** A restore moves the computes to the branch that takes the place of theirs: the compute itself says where it is. */
async function follow(context: LifecycleContext, id: string, outputs: Values, news: Values): Promise<Values> {
  const declared = declaredIn(outputs);
  const to = text(news, "branchId");
  if (to === "" || hasUnknown(to) || text(declared, "branchId") === "" || declared.branchId === to) return outputs;
  const { projectId, endpointId } = placeOf(id, outputs, place);
  const endpoint = await unlessGone(() => context.api.getEndpoint(projectId, endpointId));
  if (endpoint?.branch_id !== to) return outputs;
  return { ...outputs, ...outputsOf(endpoint), declared: { ...declared, branchId: to } };
}

async function createEndpoint(context: LifecycleContext, inputs: Values): Promise<Created> {
  const declared = declaredOf(endpointFields, inputs) as EndpointDeclared;
  const { projectId, branchId, type, name } = declared;
  const { value, found } = await createOnce(context, {
    what: `${type} compute${name === undefined ? "" : ` ${name}`} on branch ${branchId} of project ${projectId}`,
    adoptExisting: declared.adoptExisting ?? false,
    lookFirst: type === "read_only" && name !== undefined,
    post: () =>
      context.api.createEndpoint(projectId, {
        endpoint: { branch_id: branchId, type: type as EndpointType, ...settingsOf(declared, () => true) },
      }),
    find: async () => {
      const endpoint = (await context.api.listEndpoints(projectId)).find(
        (candidate) =>
          candidate.branch_id === branchId &&
          candidate.type === (type as EndpointType) &&
          // A branch has one read_write compute; of replicas there may be many, and only a name tells which.
          (type === "read_write" || (name !== undefined && candidate.name === name)),
      );
      return endpoint && { endpoint, operations: [] };
    },
  });
  const { endpoint, operations } = value;
  const id = `${projectId}/${endpoint.id}`;
  const made = { id, outputs: { ...outputsOf(endpoint), declared: declared as Values } };
  if (!found) return finished(context, made, operations, inputs);
  context.run.refuseDelete(id, adoptedInThisRun);
  const observed = observedEndpoint(endpoint);
  const dirty = driftOf(endpointFields, declared, observed).map((change) => change.path);
  const kept = { ...made.outputs, declared: driftedDeclared(endpointFields, declared, observed) };
  await keeping(id, kept, inputs, () => patchEndpoint(context, projectId, endpoint.id, declared, dirty));
  return made;
}

async function driftOfSettled(
  context: LifecycleContext,
  projectId: string,
  endpointId: string,
  target: Values,
): Promise<string[]> {
  await waitForRunning(context, projectId);
  const endpoint = await context.api.getEndpoint(projectId, endpointId);
  return driftOf(endpointFields, target, observedEndpoint(endpoint)).map((change) => change.path);
}

async function patchEndpoint(
  context: LifecycleContext,
  projectId: string,
  endpointId: string,
  target: Values,
  dirty: readonly string[],
): Promise<Endpoint | undefined> {
  const declared = target as EndpointDeclared;
  // Libraries cannot be sent without the settings beside them: those that nobody declared go along as they are.
  const needsPresent = dirty.includes("preloadLibraries") && declared.pgSettings === undefined;
  const present = needsPresent
    ? (await context.api.getEndpoint(projectId, endpointId)).settings.pg_settings
    : undefined;
  const settings = settingsOf({ pgSettings: present, ...declared }, (name) => dirty.includes(name));
  if (Object.keys(settings).length === 0) return undefined;
  const answer = await context.api.updateEndpoint(projectId, endpointId, { endpoint: settings });
  await context.api.waitForOperations(answer.operations);
  return answer.endpoint;
}

/** Both limits go together, because Neon checks them against each other; so do the parts of `settings`, which need `pg_settings`. */
function settingsOf(declared: EndpointDeclared, chosen: (name: keyof EndpointDeclared) => boolean) {
  const limits = chosen("autoscalingLimitMinCu") || chosen("autoscalingLimitMaxCu");
  const settings = {
    name: chosen("name") ? declared.name : undefined,
    autoscaling_limit_min_cu: limits ? declared.autoscalingLimitMinCu : undefined,
    autoscaling_limit_max_cu: limits ? declared.autoscalingLimitMaxCu : undefined,
    suspend_timeout_seconds: chosen("suspendTimeoutSeconds") ? declared.suspendTimeoutSeconds : undefined,
    disabled: chosen("disabled") ? declared.disabled : undefined,
    settings: chosen("pgSettings") || chosen("preloadLibraries") ? postgresSettings(declared) : undefined,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<
    typeof settings
  >;
}

function postgresSettings({ pgSettings, preloadLibraries }: EndpointDeclared): EndpointSettingsData | undefined {
  if (!pgSettings && !preloadLibraries) return undefined;
  return {
    pg_settings: pgSettings ?? {},
    ...(preloadLibraries ? { preload_libraries: preloadRequest(preloadLibraries) } : {}),
  };
}

function observedEndpoint(endpoint: Endpoint): Values {
  return {
    name: endpoint.name,
    autoscalingLimitMinCu: endpoint.autoscaling_limit_min_cu,
    autoscalingLimitMaxCu: endpoint.autoscaling_limit_max_cu,
    suspendTimeoutSeconds: endpoint.suspend_timeout_seconds,
    disabled: endpoint.disabled,
    pgSettings: endpoint.settings.pg_settings,
    preloadLibraries: observedPreload(endpoint.settings.preload_libraries),
  };
}

function outputsOf(endpoint: Endpoint): Values {
  return {
    projectId: endpoint.project_id,
    branchId: endpoint.branch_id,
    endpointId: endpoint.id,
    type: endpoint.type,
    host: endpoint.host,
    pooledHost: pooledHostOf(endpoint.host),
    createdAt: endpoint.created_at,
  };
}
