import type { ComputeTimesDocument, Endpoint, EndpointDocument, Operation } from "../../store/documents";
import type { ComputeState } from "../../types";
import type { ApiContext } from "../context";
import { hostOf } from "./connectionUri";

const pendingStates: Partial<Record<Operation["action"], Endpoint["current_state"]>> = {
  start_compute: "active",
  suspend_compute: "idle",
};

/** An endpoint with the present state of its compute. */
export function endpointView(endpoint: EndpointDocument, context: ApiContext): Endpoint {
  const compute = context.computes.stateOf(endpoint.id);
  const pending = pendingState(endpoint, context);
  const current = currentState(compute, pending !== undefined);
  const times = timesOf(endpoint, compute, context);
  return {
    host: hostOf(endpoint, context),
    id: endpoint.id,
    ...(endpoint.name === undefined ? {} : { name: endpoint.name }),
    project_id: endpoint.project_id,
    branch_id: endpoint.branch_id,
    autoscaling_limit_min_cu: endpoint.autoscaling_limit_min_cu,
    autoscaling_limit_max_cu: endpoint.autoscaling_limit_max_cu,
    region_id: endpoint.region_id,
    type: endpoint.type,
    current_state: current,
    ...(pending && pending !== current ? { pending_state: pending } : {}),
    settings: endpoint.settings,
    pooler_enabled: endpoint.pooler_enabled,
    pooler_mode: "transaction",
    disabled: endpoint.disabled,
    passwordless_access: endpoint.passwordless_access,
    ...(times.last_active ? { last_active: times.last_active } : {}),
    creation_source: "console",
    created_at: endpoint.created_at,
    updated_at: endpoint.updated_at,
    ...(times.started_at ? { started_at: times.started_at } : {}),
    ...(times.suspended_at ? { suspended_at: times.suspended_at } : {}),
    // Deprecated at Neon, where it is the host without its first label; a bare address has no such part.
    proxy_host: hostOf(endpoint, context),
    suspend_timeout_seconds: endpoint.suspend_timeout_seconds,
    provisioner: endpoint.provisioner,
  };
}

/** As this run of the server knows them; of a compute that did not start in it, as an earlier run noted them. */
function timesOf(
  { id }: EndpointDocument,
  compute: ComputeState | undefined,
  { store }: ApiContext,
): Omit<ComputeTimesDocument, "endpoint_id"> {
  const { lastActiveAt, startedAt, suspendedAt } = compute ?? {};
  const lastActive = lastActiveAt?.toISOString();
  if (!startedAt) return { ...store.get("computeTimes", id), ...(lastActive ? { last_active: lastActive } : {}) };
  return { last_active: lastActive, started_at: startedAt.toISOString(), suspended_at: suspendedAt?.toISOString() };
}

/** A compute that was opened and never started is idle: it has its first start ahead, but nothing more to wait for. */
function currentState(compute: ComputeState | undefined, isChanging: boolean): Endpoint["current_state"] {
  if (!compute) return "init";
  return compute.state === "init" && !isChanging ? "idle" : compute.state;
}

/** The state after the last operation that waits for its turn or runs. */
function pendingState(endpoint: EndpointDocument, context: ApiContext): Endpoint["pending_state"] {
  return context.store
    .list("pending", endpoint.project_id)
    .map(({ operation_id }) => context.store.get("operation", operation_id))
    .filter((operation) => operation?.endpoint_id === endpoint.id)
    .map((operation) => operation && pendingStates[operation.action])
    .findLast((state) => state !== undefined);
}
