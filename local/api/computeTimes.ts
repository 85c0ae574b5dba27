import type { ComputeTimesDocument } from "../store/documents";
import { type ApiContext, nowText } from "./context";
import type { ObserverPart } from "./observer";

type Facts = Pick<ApiContext, "store" | "clock" | "computes">;

/**
 * Keeps when computes started and were suspended, so that the API tells it after a restart of the server too. A compute that was active
 * when the server died went to sleep with it: `begin` notes the present as that time.
 */
export function computeTimes(facts: Facts): ObserverPart {
  const { store } = facts;
  const note = (endpointId: string, change: (before: ComputeTimesDocument) => ComputeTimesDocument) => {
    const endpoint = store.get("endpoint", endpointId);
    if (!endpoint) return;
    const before = store.get("computeTimes", endpointId) ?? { endpoint_id: endpointId };
    store.put("computeTimes", endpointId, endpoint.project_id, change(before));
  };
  for (const times of store.all("computeTimes")) {
    if (!times.suspended_at) note(times.endpoint_id, (before) => ({ ...before, suspended_at: nowText(facts) }));
  }
  return {
    woke: (endpointId) => {
      const startedAt = facts.computes.stateOf(endpointId)?.startedAt?.toISOString() ?? nowText(facts);
      note(endpointId, ({ endpoint_id }) => ({ endpoint_id, started_at: startedAt, last_active: startedAt }));
    },
    fellAsleep: (endpointId) =>
      note(endpointId, (before) => ({
        ...before,
        last_active: facts.computes.stateOf(endpointId)?.lastActiveAt?.toISOString() ?? before.last_active,
        suspended_at: facts.computes.stateOf(endpointId)?.suspendedAt?.toISOString() ?? nowText(facts),
      })),
  };
}
